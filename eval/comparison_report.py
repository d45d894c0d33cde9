"""A comparison of two runs as tables: what broke, what is newly wrong and newly right, then the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eval.comparison import Comparison, ItemChange, MetricChange
from eval.gating import Decision
from eval.scored import Scored
from eval.tables import Table, number, shortened

_A_TEST_ITEM = "(a test item)"
_OUTCOMES = {
    "passed": "The gate is passed: no significant loss, no broken invariant.",
    "failed": "The gate is not passed.",
    "too_few": "There are too few items to tell.",
}


def comparison_tables(comparison: Comparison, *, show_test: bool) -> tuple[Table, ...]:
    """Lay out a comparison; items of the test split are counted, and shown only with `show_test`."""
    return (
        _violations(comparison.violations, show_test=show_test),
        _items("Newly wrong", comparison.newly_wrong, show_test=show_test),
        _items("Newly right", comparison.newly_right, show_test=show_test),
        _changes("Metrics that changed", "metric", comparison.metrics),
        _changes("Types of item that changed", "type", comparison.groups),
        _strangers(comparison),
    )


def decision_lines(decision: Decision) -> tuple[str, ...]:
    """Say what the gate decided and why, a sentence a line."""
    return (_OUTCOMES[decision.outcome], *(f"- {reason}" for reason in decision.reasons))


def without_test_words(comparison: Comparison) -> Comparison:
    """Return a comparison whose test items are counted and named, but keep their words to themselves."""
    changed = (
        replace(one, before=_unworded(one.before, one.after), after=_unworded(one.after, one.after))
        for one in comparison.changed
    )
    violations = (_unworded(one, one) for one in comparison.violations)
    return replace(comparison, changed=tuple(changed), violations=tuple(violations))


def _unworded(item: Scored, newer: Scored) -> Scored:
    return replace(item, asked="", wanted="", said="") if newer.split == "test" else item


def _violations(items: Sequence[Scored], *, show_test: bool) -> Table:
    rows = tuple(
        (
            item.gold_set,
            item.id,
            ", ".join(item.violations),
            shortened(item.asked) if show_test or item.split != "test" else _A_TEST_ITEM,
        )
        for item in items
    )
    return Table("Newly broken invariants", ("set", "item", "what", "asked"), frozenset(), rows)


def _items(title: str, changes: Sequence[ItemChange], *, show_test: bool) -> Table:
    rows = tuple(
        (
            one.after.gold_set,
            one.after.id,
            *(
                map(shortened, (one.after.asked, one.before.said, one.after.said, one.after.wanted))
                if show_test or one.after.split != "test"
                else (_A_TEST_ITEM, "", "", "")
            ),
        )
        for one in changes
    )
    columns = ("set", "item", "asked", "before", "after", "gold")
    return Table(f"{title}: {len(changes)}", columns, frozenset(), rows)


def _changes(title: str, kind: str, changes: Sequence[MetricChange]) -> Table:
    rows = tuple(_row(one) for one in changes if one.change.lost or one.change.gained or one.change.difference)
    columns = ("set", kind, "items", "before", "after", "difference", "95 %", "lost", "gained", "p", "p, corrected")
    return Table(title, columns, frozenset(range(2, len(columns))), rows)


def _row(one: MetricChange) -> tuple[str, ...]:
    change = one.change
    interval = "" if change.low is None or change.high is None else f"{change.low:+.3f} to {change.high:+.3f}"
    return (
        one.gold_set,
        one.metric,
        str(change.items),
        number(change.before),
        number(change.after),
        "–" if change.difference is None else f"{change.difference:+.3f}",
        interval,
        str(change.lost),
        str(change.gained),
        f"{change.p_loss:.4f}",
        f"{one.p_adjusted:.4f}",
    )


def _strangers(comparison: Comparison) -> Table:
    rows = tuple(
        (where, str(len(ids)), shortened(", ".join(ids)))
        for where, ids in (("before", comparison.only_before), ("after", comparison.only_after))
        if ids
    )
    return Table("Items only one run has, which count nowhere", ("run", "items", "which"), frozenset({1}), rows)
