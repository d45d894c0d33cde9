"""The entailment loss: cross-entropy where the label is known, and one sum where it is one of two."""

from __future__ import annotations

import pytest
import torch

from service.evidence.training.batches import IGNORED
from service.evidence.training.examples import TARGETS
from service.evidence.training.loop import _entailment_loss

ENTAILMENT, NEUTRAL, CONTRADICTION, UNSUPPORTED = (
    TARGETS.index(target) for target in ("entailment", "neutral", "contradiction", "unsupported")
)


def logits(rows: int, seed: int = 7, spread: float = 3.0) -> torch.Tensor:
    return torch.randn((rows, 3), generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * spread


@pytest.mark.parametrize("seed", range(5))
def test_the_three_labels_cost_their_cross_entropy(seed: int) -> None:
    scores = logits(12, seed)
    targets = torch.tensor([ENTAILMENT, NEUTRAL, CONTRADICTION] * 4)
    torch.testing.assert_close(_entailment_loss(scores, targets), torch.nn.functional.cross_entropy(scores, targets))


def test_unsupported_costs_minus_the_log_of_neutral_and_contradiction_together() -> None:
    scores = torch.log(torch.tensor([[0.7, 0.2, 0.1], [0.5, 0.0625, 0.4375]], dtype=torch.float64))
    loss = _entailment_loss(scores, torch.tensor([UNSUPPORTED, UNSUPPORTED]))
    expected = -(torch.log(torch.tensor(0.3)) + torch.log(torch.tensor(0.5))) / 2
    torch.testing.assert_close(loss, expected.double())


def test_every_row_with_a_target_counts_alike() -> None:
    scores = logits(4)
    targets = torch.tensor([ENTAILMENT, NEUTRAL, CONTRADICTION, UNSUPPORTED])
    alone = [_entailment_loss(scores[[row]], targets[[row]]) for row in range(4)]
    torch.testing.assert_close(_entailment_loss(scores, targets), torch.stack(alone).mean())


@pytest.mark.parametrize("target", [ENTAILMENT, NEUTRAL, CONTRADICTION, UNSUPPORTED])
def test_rows_without_a_target_are_as_if_they_were_not_there(target: int) -> None:
    scores = logits(5).requires_grad_()
    loss = _entailment_loss(scores, torch.tensor([IGNORED, target, IGNORED, target, IGNORED]))
    torch.testing.assert_close(loss, _entailment_loss(scores[[1, 3]], torch.tensor([target, target])))
    loss.backward()
    assert scores.grad is not None
    assert (scores.grad[[0, 2, 4]] == 0).all()
    assert (scores.grad[[1, 3]] != 0).all()


def test_unsupported_leaves_open_whether_it_is_neutral_or_contradiction() -> None:
    """Its pull is against entailment alone; the two others share it as they stand to each other."""
    scores = logits(6).requires_grad_()
    _entailment_loss(scores, torch.full((6,), UNSUPPORTED)).backward()
    assert scores.grad is not None
    chances = scores.detach().softmax(dim=-1)
    torch.testing.assert_close(scores.grad[:, 0], chances[:, 0] / 6)
    share = chances[:, 1:] / chances[:, 1:].sum(dim=-1, keepdim=True)
    torch.testing.assert_close(scores.grad[:, 1:], -share * chances[:, :1] / 6)


def test_unsupported_never_costs_more_than_either_of_the_two() -> None:
    scores = logits(50)
    for row in scores.split(1):
        either = [_entailment_loss(row, torch.tensor([label])) for label in (NEUTRAL, CONTRADICTION)]
        assert 0 <= _entailment_loss(row, torch.tensor([UNSUPPORTED])) < min(either)


@pytest.mark.parametrize("target", [ENTAILMENT, NEUTRAL, CONTRADICTION, UNSUPPORTED])
def test_a_loss_stays_finite_however_sure_the_model_is(target: int) -> None:
    for scores in ([[900.0, 0.0, -900.0]], [[-900.0, 0.0, 900.0]], [[900.0, -900.0, -900.0]]):
        held = torch.tensor(scores, requires_grad=True)
        loss = _entailment_loss(held, torch.tensor([target]))
        loss.backward()
        assert torch.isfinite(loss)
        assert held.grad is not None
        assert torch.isfinite(held.grad).all()
