"""The gate: whether a run may replace the accepted one, and with which exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eval.comparison import Comparison, MetricChange
from eval.paired import holm, sign_test
from eval.scored import GoldSet, Scored
from eval.scoring import RIGHT

ALPHA = 0.05
# A loss of so many of a set's items must not go unseen, or the gate says that there are too few items to tell.
DETECT = 0.08
# What a gate decides by: few, so that correcting for their number leaves the power to see a loss.
GATED: dict[GoldSet, tuple[str, ...]] = {
    "questions": (RIGHT, "hit@5", "citation_accuracy"),
    "claims": (RIGHT,),
    "conversations": (RIGHT,),
    "lookups": (RIGHT,),
}
EXIT_CODES = {"passed": 0, "failed": 1, "too_few": 3}


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's decision and what decided it.

    `losses` are gated metrics whose loss chance does not explain (p, corrected for all gated metrics, below ALPHA).
    """

    outcome: Literal["passed", "failed", "too_few"]
    losses: tuple[MetricChange, ...]
    violations: tuple[Scored, ...]
    reasons: tuple[str, ...]


def decide(comparison: Comparison, *, strict: bool, detect: float = DETECT) -> Decision:
    """Decide by significant losses and broken invariants; `strict` also by any item that is newly wrong."""
    gated = _gated(comparison)
    losses = tuple(one for one in gated if one.p_adjusted < ALPHA)
    reasons = [f"{one.gold_set}: {one.metric} {_points(one)}" for one in losses]
    reasons += [f"{item.id} breaks an invariant: {', '.join(item.violations)}" for item in comparison.violations]
    if strict:
        reasons += [f"{one.after.id} is newly wrong" for one in comparison.newly_wrong]
    if reasons:
        return Decision("failed", losses, comparison.violations, tuple(reasons))
    blind = _blind(comparison, gated, detect)
    return Decision("too_few" if blind else "passed", (), (), blind)


def _gated(comparison: Comparison) -> tuple[MetricChange, ...]:
    found = [one for one in comparison.metrics if one.metric in GATED[one.gold_set]]
    adjusted = holm([one.change.p_loss for one in found])
    return tuple(
        MetricChange(one.gold_set, one.metric, one.change, value) for one, value in zip(found, adjusted, strict=True)
    )


def _blind(comparison: Comparison, gated: tuple[MetricChange, ...], detect: float) -> tuple[str, ...]:
    """Name the need for more items when not even the largest gated set would show a loss of the size that matters."""
    items = max((one.change.items for one in gated), default=0)
    lost = int(detect * items)
    if items and sign_test(lost=lost, gained=0) * len(gated) < ALPHA:
        return ()
    if not comparison.items:
        return ("the runs share no items; compare runs over the same gold",)
    return (
        f"{items} items are too few to tell a loss of {detect:.0%} from chance; add gold items or name a larger loss "
        "with --detect",
    )


def _points(one: MetricChange) -> str:
    change = one.change
    before, after = change.before or 0.0, change.after or 0.0
    return f"fell from {before:.3f} to {after:.3f} ({change.lost} lost, {change.gained} gained, p {one.p_adjusted:.4f})"
