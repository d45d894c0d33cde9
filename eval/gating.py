"""The gate: whether a run may replace the accepted one, and with which exit code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.comparison import Comparison, MetricChange, Scope
from eval.paired import holm, sign_test
from eval.scored import Scored
from eval.scoring import RIGHT

ALPHA = 0.05
# A loss of so many of the items must not go unseen, or the gate says that there are too few items to tell.
DETECT = 0.08
# So often would the loss that must not go unseen be seen.
POWER = 0.9
# What a gate decides by: few, so that correcting for their number leaves the power to see a loss.
GATED: dict[Scope, tuple[str, ...]] = {
    "all": (RIGHT,),
    "questions": (RIGHT, "recall@5", "retrieved@5", "refusal_recall"),
    "claims": (RIGHT,),
    "conversations": (RIGHT,),
    "lookups": (RIGHT,),
    "queries": (RIGHT, "ndcg@10", "recall@10", "retrieved_ndcg@10"),
}
# Of the chance of a false alarm, what is right over all items may use up so much, the other metrics the rest: what
# breaks only one part of the product shows in few items but plainly, a loss everywhere in many a little.
MAIN_SHARE = 0.8
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
    reasons = [f"{_scope(one)}: {one.metric} {_points(one)}" for one in losses]
    reasons += [f"{item.id} breaks an invariant: {', '.join(item.violations)}" for item in comparison.violations]
    if strict:
        reasons += [f"{one.after.id} is newly wrong" for one in comparison.newly_wrong]
    if reasons:
        return Decision("failed", losses, comparison.violations, tuple(reasons))
    blind = _blind(comparison, gated, detect)
    return Decision("too_few" if blind else "passed", (), (), blind)


def corrected(main: float, others: Sequence[float]) -> list[float]:
    """Correct p-values, that of the main metric first, so that one false alarm in 1 / ALPHA gates is the most."""
    if not others:
        return [main]
    return holm([main, *others], [MAIN_SHARE, *([(1 - MAIN_SHARE) / len(others)] * len(others))])


def _gated(comparison: Comparison) -> tuple[MetricChange, ...]:
    """Return the metrics to decide by, what is right over all items first; of a single set it is that set's."""
    found = [one for one in comparison.metrics if one.metric in GATED[one.gold_set]]
    found.sort(key=lambda one: (one.gold_set != "all", one.metric != RIGHT))
    if not found:
        return ()
    values = corrected(found[0].change.p_loss, [one.change.p_loss for one in found[1:]])
    return tuple(
        MetricChange(one.gold_set, one.metric, one.change, value) for one, value in zip(found, values, strict=True)
    )


def _blind(comparison: Comparison, gated: Sequence[MetricChange], detect: float) -> tuple[str, ...]:
    """Name the need for more items where a loss of the size that matters would often go unseen."""
    if not comparison.items:
        return ("the runs share no items; compare runs over the same gold",)
    items = gated[0].change.items if gated else 0
    if chance_of_seeing(items, detect) >= POWER:
        return ()
    return (
        f"{items} items are too few to tell a loss of {detect:.0%} from chance; {items_needed(detect)} would do: add "
        "gold items or name a larger loss with --detect",
    )


def chance_of_seeing(items: int, loss: float) -> float:
    """How often a gate sees that every item is lost with chance `loss` and none is gained (exact binomial)."""
    enough = next(lost for lost in range(1, 100) if sign_test(lost=lost, gained=0) < ALPHA * MAIN_SHARE)
    missed = (
        math.comb(items, lost) * loss**lost * (1 - loss) ** (items - lost) for lost in range(min(enough, items + 1))
    )
    return 1 - math.fsum(missed)


def items_needed(loss: float) -> int:
    """Return the fewest items with which such a loss is seen in POWER of all cases."""
    items = 1
    while chance_of_seeing(items, loss) < POWER:
        items += 1
    return items


def _points(one: MetricChange) -> str:
    change = one.change
    before, after = change.before or 0.0, change.after or 0.0
    return f"fell from {before:.3f} to {after:.3f} ({change.lost} lost, {change.gained} gained, p {one.p_adjusted:.4f})"


def _scope(one: MetricChange) -> str:
    return "all sets" if one.gold_set == "all" else one.gold_set
