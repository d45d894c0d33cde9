"""Two runs side by side: what is counted, what is named, and what is left out; by hand and by property."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_items import rights, scored

from eval.comparison import compare
from eval.comparison_report import comparison_tables
from eval.scored import GOLD_SETS, Scored

PATTERNS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def test_what_changed_is_named_by_hand() -> None:
    before = [scored("a"), scored("b", 0), scored("c"), scored("d"), scored("gone")]
    after = [scored("a", 0), scored("b"), scored("c"), scored("d", said="in 1911"), scored("new")]
    found = compare(before, after)
    assert found.items == 4
    assert [one.after.id for one in found.newly_wrong] == ["a"]
    assert [one.after.id for one in found.newly_right] == ["b"]
    assert [(one.after.id, one.worse, one.better) for one in found.changed] == [
        ("a", ("right",), ()),
        ("b", (), ("right",)),
        ("d", (), ()),
    ]
    assert (found.only_before, found.only_after) == (("gone",), ("new",))
    (metric,) = found.metrics
    assert (metric.gold_set, metric.metric, metric.change.items) == ("questions", "right", 4)
    assert (metric.change.before, metric.change.after, metric.change.lost, metric.change.gained) == (0.75, 0.75, 1, 1)
    assert metric.change.p_loss == metric.p_adjusted == 0.75


def test_several_sets_are_also_compared_together() -> None:
    before = [*rights("1111"), *rights("1111", gold_set="claims")]
    after = [*rights("0011"), *rights("0111", gold_set="claims")]
    metrics = {(one.gold_set, one.metric): one for one in compare(before, after).metrics}
    assert list(metrics) == [("all", "right"), ("questions", "right"), ("claims", "right")]
    together = metrics["all", "right"].change
    assert (together.items, together.lost, together.p_loss) == (8, 3, 1 / 8)
    # Holm over the three: 1/8 * 3, 1/4 * 2, 1/2 * 1.
    assert [one.p_adjusted for one in metrics.values()] == [0.375, 0.5, 0.5]


def test_items_of_two_sets_may_share_an_id() -> None:
    before = [scored("a"), scored("a", 0, gold_set="lookups")]
    assert [one.after.gold_set for one in compare(before, [scored("a"), scored("a", gold_set="lookups")]).changed] == [
        "lookups"
    ]


def test_types_of_item_are_compared_by_what_is_right() -> None:
    before = [scored("a", group="date"), scored("b", group="person")]
    after = [scored("a", 0, group="date"), scored("b", group="person")]
    groups = {one.metric: one.change for one in compare(before, after).groups}
    assert (groups["date"].lost, groups["person"].lost) == (1, 0)


def test_only_new_violations_count_and_an_item_that_breaks_one_is_wrong() -> None:
    old = scored("old", violations=("it failed",))
    before = [old, scored("fresh"), scored("worse", violations=("it failed",))]
    after = [
        old,
        scored("fresh", violations=("quote not verbatim",)),
        scored("worse", violations=("it failed", "quote not verbatim")),
        scored("unknown", violations=("it failed",)),
    ]
    found = compare(before, after)
    assert [item.id for item in found.violations] == ["fresh", "worse", "unknown"]
    assert [one.after.id for one in found.newly_wrong] == ["fresh"]


def test_what_rounding_did_is_no_difference() -> None:
    before = [scored("a", scores={"right": 1.0, "f1": 0.333333})]
    after = [scored("a", scores={"right": 1.0, "f1": 1 / 3})]
    found = compare(before, after)
    assert found.changed == ()
    assert all(one.change.p_loss == 1 for one in found.metrics)


def test_a_metric_that_came_or_went_is_a_change() -> None:
    found = compare([scored("a")], [scored("a", scores={"right": 1.0, "cited": 1.0})])
    (item,) = found.changed
    assert (item.worse, item.better) == ((), ())
    assert [one.metric for one in found.metrics] == ["right", "cited"]
    assert found.metrics[1].change.before is None


@given(PATTERNS, st.randoms(use_true_random=False))
def test_counts_add_up_whatever_the_order(marks: list[tuple[bool, bool]], shuffler: random.Random) -> None:
    before = rights("".join(str(int(first)) for first, _ in marks))
    after = list(rights("".join(str(int(second)) for _, second in marks)))
    found = compare(before, after)
    lost = sum(first and not second for first, second in marks)
    gained = sum(second and not first for first, second in marks)
    assert (len(found.newly_wrong), len(found.newly_right)) == (lost, gained)
    assert (found.metrics[0].change.lost, found.metrics[0].change.gained) == (lost, gained)
    assert len(found.changed) == lost + gained
    shuffler.shuffle(after)
    again = compare(before, after)
    assert again.metrics[0].p_adjusted == found.metrics[0].p_adjusted
    assert {one.after.id for one in again.newly_wrong} == {one.after.id for one in found.newly_wrong}


@given(st.lists(st.sampled_from(GOLD_SETS), min_size=1, max_size=20))
def test_a_run_held_against_itself_has_not_changed(sets: list[str]) -> None:
    items = [scored(f"i{number}", gold_set=name) for number, name in enumerate(sets)]
    found = compare(items, items)
    assert (found.changed, found.violations, found.only_before, found.only_after) == ((), (), (), ())
    assert all(one.change.difference == 0 and one.p_adjusted == 1 for one in found.metrics)


def shown(before: list[Scored], after: list[Scored], *, show_test: bool) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {table.title: table.rows for table in comparison_tables(compare(before, after), show_test=show_test)}


@pytest.mark.parametrize("show_test", [False, True])
def test_test_items_are_counted_and_shown_only_on_demand(show_test: bool) -> None:
    item = scored("secret", split="test", asked="When did Orvik burn?")
    tables = shown([item], [replace(item, said="1921", scores={"right": 0.0})], show_test=show_test)
    (row,) = tables["Newly wrong: 1"]
    assert row[:2] == ("questions", "secret")
    assert ("When did Orvik burn?" in row) == ("1921" in row) == show_test


def test_tables_show_both_answers_and_the_gold_and_leave_out_what_is_the_same() -> None:
    tables = shown([scored("a"), scored("b")], [scored("a", 0), scored("c")], show_test=False)
    assert tables["Newly wrong: 1"] == (("questions", "a", "When was a?", "1911", "1921", "1911"),)
    assert tables["Newly right: 0"] == ()
    (row,) = tables["Metrics that changed"]
    assert row[:6] == ("questions", "right", "1", "1.000", "0.000", "-1.000")
    assert row[-4:] == ("1", "0", "0.5000", "0.5000")
    assert tables["Items only one run has, which count nowhere"] == (("before", "1", "b"), ("after", "1", "c"))


def test_a_broken_test_item_keeps_its_words_to_itself() -> None:
    broken = scored("secret", split="test", asked="When did Orvik burn?", violations=("quote not verbatim",))
    tables = shown([replace(broken, violations=())], [broken], show_test=False)
    assert tables["Newly broken invariants"] == (("questions", "secret", "quote not verbatim", "(a test item)"),)
