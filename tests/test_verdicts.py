"""From chances to a verdict: the surest quote of each side decides, and no verdict lacks the quotes it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import make_document
from index.documents import Span
from index.errors import ModelError
from index.passages import Passage
from service.checking.checker import MAX_NEAREST, MAX_QUOTES, SHOWN_SHARE, decide
from service.checking.mentions import find_mentions
from service.checking.values import compare_values
from service.checking.weighing import Quotable, Weighed
from service.checking.weights import Bars, Confidence, Fitted, load_weights
from service.evidence.judging import Judged
from service.evidence.model import VERIFIER_CHECKSUM
from service.evidence.reading import Evidence, Reading
from service.evidence.rendering import render
from service.quotes import Citation, make_citation, verify_citation
from service.verdicts import LABELS, SilenceReason, Verdict, VerdictLabel, summarize

CLAIM = "The mill of Orvik ground 40 tons."
CHRONICLE = make_document(
    "".join(f"The mill of Orvik ground {number} tons in the year of the flood.\n" for number in range(30, 46)),
    "chronicle",
)
NO_VALUES = compare_values(find_mentions(""), find_mentions(""), "")


def lines_of(document) -> list[Span]:
    spans, start = [], 0
    for line in document.text.splitlines(keepends=True):
        spans.append(Span(start, start + len(line.rstrip("\n"))))
        start += len(line)
    return spans


LINES = lines_of(CHRONICLE)


AS_DECIDED = Confidence(1.0, 0.0, 0.0, 0.0, 0.0)
USUAL = Bars(0.6, 0.6, 0.7)


def weighed(*chances: tuple[float, float]) -> list[Weighed]:
    """The lines of the chronicle in order, with these chances to support and to refute."""
    return [
        Weighed(
            Quotable(Reading(CHRONICLE, ("Floods",), line, line, CHRONICLE.quote(line)), CHRONICLE.quote(line), "", ""),
            *pair,
            NO_VALUES,
        )
        for line, pair in zip(LINES, chances, strict=False)
    ]


def judged(count: int) -> list[Judged]:
    """The first passages of two lines each."""
    found = []
    for first, second in list(zip(LINES[::2], LINES[1::2], strict=True))[:count]:
        span = Span(first.start, second.end)
        passage = Passage("chronicle", CHRONICLE.version, span, "paragraph", ("Floods",), (first, second), (), "")
        found.append(Judged(Evidence(CHRONICLE, passage, 1.0, {}, ()), render(CHRONICLE, passage), (), 0.0, 1.0))
    return found


def line_numbers(citations: tuple[Citation, ...]) -> list[int]:
    return [LINES.index(citation.span) for citation in citations]


def test_a_quote_for_the_claim_supports_it() -> None:
    verdict = decide(CLAIM, judged(2), weighed((0.1, 0.1), (0.812345, 0.1)), USUAL)
    assert (verdict.verdict, verdict.confidence, verdict.reason) == ("supported", 0.8123, None)
    assert (verdict.claim, verdict.span, verdict.standalone) == (CLAIM, Span(0, len(CLAIM)), None)
    assert line_numbers(verdict.supporting) == [1]
    assert verdict.supporting[0].section == ("Floods",)
    assert verdict.refuting == verdict.nearest == ()


def test_a_quote_against_the_claim_refutes_it() -> None:
    verdict = decide(CLAIM, judged(2), weighed((0.1, 0.1), (0.1, 0.8)), USUAL)
    assert (verdict.verdict, verdict.confidence) == ("refuted", 0.8)
    assert line_numbers(verdict.refuting) == [1]
    assert verdict.supporting == verdict.nearest == ()


def test_each_side_has_its_own_bar_and_reaching_it_is_enough() -> None:
    bars = Bars(0.7, 0.5, 0.9)
    assert decide(CLAIM, [], weighed((0.7, 0.0)), bars).verdict == "supported"
    assert decide(CLAIM, [], weighed((0.69, 0.0)), bars).verdict == "not_enough_info"
    assert decide(CLAIM, [], weighed((0.0, 0.5)), bars).verdict == "refuted"
    assert decide(CLAIM, [], weighed((0.0, 0.49)), bars).verdict == "not_enough_info"


def test_one_sure_quote_counts_more_than_ten_that_nearly_convince() -> None:
    many = [(0.59, 0.0)] * 10
    assert decide(CLAIM, [], weighed(*many), USUAL).verdict == "not_enough_info"
    verdict = decide(CLAIM, [], weighed(*many, (0.0, 0.61)), USUAL)
    assert verdict.verdict == "refuted"
    assert line_numbers(verdict.refuting) == [10]
    outvoted = decide(CLAIM, [], weighed(*[(0.8, 0.0)] * 10, (0.0, 0.9)), USUAL)
    assert (outvoted.verdict, outvoted.confidence) == ("conflicting", 0.8)


def test_the_quotes_come_surest_first_and_equal_ones_as_they_were_found() -> None:
    verdict = decide(CLAIM, [], weighed((0.7, 0), (0.9, 0), (0.7, 0), (0.8, 0), (0.9, 0)), USUAL)
    assert line_numbers(verdict.supporting) == [1, 4, 3, 0, 2]


def test_a_conflict_shows_both_sides_and_is_as_sure_as_the_weaker() -> None:
    verdict = decide(CLAIM, [], weighed((0.75, 0.1), (0.1, 0.9), (0.95, 0.0), (0.0, 0.72)), USUAL)
    assert (verdict.verdict, verdict.confidence, verdict.reason) == ("conflicting", 0.9, None)
    assert line_numbers(verdict.supporting) == [2, 0]
    assert line_numbers(verdict.refuting) == [1, 3]


def test_what_is_too_unsure_to_decide_alone_can_be_a_side_of_a_conflict() -> None:
    verdict = decide(CLAIM, [], weighed((0.75, 0.1), (0.1, 0.7)), Bars(0.9, 0.8, 0.7))
    assert (verdict.verdict, verdict.confidence) == ("conflicting", 0.7)
    assert (line_numbers(verdict.supporting), line_numbers(verdict.refuting)) == ([0], [1])


@pytest.mark.parametrize(
    ("supports", "refutes", "verdict"),
    [
        (0.7, 0.7, "conflicting"),
        (0.9, 0.69, "supported"),
        (0.69, 0.9, "refuted"),
        (0.65, 0.65, "supported"),
        (0.65, 0.66, "refuted"),
        (0.55, 0.66, "refuted"),
    ],
)
def test_a_weak_conflict_goes_to_the_surer_side(supports: float, refutes: float, verdict: VerdictLabel) -> None:
    decided = decide(CLAIM, [], weighed((supports, 0.0), (0.0, refutes)), USUAL)
    assert decided.verdict == verdict
    assert bool(decided.supporting) == (verdict != "refuted")
    assert bool(decided.refuting) == (verdict != "supported")
    assert decided.confidence == (min if verdict == "conflicting" else max)(supports, refutes)


def test_at_most_so_many_quotes_are_shown_and_they_are_the_surest() -> None:
    chances = [(0.61 + 0.03 * number, 0.0) for number in range(MAX_QUOTES + 3)]
    verdict = decide(CLAIM, [], weighed(*chances), USUAL)
    assert line_numbers(verdict.supporting) == list(range(MAX_QUOTES + 2, 2, -1))


def test_quotes_far_less_sure_than_the_surest_are_left_out() -> None:
    low = Bars(0.2, 0.2, 1.0)
    least = 0.9 * SHOWN_SHARE
    verdict = decide(CLAIM, [], weighed((0.9, 0), (least + 0.01, 0), (least - 0.01, 0)), low)
    assert line_numbers(verdict.supporting) == [0, 1]


def test_where_nothing_was_retrieved_nothing_is_near() -> None:
    verdict = decide(CLAIM, [], [], USUAL)
    assert (verdict.verdict, verdict.reason, verdict.confidence) == ("not_enough_info", "nothing_retrieved", 1.0)
    assert verdict.nearest == ()


def test_silent_documents_show_their_closest_passages() -> None:
    found = judged(MAX_NEAREST + 2)
    verdict = decide(CLAIM, found, weighed((0.3, 0.2), (0.1, 0.45)), USUAL)
    assert (verdict.verdict, verdict.reason, verdict.confidence) == ("not_enough_info", "silent", 0.55)
    assert [one.span for one in verdict.nearest] == [one.evidence.passage.span for one in found[:MAX_NEAREST]]
    assert verdict.nearest[0].section == ("Floods",)


@pytest.mark.parametrize(("said", "highlighted"), [("ground 41 tons", "41"), ("ground 40 tons", "40")])
def test_the_number_that_decided_is_highlighted_where_it_stands(said: str, highlighted: str) -> None:
    line = next(line for line in LINES if said in CHRONICLE.quote(line))
    text = CHRONICLE.quote(line)
    comparison = compare_values(find_mentions("The place ground 40 tons."), find_mentions(text), "")
    (cited,) = decide(
        CLAIM,
        [],
        [Weighed(Quotable(Reading(CHRONICLE, (), line, line, text), text, "", ""), 0.9, 0.0, comparison)],
        USUAL,
    ).supporting
    assert cited.highlight is not None
    assert CHRONICLE.text[cited.highlight.start : cited.highlight.end] == highlighted
    told = Reading(CHRONICLE, (), line, line, f"Orvik, {text}")
    (other,) = decide(CLAIM, [], [Weighed(Quotable(told, told.said, "", ""), 0.9, 0.0, comparison)], USUAL).supporting
    assert other.highlight is None, "a row as the model reads it has other offsets than the document"
    assert other.text == text


STEPS = st.integers(0, 20).map(lambda step: step / 20)
CHANCES = st.lists(st.tuples(STEPS, STEPS).filter(lambda pair: sum(pair) <= 1), max_size=len(LINES))


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    CHANCES, st.tuples(STEPS, STEPS, STEPS).map(lambda bars: tuple(max(bar, 0.05) for bar in bars)), st.integers(0, 5)
)
def test_every_verdict_is_sound(
    chances: list[tuple[float, float]], bars: tuple[float, float, float], passages: int
) -> None:
    verdict = decide(CLAIM, judged(passages), weighed(*chances), Bars(*bars))
    assert 0 <= verdict.confidence <= 1
    for citation in (*verdict.supporting, *verdict.refuting, *verdict.nearest):
        assert citation.text == CHRONICLE.text[citation.start : citation.end]
        verify_citation(citation, CHRONICLE)
    for side, citations in enumerate((verdict.supporting, verdict.refuting)):
        bar = bars[2] if verdict.verdict == "conflicting" else bars[side]
        shown = [chances[number][side] for number in line_numbers(citations)]
        assert len(shown) <= MAX_QUOTES
        assert shown == sorted(shown, reverse=True)
        assert all(one >= max(bar, SHOWN_SHARE * shown[0]) for one in shown)
        assert not shown or shown[0] == max(pair[side] for pair in chances if pair[side] > pair[1 - side])
    sides = [max((pair[side] for pair in chances if pair[side] > pair[1 - side]), default=0.0) for side in (0, 1)]
    assert (verdict.verdict == "conflicting") == (min(sides) >= bars[2])
    if verdict.verdict != "conflicting":
        assert (verdict.verdict == "not_enough_info") == (sides[0] < bars[0] and sides[1] < bars[1])
    if verdict.reason is not None:
        assert verdict.reason == ("silent" if passages else "nothing_retrieved")
        assert len(verdict.nearest) == min(passages, MAX_NEAREST)


QUOTE = make_citation(CHRONICLE, LINES[0], section=())


@pytest.mark.parametrize(
    ("label", "supporting", "refuting"),
    [
        ("supported", (), ()),
        ("supported", (), (QUOTE,)),
        ("refuted", (), ()),
        ("refuted", (QUOTE,), ()),
        ("conflicting", (), ()),
        ("conflicting", (QUOTE,), ()),
        ("conflicting", (), (QUOTE,)),
        ("not_enough_info", (QUOTE,), ()),
        ("not_enough_info", (), (QUOTE,)),
    ],
)
def test_a_verdict_without_the_quotes_it_needs_cannot_be(
    label: VerdictLabel, supporting: tuple[Citation, ...], refuting: tuple[Citation, ...]
) -> None:
    reason: SilenceReason | None = "silent" if label == "not_enough_info" else None
    with pytest.raises(ValueError, match="wrong quotes"):
        Verdict(CLAIM, Span(0, 5), None, label, 0.9, supporting, refuting, reason, ())


@pytest.mark.parametrize(
    ("label", "supporting", "refuting", "reason"),
    [
        ("supported", (QUOTE,), (), "silent"),
        ("refuted", (), (QUOTE,), "silent"),
        ("conflicting", (QUOTE,), (QUOTE,), "nothing_retrieved"),
        ("not_enough_info", (), (), None),
    ],
)
def test_only_silence_has_a_reason_and_it_always_has_one(
    label: VerdictLabel, supporting: tuple[Citation, ...], refuting: tuple[Citation, ...], reason: SilenceReason | None
) -> None:
    with pytest.raises(ValueError, match="a reason belongs to not_enough_info"):
        Verdict(CLAIM, Span(0, 5), None, label, 0.9, supporting, refuting, reason, ())


def test_the_summary_counts_every_label() -> None:
    silent = decide(CLAIM, [], [], USUAL)
    supported = decide(CLAIM, [], weighed((0.9, 0)), USUAL)
    assert summarize([silent, supported, silent]) == {
        "supported": 1,
        "refuted": 0,
        "conflicting": 0,
        "not_enough_info": 2,
    }
    assert list(summarize([])) == list(LABELS)


def content() -> dict[str, Any]:
    return {
        "verifier": VERIFIER_CHECKSUM,
        "bars": {"supported": 0.6, "refuted": 0.7, "conflicting": 0.8},
        "confidence": {"slope": 0.5, "supported": 1.0, "refuted": 0.0, "conflicting": -1.0, "not_enough_info": 0.25},
        "fingerprint": "verdicts-orvik",
    }


def write(folder: Path, held: dict[str, Any]) -> Path:
    path = folder / "weights.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    return path


def test_fitted_numbers_are_read_as_they_were_written(tmp_path: Path) -> None:
    confidence = Confidence(0.5, 1.0, 0.0, -1.0, 0.25)
    assert load_weights(write(tmp_path, content())) == Fitted(Bars(0.6, 0.7, 0.8), confidence, "verdicts-orvik")


def test_confidence_is_the_chance_itself_until_it_is_fitted() -> None:
    for chance in (0.01, 0.3, 0.999):
        for verdict in LABELS:
            assert AS_DECIDED.of(verdict, chance) == pytest.approx(chance)


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(LABELS))
def test_confidence_stays_a_chance_and_grows_with_what_decided(one: float, other: float, verdict: VerdictLabel) -> None:
    fitted = Confidence(0.5, 1.0, 0.0, -1.0, 0.25)
    low, high = sorted((one, other))
    assert 0 < fitted.of(verdict, low) <= fitted.of(verdict, high) < 1
    assert fitted.of("supported", one) >= fitted.of("refuted", one) >= fitted.of("conflicting", one)


@pytest.mark.parametrize("change", [{"verifier": "0" * 64}, {"verifier": None}])
def test_numbers_fitted_for_another_verifier_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    held = {name: value for name, value in {**content(), **change}.items() if value is not None}
    with pytest.raises(ModelError, match=r"eval\.fit_verdicts") as refused:
        load_weights(write(tmp_path, held))
    assert refused.value.code == "model_altered"
