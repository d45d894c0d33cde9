"""Two runs item by item: what each metric gained or lost, and which items are newly wrong, newly right or broken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from eval.paired import Change, change, holm
from eval.scored import GoldSet, Scored
from eval.scoring import RIGHT

K = TypeVar("K")
Scope = GoldSet | Literal["all"]
# A difference in a score smaller than this is rounding, as the baseline keeps six digits.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class MetricChange:
    """How a metric of a gold set (or of all sets together) changed.

    `p_adjusted` is `p_loss` held against all metrics compared (Holm).
    """

    gold_set: Scope
    metric: str
    change: Change
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item before and after, of which `worse` and `better` name the metrics that differ."""

    before: Scored
    after: Scored
    worse: tuple[str, ...]
    better: tuple[str, ...]

    @property
    def newly_wrong(self) -> bool:
        """Whether the item was right and is not any more."""
        return _right(self.before) and not _right(self.after)

    @property
    def newly_right(self) -> bool:
        """Whether the item is right and was not."""
        return _right(self.after) and not _right(self.before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two runs over the same gold.

    `items` counts what both runs hold; `only_before` and `only_after` are ids. `violations` are items that break an
    invariant they did not break before. `metrics` begins with what was right in all sets together, where
    there are several; `groups` holds the changes of "right" for each type of item.
    """

    items: int
    metrics: tuple[MetricChange, ...]
    groups: tuple[MetricChange, ...]
    changed: tuple[ItemChange, ...]
    violations: tuple[Scored, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def newly_wrong(self) -> tuple[ItemChange, ...]:
        """Items that were right and are not any more."""
        return tuple(one for one in self.changed if one.newly_wrong)

    @property
    def newly_right(self) -> tuple[ItemChange, ...]:
        """Items that are right and were not."""
        return tuple(one for one in self.changed if one.newly_right)


def compare(before: Sequence[Scored], after: Sequence[Scored]) -> Comparison:
    """Pair two runs by item id; what only one of them holds is named and counts nowhere."""
    first, second = {_key(one): one for one in before}, {_key(one): one for one in after}
    shared = [key for key in second if key in first]
    pairs = [(first[key], second[key]) for key in shared]
    return Comparison(
        items=len(pairs),
        metrics=_adjusted(list(_metric_changes(pairs))),
        groups=_adjusted(list(_group_changes(pairs))),
        changed=tuple(one for pair in pairs if (one := _item_change(*pair)) is not None),
        violations=tuple(
            second[key]
            for key in second
            if set(second[key].violations) - set(first[key].violations if key in first else ())
        ),
        only_before=tuple(first[key].id for key in first if key not in second),
        only_after=tuple(second[key].id for key in second if key not in first),
    )


def _key(item: Scored) -> tuple[GoldSet, str]:
    return item.gold_set, item.id


def _right(item: Scored) -> bool:
    return item.scores.get(RIGHT, 0.0) >= 1.0 and not item.violations


def _item_change(before: Scored, after: Scored) -> ItemChange | None:
    names = sorted(before.scores.keys() & after.scores.keys())
    differences = {name: after.scores[name] - before.scores[name] for name in names}
    worse = tuple(name for name in names if differences[name] < -_ROUNDING)
    better = tuple(name for name in names if differences[name] > _ROUNDING)
    same = before.said == after.said and before.violations == after.violations
    if same and not worse and not better and before.scores.keys() == after.scores.keys():
        return None
    return ItemChange(before, after, worse, better)


def _metric_changes(pairs: Sequence[tuple[Scored, Scored]]) -> Iterable[tuple[Scope, str, Change]]:
    sets = _grouped(pairs, lambda item: item.gold_set)
    if len(sets) > 1:
        yield "all", RIGHT, _change(pairs, RIGHT)
    for gold_set, held in sets.items():
        names = dict.fromkeys(name for pair in held for one in pair for name in one.scores)
        for name in names:
            yield gold_set, name, _change(held, name)


def _group_changes(pairs: Sequence[tuple[Scored, Scored]]) -> Iterable[tuple[Scope, str, Change]]:
    for (gold_set, group), held in _grouped(pairs, lambda item: (item.gold_set, item.group)).items():
        yield gold_set, group, _change(held, RIGHT)


def _grouped(
    pairs: Sequence[tuple[Scored, Scored]], key: Callable[[Scored], K]
) -> dict[K, list[tuple[Scored, Scored]]]:
    found: dict[K, list[tuple[Scored, Scored]]] = {}
    for pair in pairs:
        found.setdefault(key(pair[1]), []).append(pair)
    return found


def _change(pairs: Sequence[tuple[Scored, Scored]], name: str) -> Change:
    before = [_score(first, name) for first, _ in pairs]
    after = [_score(second, name) for _, second in pairs]
    settled = [old if abs(new - old) <= _ROUNDING else new for old, new in zip(before, after, strict=True)]
    return change(before, settled)


def _score(item: Scored, name: str) -> float:
    return item.scores.get(name, math.nan)


def _adjusted(changes: Sequence[tuple[Scope, str, Change]]) -> tuple[MetricChange, ...]:
    """Correct for how many are compared: metrics of all sets together are one family."""
    corrected = holm([one.p_loss for _, _, one in changes])
    return tuple(
        MetricChange(gold_set, name, one, p_adjusted)
        for (gold_set, name, one), p_adjusted in zip(changes, corrected, strict=True)
    )
