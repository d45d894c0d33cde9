"""Scores of checked claims: figures computed by hand, and what counts as evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import make_document
from eval.anchoring import Evidence
from eval.claim_scoring import ClaimResult, score_claim, summarise_claims
from eval.claimset import GoldClaim
from index.documents import Document, Span
from service.quotes import Citation, make_citation
from service.verdicts import LABELS, Verdict, VerdictLabel

REGISTER = make_document("The mill of Orvik burned in 1911. The mill of Orvik never burned.", "register")
LEAFLET = make_document("The mill of Orvik burned in 1911. Bread was dear.", "leaflet")
CLAIM = "The mill of Orvik burned."


def cite(document, quote: str) -> Citation:
    start = document.text.index(quote)
    return make_citation(document, Span(start, start + len(quote)), section=())


def evidence(document, quote: str) -> Evidence:
    start = document.text.index(quote)
    return Evidence(document.id, Span(start, start + len(quote)), quote)


def gold(
    verdict: VerdictLabel, supporting: tuple[Evidence, ...] = (), refuting: tuple[Evidence, ...] = ()
) -> GoldClaim:
    return GoldClaim("orvik-1", CLAIM, verdict, "date", "paraphrased", "test", supporting, refuting)


def given_verdict(
    verdict: VerdictLabel, supporting: tuple[Citation, ...] = (), refuting: tuple[Citation, ...] = ()
) -> Verdict:
    reason = "silent" if verdict == "not_enough_info" else None
    return Verdict(CLAIM, Span(0, len(CLAIM)), None, verdict, 0.75, supporting, refuting, reason, ())


def result(
    label: VerdictLabel, verdict: VerdictLabel, *, shown: bool | None = None, kind: str = "date", style: str = "plain"
) -> ClaimResult:
    return ClaimResult("claim", CLAIM, kind, style, "dev", label, verdict, 0.5, shown, (), (), (), {}, ())


def find(identity: str) -> Document:
    return {REGISTER.id: REGISTER, LEAFLET.id: LEAFLET}[identity]


def test_figures_by_hand() -> None:
    figures = summarise_claims(
        [
            result("supported", "supported", shown=True, kind="date"),
            result("supported", "supported", shown=False, kind="name"),
            result("supported", "not_enough_info", kind="date", style="paraphrased"),
            result("refuted", "refuted", shown=True),
            result("refuted", "supported"),
            result("conflicting", "supported"),
            result("not_enough_info", "not_enough_info"),
            result("not_enough_info", "supported"),
        ]
    )
    assert figures.claims == 8
    assert figures.accuracy == 0.5
    # supported 2·2/(5 + 3), refuted 2·1/(1 + 2), conflicting 0, not_enough_info 2·1/(2 + 2)
    assert figures.macro_f1 == round((1 / 2 + 2 / 3 + 0 + 1 / 2) / 4, 4)
    assert figures.false_supported == 0.5  # two of the four that are refuted or not said
    assert figures.evidence == round(2 / 3, 4)
    assert figures.confusion == {
        "supported": {"supported": 2, "refuted": 0, "conflicting": 0, "not_enough_info": 1},
        "refuted": {"supported": 1, "refuted": 1, "conflicting": 0, "not_enough_info": 0},
        "conflicting": {"supported": 1, "refuted": 0, "conflicting": 0, "not_enough_info": 0},
        "not_enough_info": {"supported": 1, "refuted": 0, "conflicting": 0, "not_enough_info": 1},
    }
    assert figures.by_kind == {
        "conflicting, date": 0,
        "not_enough_info, date": 0.5,
        "refuted, date": 0.5,
        "supported, date": 0.5,
        "supported, name": 1,
    }
    assert figures.by_style["supported, plain"] == 1
    assert figures.by_style["supported, paraphrased"] == 0


def test_a_conflict_called_supported_is_no_false_support() -> None:
    """The documents do say it, and also the contrary: wrong, but not the worst error."""
    figures = summarise_claims(
        [result("conflicting", "supported"), result("refuted", "refuted", shown=True), result("refuted", "conflicting")]
    )
    assert figures.false_supported == 0


labels = st.sampled_from(LABELS)


def all_right(gold_labels: list[VerdictLabel]) -> list[ClaimResult]:
    return [result(label, label, shown=None if label == "not_enough_info" else True) for label in gold_labels]


@settings(deadline=None, derandomize=True)
@given(st.lists(labels))
def test_all_right_is_a_macro_f1_of_one_if_every_label_occurs(more: list[VerdictLabel]) -> None:
    figures = summarise_claims(all_right([*LABELS, *more]))
    assert (figures.macro_f1, figures.accuracy, figures.evidence, figures.false_supported) == (1, 1, 1, 0)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(labels, labels)), st.randoms(use_true_random=False))
def test_any_mistake_costs_and_the_order_does_not_matter(
    pairs: list[tuple[VerdictLabel, VerdictLabel]], shuffler
) -> None:
    results = all_right(list(LABELS)) + [result(label, verdict) for label, verdict in pairs]
    figures = summarise_claims(results)
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    assert (figures.macro_f1 == 1) == (figures.accuracy == 1) == (not wrong)
    assert 0 <= figures.macro_f1 <= 1
    assert sum(sum(row.values()) for row in figures.confusion.values()) == figures.claims == len(results)
    right = sum(figures.confusion[label][label] for label in LABELS)
    assert figures.accuracy == round(right / len(results), 4)
    shuffler.shuffle(results)
    assert summarise_claims(results) == figures


def test_a_result_tells_what_was_asked_and_what_came() -> None:
    claim = gold("supported", (evidence(REGISTER, "burned in 1911"),))
    scored = score_claim(claim, given_verdict("refuted", refuting=(cite(REGISTER, "never burned"),)), find)
    assert (scored.id, scored.claim, scored.kind, scored.style, scored.split) == (
        "orvik-1",
        CLAIM,
        "date",
        "paraphrased",
        "test",
    )
    assert (scored.gold, scored.verdict, scored.confidence, scored.shown) == (
        "supported",
        "refuted",
        0.75,
        None,
    )


@pytest.mark.parametrize(
    ("document", "quote", "shown"),
    [
        (REGISTER, "The mill of Orvik burned in 1911.", True),
        (REGISTER, "1911", True),
        (REGISTER, "The mill of Orvik never burned.", False),
        (LEAFLET, "The mill of Orvik burned in 1911.", False),
    ],
)
def test_evidence_is_the_place_and_not_the_words(document, quote: str, shown: bool) -> None:
    claim = gold("supported", (evidence(REGISTER, "burned in 1911"),))
    assert score_claim(claim, given_verdict("supported", (cite(document, quote),)), find).shown is shown


def test_one_quote_of_many_and_one_place_of_many_are_enough() -> None:
    claim = gold("supported", (evidence(REGISTER, "1911"), evidence(LEAFLET, "burned in 1911")))
    citations = (cite(LEAFLET, "Bread was dear."), cite(LEAFLET, "The mill of Orvik burned in 1911."))
    assert score_claim(claim, given_verdict("supported", citations), find).shown is True


@pytest.mark.parametrize(
    ("supporting", "refuting", "shown"),
    [
        ("burned in 1911", "never burned", True),
        ("burned in 1911", "The mill of Orvik burned", False),
        ("never burned", "never burned", False),
        ("never burned", "burned in 1911", False),
    ],
)
def test_a_conflict_needs_evidence_on_both_sides(supporting: str, refuting: str, shown: bool) -> None:
    claim = gold("conflicting", (evidence(REGISTER, "in 1911"),), (evidence(REGISTER, "never"),))
    verdict = given_verdict("conflicting", (cite(REGISTER, supporting),), (cite(REGISTER, refuting),))
    assert score_claim(claim, verdict, find).shown is shown


def test_a_refuted_claim_is_proved_by_refuting_quotes() -> None:
    claim = gold("refuted", refuting=(evidence(REGISTER, "never"),))
    assert score_claim(claim, given_verdict("refuted", refuting=(cite(REGISTER, "never burned"),)), find).shown is True
    assert score_claim(claim, given_verdict("refuted", refuting=(cite(REGISTER, "1911"),)), find).shown is False


def test_silence_has_no_evidence_to_show() -> None:
    assert score_claim(gold("not_enough_info"), given_verdict("not_enough_info"), find).shown is None


@pytest.mark.parametrize(
    ("claim", "verdict", "scores"),
    [
        (
            gold("refuted", refuting=(evidence(REGISTER, "never"),)),
            given_verdict("refuted", (), (cite(REGISTER, "never"),)),
            {"right": 1, "verdict": 1, "evidence": 1, "not_falsely_supported": 1},
        ),
        (
            gold("refuted", refuting=(evidence(REGISTER, "never"),)),
            given_verdict("refuted", (), (cite(REGISTER, "1911"),)),
            {"right": 0, "verdict": 1, "evidence": 0, "not_falsely_supported": 1},
        ),
        (
            gold("refuted", refuting=(evidence(REGISTER, "never"),)),
            given_verdict("supported", (cite(REGISTER, "1911"),)),
            {"right": 0, "verdict": 0, "not_falsely_supported": 0},
        ),
        (
            gold("supported", (evidence(REGISTER, "1911"),)),
            given_verdict("not_enough_info"),
            {"right": 0, "verdict": 0},
        ),
        (
            gold("not_enough_info"),
            given_verdict("not_enough_info"),
            {"right": 1, "verdict": 1, "not_falsely_supported": 1},
        ),
    ],
)
def test_a_claim_counts_in_exactly_what_can_be_told_of_it(
    claim: GoldClaim, verdict: Verdict, scores: dict[str, float]
) -> None:
    assert score_claim(claim, verdict, find).scores == scores
