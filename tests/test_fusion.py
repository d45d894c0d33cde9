"""Fusion against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from index.fusion import fuse


def test_fusion_of_two_legs_by_hand() -> None:
    # z of [0, 2] is [-1, 1]; z of [3, 1] is [1, -1].
    fused = fuse(np.array([0.0, 2.0]), np.array([3.0, 1.0]), 0.25)
    assert fused == pytest.approx([-0.5, 0.5])


def test_a_leg_that_cannot_tell_adds_nothing() -> None:
    assert fuse(np.array([7.0, 7.0]), np.array([1.0, 3.0]), 0.5) == pytest.approx([-0.5, 0.5])


def test_weight_ends_are_the_single_legs() -> None:
    lexical, dense = np.array([1.0, 5.0, 2.0]), np.array([9.0, 1.0, 3.0])
    assert np.argmax(fuse(lexical, dense, 0.0)) == 1
    assert np.argmax(fuse(lexical, dense, 1.0)) == 0


def test_no_candidates() -> None:
    assert len(fuse(np.array([]), np.array([]), 0.5)) == 0
