"""Rival answers and scattered lists: what contradicts, what belongs together, and how both are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import build_pipeline, make_document
from index.documents import Document, Span
from index.encoder import Encoder
from index.library import Library
from index.passages import Passage
from service import render
from service.answers import Alternative, Conflicting, conflicting
from service.evidence.entailing import chances_of, weigh
from service.evidence.formats import LABELS, Label
from service.evidence.judging import Judged
from service.evidence.lists import MAX_MEMBERS, gather_members
from service.evidence.model import EvidenceModel, Pair, WindowLogits
from service.evidence.reader import EvidenceReader
from service.evidence.reading import Evidence, Finding, Reading
from service.evidence.rendering import render as rendered
from service.evidence.rivals import find_rivals
from service.pipeline import Pipeline
from service.quotes import make_citation

Verdict = Callable[[Pair], Label]
ONE = make_document("The treaty of Solmark was signed on 3 June 1921. It ended the war.", "one", "History")
OTHER = make_document("The treaty of Solmark was signed on 9 October 1924. It ended the war.", "other", "Treaties")


def logits(label: Label) -> np.ndarray:
    return np.array([8.0 if label == known else 0.0 for known in LABELS])


def window(label: Label) -> WindowLogits:
    return WindowLogits((), np.zeros(0), np.zeros(0), 0.0, 9.0, logits(label))


class Scripted:
    """Stands where the model does, and says of a pair what the test tells it to."""

    def reads_whole(self, claim: str) -> bool:
        return True

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.asked: list[Pair] = []

    def judge(self, pairs: Sequence[Pair]) -> list[list[WindowLogits]]:
        self.asked += pairs
        return [[window(self.verdict(pair))] for pair in pairs]


class Prompted(EvidenceModel):
    """The real model, told what entails and contradicts."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self.verdict = verdict

    def judge(self, pairs: Sequence[Pair]) -> list[list[WindowLogits]]:
        return [
            [replace(one, entailment=logits(self.verdict(pair))) for one in windows]
            for pair, windows in zip(pairs, super().judge(pairs), strict=True)
        ]


class EvenReader(EvidenceReader):
    """Finds what the reader finds, and takes all of it for equally likely."""

    def read(self, question: str, judged: Sequence[Judged]) -> tuple[Finding, ...]:
        return tuple(replace(finding, confidence=0.9) for finding in super().read(question, judged))


def contradicting(_pair: Pair) -> Label:
    return "contradiction"


def silent(_pair: Pair) -> Label:
    return "neutral"


def finding(document: Document, words: str, confidence: float = 0.9, *, stands: bool = True) -> Finding:
    """A finding whose quote is the document's first sentence."""
    start = document.text.index(words)
    quote = Span(0, document.text.index(".") + 1)
    return Finding(
        words,
        (Reading(document, (), quote, Span(start, start + len(words)), document.quote(quote)),),
        confidence,
        stands,
    )


def both(first: float = 0.9, second: float = 0.8) -> list[Finding]:
    return [finding(ONE, "3 June 1921", first), finding(OTHER, "9 October 1924", second)]


def rivals_of(findings: Sequence[Finding], verdict: Verdict = contradicting) -> tuple[Finding, ...]:
    return find_rivals(Scripted(verdict), 1.0, findings)


def open_with(folder: Path, encoder: Encoder, verdict: Verdict) -> Pipeline:
    """The product over the two documents that disagree, with a reader that is told what contradicts."""
    library = Library(folder / "data", encoder)
    for document in (ONE, OTHER):
        library.add(document)
    library.close()
    pipeline = build_pipeline(folder / "data", encoder)
    pipeline.reader = EvenReader()
    pipeline.reader._model = Prompted(verdict)
    return pipeline


def test_another_date_in_another_document_is_a_rival() -> None:
    findings = both()
    assert rivals_of(findings) == (findings[1],)


def test_quotes_that_do_not_contradict_are_no_rivals() -> None:
    assert rivals_of(both(), silent) == ()


def test_one_direction_of_contradiction_is_enough() -> None:
    verdicts: list[Verdict] = [lambda pair, year=year: "contradiction" if year in pair.text else "neutral"
                               for year in ("1921", "1924")]  # fmt: skip
    assert all(len(rivals_of(both(), verdict)) == 1 for verdict in verdicts)


def test_each_quote_is_held_against_the_other() -> None:
    model = Scripted(silent)
    find_rivals(model, 1.0, both())
    assert {(pair.header, pair.question[-5:], pair.text[-5:]) for pair in model.asked} == {
        ("", "1921.", "1924."),
        ("", "1924.", "1921."),
    }


def test_one_document_does_not_contradict_itself() -> None:
    document = make_document("Kidal fell on 30 March 2012 and again on 5 May 2013.", "one")
    assert rivals_of([finding(document, "30 March 2012"), finding(document, "5 May 2013")]) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It fell in June 1921.", "It fell on 3 June 1921."),
        ("It fell to Anna Brandt.", "It fell to Jonas Lind."),
        ("It fell to 240 men.", "It fell to me in 1921."),
        ("It fell to 240 ships.", "It fell to 12 islands."),
    ],
)
def test_what_may_both_be_true_is_no_rival(first: str, second: str) -> None:
    findings = [
        finding(make_document(text, name), text.removesuffix(".").split(" ", 3)[3])
        for name, text in (("one", first), ("other", second))
    ]
    assert rivals_of(findings) == ()


def test_a_rival_is_what_the_model_would_answer_with_alone_however_small_its_share() -> None:
    weak, strong = (finding(OTHER, "9 October 1924", 0.01, stands=stands) for stands in (False, True))
    assert rivals_of([both()[0], weak]) == ()
    assert rivals_of([both()[0], strong]) == (strong,)


def test_a_lone_finding_has_no_rival() -> None:
    assert rivals_of(both()[:1]) == ()


def test_documents_that_disagree_are_both_quoted(tmp_path: Path, encoder: Encoder) -> None:
    pipeline = open_with(tmp_path, encoder, contradicting)
    answer = pipeline.ask("When was the treaty of Solmark signed?")
    assert answer.status == "conflicting"
    assert {one.answer for one in answer.alternatives} == {"3 June 1921", "9 October 1924"}
    for one in answer.alternatives:
        assert one.citations[0].text == f"The treaty of Solmark was signed on {one.answer}."
    best = answer.alternatives[0]
    assert (answer.answer, answer.confidence, answer.citations) == (best.answer, best.confidence, best.citations)
    assert (answer.reason, answer.nearest) == (None, ())
    pipeline.library.close()


def test_a_claim_that_one_document_states_and_the_other_denies_is_conflicting(tmp_path: Path, encoder: Encoder) -> None:
    def verdict(pair: Pair) -> Label:
        return "entailment" if "1921" in pair.text else "contradiction" if "1924" in pair.text else "neutral"

    pipeline = open_with(tmp_path, encoder, verdict)
    answer = pipeline.ask("Was the treaty of Solmark signed in 1921?")
    assert answer.status == "conflicting"
    quoted = {one.answer: [citation.text for citation in one.citations] for one in answer.alternatives}
    assert quoted == {
        "Yes": ["The treaty of Solmark was signed on 3 June 1921."],
        "No": ["The treaty of Solmark was signed on 9 October 1924."],
    }
    pipeline.library.close()


def test_only_the_sentence_that_says_it_speaks_for_a_claim() -> None:
    text = "Snow fell. The tower was built in 1887. It is tall. It was built in 1887, they say."
    document = make_document(text)
    starts = [text.index(words) for words in ("Snow", "The tower", "It is", "It was")]
    units = tuple(
        Span(start, end) for start, end in zip(starts, [*(at - 1 for at in starts[1:]), len(text)], strict=True)
    )
    passage = _passage(document, units)
    model = Scripted(lambda pair: "entailment" if "1887" in pair.text else "neutral")
    judged = Judged(Evidence(document, passage, 0.0, {}, ()), rendered(document, passage), (), 0.0, 0.0)
    weighed = weigh(model, 1.0, "The tower was built in 1887.", [judged])
    assert [one.reading.quote for one in weighed] == list(units)
    assert [one.entails > 0.5 for one in weighed] == [False, True, False, True]
    assert "The tower was built in 1887. It is tall." in [pair.text for pair in model.asked]


def _passage(document: Document, units: tuple[Span, ...]) -> Passage:
    return Passage(document.id, document.version, Span(0, len(document.text)), "paragraph", (), units, (), "")


def test_chances_are_those_of_the_window_that_says_most() -> None:
    entails, contradicts = chances_of([window("neutral"), window("contradiction"), window("neutral")], 1.0)
    assert contradicts > 0.9 > entails
    softer = chances_of([window("contradiction")], 4.0)
    assert 0.5 < softer[1] < contradicts


def member(words: str, confidence: float, *, stands: bool = True) -> Finding:
    return finding(make_document(f"{words} came to the town.", words.casefold()[:5]), words, confidence, stands=stands)


def test_members_that_stand_scattered_are_gathered_each_with_its_quote() -> None:
    gathered = gather_members([member("Gao", 0.8), member("Kidal", 0.6), member("Timbuktu", 0.41)])
    assert gathered.text == "Gao; Kidal; Timbuktu"
    assert [reading.text for reading in gathered.readings] == ["Gao", "Kidal", "Timbuktu"]
    assert gathered.confidence == 0.8


def test_unlikely_members_are_left_out() -> None:
    assert gather_members([member("Gao", 0.8), member("Kidal", 0.39, stands=False)]).text == "Gao"


@pytest.mark.parametrize("words", ["Gao, Kidal", "Gao and Kidal", "Gao; Kidal", "Gao / Kidal", "Gao & Kidal", "x" * 61])
def test_what_already_enumerates_stays_as_it_is(words: str) -> None:
    first = member(words, 0.8)
    assert gather_members([first, member("Timbuktu", 0.8)]) is first
    assert gather_members([member("Timbuktu", 0.8), first]).text == "Timbuktu"


def test_a_list_ends_somewhere_and_keeps_a_quote_for_each_member() -> None:
    gathered = gather_members([member(f"Town{number}", 0.8) for number in range(MAX_MEMBERS + 5)])
    assert len(gathered.text.split("; ")) == len(gathered.readings) == MAX_MEMBERS


def test_every_member_of_a_list_is_quoted(pipeline: Pipeline) -> None:
    document = pipeline.library.document(*_first_document(pipeline))
    readings = tuple(Reading(document, (), Span(at, at + 40), Span(at, at + 5), "") for at in range(0, 600, 50))
    citations = pipeline._quotes(
        Finding("; ".join(reading.text for reading in readings), readings, 0.9, stands=True), []
    )
    assert [citation.start for citation in citations] == list(range(0, 600, 50))


def _first_document(pipeline: Pipeline) -> tuple[str, str]:
    hit = pipeline.search("Kidal").hits[0].passage
    return hit.document_id, hit.version


def alternative(text: str = "It is 240.", title: str = "A title", answer: str = "240") -> Alternative:
    document = make_document(text, title=title)
    return Alternative(answer, 0.8, (make_citation(document, Span(0, len(text)), section=()),))


def test_a_conflict_needs_two_answers_with_a_quote_each() -> None:
    assert isinstance(conflicting((alternative(), alternative())), Conflicting)
    for alternatives in ((), (alternative(),), (alternative(), Alternative("410", 0.7, ()))):
        with pytest.raises(ValueError):  # noqa: PT011 - any refusal will do
            conflicting(alternatives)
        with pytest.raises(ValueError, match="two alternatives"):
            replace(conflicting((alternative(), alternative())), alternatives=alternatives)


def test_a_conflict_is_shown_with_every_answer_and_its_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    render.show_answer(conflicting((alternative(), alternative("It is 410.", "Other", "410"))))
    shown = capsys.readouterr().out
    for words in ("disagree", "240", "It is 240.", "A title", "410", "It is 410.", "Other", "c1:doc@"):
        assert words in shown


@pytest.mark.parametrize("control", ["\x1b[2J", "\x07", "\u202e", "\r", "\x9b31m"])
def test_a_conflict_cannot_drive_the_terminal(control: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad = f"It{control} is 240."
    render.show_answer(conflicting((alternative(bad, f"T{control}", f"2{control}"), alternative())))
    shown = capsys.readouterr().out
    assert control[0] not in shown
    assert shown.count("\N{REPLACEMENT CHARACTER}") == 3
