"""Answers end to end over small documents: the right words, their own quote, and no word where nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from conftest import build_pipeline, make_document
from index.documents import Document, Span
from index.encoder import Encoder
from index.library import Library
from service.answers import Answered
from service.evidence.reader import MAX_PLACES, EvidenceReader, number_answers
from service.evidence.reading import Reading
from service.pipeline import Pipeline
from service.quotes import Citation

Opener = Callable[..., Pipeline]
HARBOUR = """= Port of Veldhaven =

The harbour of Veldhaven lies on the west coast. Fishing has fed the town for centuries. The lighthouse was built on \
14 May 1887 by the engineer Anna Brandt. It burned down once and was rebuilt in stone.

== Ferries ==

| Ship | Captain | Passengers |
|---|---|---|
| Aurora | Jonas Lind | 240 |
| Borealis | Marta Holm | 410 |

== Facts ==

- Population: 12,400
- Mayor: Peter Grant
- Founded: 1632

== Trade ==

The port exports timber, salt, wool and herring to the islands. The old bridge was closed to cars in 2009.
"""
ISLANDS = "The islands are Hestra, Valdo and Minne. Fishing has fed them for centuries."
COUNTRY = "- Languages: Norse, Sami, Finnish\n- Capital: Solmark\n- Population: 12,400\n"
LIGHTHOUSE = "The lighthouse was built on 14 May 1887 by the engineer Anna Brandt."


@pytest.fixture(scope="module")
def opener(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens the product over documents, each time over a new folder."""
    opened: list[Pipeline] = []

    def open_over(*documents: Document) -> Pipeline:
        folder: Path = tmp_path_factory.mktemp("library") / "data"
        library = Library(folder, encoder)
        for document in documents:
            library.add(document)
        library.close()
        opened.append(build_pipeline(folder, encoder))
        return opened[-1]

    yield open_over
    for pipeline in opened:
        pipeline.library.close()


@pytest.fixture(scope="module")
def harbour(opener: Opener) -> Pipeline:
    return opener(make_document(HARBOUR, "harbour", "Port of Veldhaven"))


def answered(pipeline: Pipeline, question: str) -> Answered:
    answer = pipeline.ask(question)
    assert answer.status == "answered", answer
    assert 0.0 <= answer.confidence <= 1.0
    assert answer.reason is None
    assert answer.alternatives == answer.nearest == ()
    return answer


def highlighted(citation: Citation) -> str:
    """The words of a quote that answer; they must lie inside it."""
    if citation.highlight is None:
        return citation.text
    start, end = citation.highlight.start, citation.highlight.end
    assert citation.start <= start < end <= citation.end
    return citation.text[start - citation.start : end - citation.start]


def test_a_date_is_answered_with_its_words_and_quoted_with_its_sentence(harbour: Pipeline) -> None:
    answer = answered(harbour, "When was the lighthouse built?")
    assert answer.answer == "14 May 1887"
    assert answer.citations[0].text == LIGHTHOUSE
    assert highlighted(answer.citations[0]) == "14 May 1887"


@pytest.mark.parametrize(
    ("question", "words", "row"),
    [
        ("Who is the captain of the Borealis?", "Marta Holm", "| Borealis | Marta Holm | 410 |"),
        ("How many passengers does the Aurora carry?", "240", "| Aurora | Jonas Lind | 240 |"),
    ],
)
def test_a_table_answers_with_one_cell_and_quotes_its_row(
    harbour: Pipeline, question: str, words: str, row: str
) -> None:
    answer = answered(harbour, question)
    assert (answer.answer, answer.citations[0].text) == (words, row)
    assert highlighted(answer.citations[0]) == words
    assert answer.citations[0].section == ("Ferries",)


@pytest.mark.parametrize(
    ("question", "words", "line"),
    [
        ("Who is the mayor?", "Peter Grant", "Mayor: Peter Grant"),
        ("What is the population of Veldhaven?", "12,400", "Population: 12,400"),
    ],
)
def test_an_info_box_answers_with_its_value_and_quotes_the_line(
    harbour: Pipeline, question: str, words: str, line: str
) -> None:
    answer = answered(harbour, question)
    assert (answer.answer, answer.citations[0].text) == (words, line)
    assert highlighted(answer.citations[0]) == words


@pytest.mark.parametrize(
    "question",
    ["What is the boiling point of mercury?", "Who won the football world cup in 1998?", "Who wrote Hamlet?"],
)
def test_what_the_documents_do_not_say_is_declined(harbour: Pipeline, question: str) -> None:
    answer = harbour.ask(question)
    assert (answer.status, answer.reason, answer.answer) == ("declined", "not_in_documents", None)
    assert answer.confidence < harbour.min_confidence
    assert 1 <= len(answer.nearest) <= 3
    assert answer.citations == answer.alternatives == ()


@pytest.mark.parametrize(
    ("question", "verdict", "sentence"),
    [
        ("Was the lighthouse built in 1887?", "Yes", LIGHTHOUSE),
        ("Was the lighthouse built by Anna Brandt?", "Yes", LIGHTHOUSE),
        ("Was the old bridge closed to cars in 2009?", "Yes", "The old bridge was closed to cars in 2009."),
        ("Was the old bridge closed to cars in 1950?", "No", "The old bridge was closed to cars in 2009."),
    ],
)
def test_a_yes_no_question_is_answered_with_the_sentence_that_decides(
    harbour: Pipeline, question: str, verdict: str, sentence: str
) -> None:
    answer = answered(harbour, question)
    assert (answer.answer, answer.citations[0].text) == (verdict, sentence)
    assert answer.citations[0].highlight is None


def test_a_yes_quotes_the_proof_and_not_the_sentence_after_it(harbour: Pipeline) -> None:
    for question in ("Was the lighthouse built in 1887?", "Does the port export timber?"):
        assert len(answered(harbour, question).citations) == 1


def test_asking_for_unsure_answers_does_not_make_documents_disagree(harbour: Pipeline) -> None:
    answer = harbour.ask("Was the lighthouse built in 1887?", min_confidence=0.0)
    assert (answer.status, answer.answer) == ("answered", "Yes")


def test_a_list_question_is_answered_with_the_whole_enumeration(opener: Opener) -> None:
    answer = answered(opener(make_document(ISLANDS, "islands", "The Solm islands")), "What are the islands called?")
    assert answer.answer == "Hestra, Valdo and Minne"
    assert answer.citations[0].text == "The islands are Hestra, Valdo and Minne."


def test_a_list_question_over_an_info_box_gives_all_values(opener: Opener) -> None:
    answer = answered(opener(make_document(COUNTRY, "solm", "Solmland")), "Which languages are spoken in Solmland?")
    assert answer.answer == "Norse, Sami, Finnish"
    assert answer.citations[0].text == "Languages: Norse, Sami, Finnish"


def test_two_documents_that_agree_are_both_quoted(opener: Opener) -> None:
    pipeline = opener(
        make_document("The Solmark flood killed 240 people. It came at night.", "a", "Solmark flood"),
        make_document("A total of 240 people died in the Solmark flood.", "b", "Floods"),
        make_document("Wheat and rye are grown near Solmark.", "c", "Farms"),
    )
    answer = answered(pipeline, "How many people died in the Solmark flood?")
    assert answer.answer == "240"
    assert {citation.document_id for citation in answer.citations} == {"a", "b"}


def test_one_answer_is_quoted_at_so_many_places_at_most(opener: Opener) -> None:
    texts = [f"In report {name} it says that the Solmark flood killed 240 people." for name in "ABCDEFGH"]
    pipeline = opener(*(make_document(text, f"d{place}", f"Report {place}") for place, text in enumerate(texts)))
    answer = answered(pipeline, "How many people did the Solmark flood kill?")
    assert answer.answer == "240"
    assert 2 <= len(answer.citations) <= MAX_PLACES
    assert len({citation.id for citation in answer.citations}) == len(answer.citations)


def test_search_hits_tell_what_each_leg_says(harbour: Pipeline) -> None:
    hits = harbour.search("Who is the mayor?", top_k=5).hits
    assert len(hits) == 5
    assert [set(hit.legs) for hit in hits] == [{"lexical", "dense", "rerank"}] * 5
    by_relevance = sorted(hits, key=lambda hit: -hit.legs["rerank"].score)
    ranks = [hit.legs["rerank"].rank for hit in by_relevance]
    assert ranks == sorted(ranks)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].passage.text == "Mayor: Peter Grant"


def test_few_hits_are_the_first_of_many(harbour: Pipeline) -> None:
    many = harbour.search("Who is the captain of the Borealis?", top_k=7).hits
    assert harbour.search("Who is the captain of the Borealis?", top_k=2).hits == many[:2]


def test_answers_do_not_depend_on_the_pipeline_or_the_order_of_adding(opener: Opener) -> None:
    documents = [make_document(HARBOUR, "harbour", "Port of Veldhaven"), make_document(ISLANDS, "islands", "Islands")]
    one, other = opener(*documents), opener(*documents[::-1])
    assert one.reader.fingerprint == other.reader.fingerprint
    for question in (
        "When was the lighthouse built?",
        "Was the lighthouse built in 1887?",
        "What are the islands called?",
        "What is the boiling point of mercury?",
    ):
        assert one.ask(question) == one.ask(question) == other.ask(question)
        assert one.search(question) == other.search(question)


@pytest.mark.parametrize("question", ["Who is the mayor?", "Is Peter Grant the mayor?", "Which ships are there?"])
def test_without_passages_there_are_no_findings(harbour: Pipeline, question: str) -> None:
    assert harbour.reader.rank(question, []) == ()
    assert harbour.reader.read(question, ()) == ()


@pytest.mark.parametrize("question", ["Who is the mayor?", "Is Peter Grant the mayor?", "Which ships are there?"])
def test_findings_come_most_confident_first(harbour: Pipeline, question: str) -> None:
    reader: EvidenceReader = harbour.reader
    findings = reader.read(question, harbour._judged(question, harbour._retrieved(question, 8, None)))
    chances = [finding.confidence for finding in findings]
    assert findings
    assert chances == sorted(chances, reverse=True)
    assert all(0.0 <= chance <= 1.0 for chance in chances)
    for reading in (reading for finding in findings for reading in finding.readings):
        assert reading.quote.contains(reading.answer)


def test_candidates_that_say_the_same_share_a_number() -> None:
    texts = ["1 April 2012", "Gao", "April 1, 2012", "3 May 1921", "the town of Gao", "Kidal"]
    candidates = [
        SimpleNamespace(reading=Reading(make_document(text), (), Span(0, len(text)), Span(0, len(text)), text))
        for text in texts
    ]
    assert number_answers(candidates) == [0, 1, 0, 2, 1, 3]
    assert number_answers([]) == []


@pytest.mark.parametrize("question", ["How tall is Mount Everest?", "How many people live in Paris?"])
def test_a_number_of_something_else_is_no_answer(harbour: Pipeline, question: str) -> None:
    assert harbour.ask(question).status == "declined"


def test_a_person_is_found_beside_a_date(harbour: Pipeline) -> None:
    assert answered(harbour, "Who built the lighthouse?").answer.endswith("Anna Brandt")


def test_an_enumeration_is_not_cut_to_its_first_member(harbour: Pipeline) -> None:
    assert answered(harbour, "Which goods does the port export?").answer == "timber, salt, wool and herring"


def test_an_opposite_word_is_a_no(harbour: Pipeline) -> None:
    assert answered(harbour, "Is the old bridge open to cars?").answer == "No"
