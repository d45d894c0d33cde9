"""Scored items for tests of comparisons and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.scored import Scored


def scored(identity: str, right: float | None = 1.0, **changes: Any) -> Scored:
    """An item that is right, or what the changes say; `right` None leaves it without scores."""
    made: dict[str, Any] = {
        "gold_set": "questions",
        "split": "dev",
        "group": "date",
        "asked": f"When was {identity}?",
        "wanted": "1911",
        "said": "1911" if right else "1921",
        "confidence": 0.5,
        "citations": (),
        "quotes": (),
        "evidence": (),
        "scores": {} if right is None else {"right": right},
        "violations": (),
        "latency_ms": None,
    }
    return Scored(id=identity, **{**made, **changes})


def rights(pattern: str, **changes: Any) -> Sequence[Scored]:
    """Items q0, q1, ...: right where the pattern has a 1."""
    return [scored(f"q{number}", float(mark), **changes) for number, mark in enumerate(pattern)]
