"""The gate's decisions: worked out by hand, by property, and what it says when it cannot tell."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scored_items import rights, scored

from eval.comparison import compare
from eval.comparison_report import decision_lines
from eval.gating import ALPHA, DETECT, MAIN_SHARE, POWER, chance_of_seeing, corrected, decide, items_needed
from eval.paired import holm


def decided(lost: int, gained: int, same: int, *, strict: bool = False, **options: Any):
    before = rights("1" * lost + "0" * gained + "1" * same)
    after = rights("0" * lost + "1" * gained + "1" * same)
    return decide(compare(before, after), strict=strict, **options)


@pytest.mark.parametrize(
    ("lost", "gained", "outcome"),
    [
        (0, 0, "passed"),
        (4, 0, "passed"),  # 1/16: chance explains it
        (5, 0, "failed"),  # 1/32
        (10, 3, "failed"),  # 378/8192 = .046
        (9, 3, "passed"),  # 299/4096 = .073
        (0, 30, "passed"),
    ],
)
def test_a_loss_that_chance_does_not_explain_fails(lost: int, gained: int, outcome: str) -> None:
    decision = decided(lost, gained, 200)
    assert decision.outcome == outcome
    assert bool(decision.losses) == (outcome == "failed")


def test_the_reason_gives_the_metric_and_its_numbers() -> None:
    decision = decided(10, 0, 90)
    assert decision.reasons == ("questions: right fell from 1.000 to 0.900 (10 lost, 0 gained, p 0.0010)",)
    assert decision_lines(decision) == ("The gate is not passed.", f"- {decision.reasons[0]}")


def test_one_new_violation_fails_and_an_old_one_does_not() -> None:
    before = rights("1" * 200)
    broken = scored("q7", violations=("quote not verbatim",))
    after = [broken if item.id == "q7" else item for item in before]
    decision = decide(compare(before, after), strict=False)
    assert (decision.outcome, decision.losses) == ("failed", ())
    assert decision.reasons == ("q7 breaks an invariant: quote not verbatim",)
    assert decide(compare(after, after), strict=False).outcome == "passed"


def test_strict_fails_for_a_single_item_and_names_it() -> None:
    assert decided(1, 5, 200).outcome == "passed"
    decision = decided(1, 5, 200, strict=True)
    assert (decision.outcome, decision.reasons) == ("failed", ("q0 is newly wrong",))


def test_too_few_items_say_how_many_would_do() -> None:
    decision = decided(1, 0, 20)
    assert decision.outcome == "too_few"
    assert decision.reasons == (
        "21 items are too few to tell a loss of 8% from chance; 98 would do: add gold items or name a larger loss "
        "with --detect",
    )
    assert decided(1, 0, 20, detect=0.4).outcome == "passed"
    # What can be told is told, however few there are.
    assert decided(10, 0, 0).outcome == "failed"


def test_runs_that_share_nothing_cannot_be_told_apart() -> None:
    decision = decide(compare([scored("a")], [scored("b")]), strict=False)
    assert (decision.outcome, decision.reasons) == (
        "too_few",
        ("the runs share no items; compare runs over the same gold",),
    )


def test_a_metric_that_is_not_gated_does_not_decide() -> None:
    before = [scored(f"q{number}", scores={"right": 1.0, "f1": 1.0}) for number in range(120)]
    after = [scored(f"q{number}", scores={"right": 1.0, "f1": 0.0}) for number in range(120)]
    assert decide(compare(before, after), strict=False).outcome == "passed"


@pytest.mark.parametrize("metric", ["recall@5", "retrieved@5", "refusal_recall"])
def test_a_part_that_breaks_is_seen_though_answers_are_as_right_as_before(metric: str) -> None:
    before = [scored(f"q{number}", scores={"right": 1.0, metric: 1.0}) for number in range(120)]
    after = [scored(f"q{number}", scores={"right": 1.0, metric: float(number > 11)}) for number in range(120)]
    decision = decide(compare(before, after), strict=False)
    assert [(one.gold_set, one.metric) for one in decision.losses] == [("questions", metric)]


def test_small_losses_of_every_set_add_up() -> None:
    sets = ("questions", "claims", "lookups")
    before = [item for name in sets for item in rights("1" * 50, gold_set=name)]
    after = [item for name in sets for item in rights("00" + "1" * 48, gold_set=name)]
    decision = decide(compare(before, after), strict=False)
    assert [(one.gold_set, one.metric) for one in decision.losses] == [("all", "right")]
    assert decision.reasons[0].startswith("all sets: right fell from 1.000 to 0.960 (6 lost, 0 gained")


def test_the_main_metric_has_its_share_and_the_others_theirs() -> None:
    assert corrected(0.03, []) == [0.03]
    assert corrected(0.03, [1.0]) == [pytest.approx(0.03 / MAIN_SHARE), 1.0]
    assert corrected(0.9, [0.004, 0.5])[1] == pytest.approx(0.004 / ((1 - MAIN_SHARE) / 2))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_equal_weights_are_no_weights(values: list[float]) -> None:
    assert holm(values, [0.5] * len(values)) == pytest.approx(holm(values))


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=6), st.lists(st.floats(0.1, 5), min_size=6, max_size=6))
def test_a_rejection_is_one_every_subset_of_hypotheses_would_make(values: list[float], weights: list[float]) -> None:
    """Weighted Holm is the closure of weighted Bonferroni: worked out here over all subsets."""
    shares = weights[: len(values)]
    subsets = [[n for n in range(len(values)) if bits >> n & 1] for bits in range(1, 2 ** len(values))]
    worst = {tuple(one): min(values[n] / shares[n] for n in one) * math.fsum(shares[n] for n in one) for one in subsets}
    expected = [min(1.0, max(worst[tuple(one)] for one in subsets if n in one)) for n in range(len(values))]
    assert holm(values, shares) == pytest.approx(expected)


@pytest.mark.parametrize(("items", "loss"), [(0, 0.08), (4, 0.5), (98, 0.08), (200, 0.08), (40, 0.2)])
def test_the_chance_of_seeing_a_loss_is_a_binomial_one(items: int, loss: float) -> None:
    # Five lost and none gained have p 1/32, below ALPHA * MAIN_SHARE; four have 1/16.
    assert chance_of_seeing(items, loss) == pytest.approx(stats.binom.sf(4, items, loss), abs=1e-12)


@pytest.mark.parametrize("loss", [0.02, 0.08, 0.3, 1.0])
def test_the_items_needed_are_enough_and_not_one_too_many(loss: float) -> None:
    needed = items_needed(loss)
    assert chance_of_seeing(needed, loss) >= POWER > chance_of_seeing(needed - 1, loss)


def test_what_the_gate_promises_for_two_hundred_items() -> None:
    assert (ALPHA, DETECT) == (0.05, 0.08)
    assert chance_of_seeing(200, DETECT) > 0.9
