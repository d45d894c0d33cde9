"""The sentence reader: what a question asks for, which words carry the answer, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import make_document
from index.documents import Span
from index.encoder import Encoder
from index.library import Library
from index.passages import Cell, Passage
from index.retriever import HybridRetriever
from service.pipeline import Pipeline
from service.reader.features import FEATURES, Candidate, describe
from service.reader.linear import SIGNS, STANDING, LinearModel, load_model
from service.reader.protocol import Evidence
from service.reader.questions import answer_type, answer_words
from service.reader.sentences import SentenceReader
from service.reader.values import value_in_row, words_in_sentence


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did the rebels take Timbuktu?", "date"),
        ("in what year was it founded", "date"),
        ("How many soldiers were killed?", "number"),
        ("so who led them", "person"),
        ("Where is its headquarters?", "place"),
        ("Why was he ousted?", "other"),
        ("¿Quién?", "other"),
        ("Who knows when it began?", "person"),
    ],
)
def test_what_a_question_asks_for(question: str, kind: str) -> None:
    assert answer_type(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("date", "On 30 March 2012 they left; by April 6 it was over.", ["30 March 2012", "April 6"]),
        ("date", "| 16–17 January |", ["16–17 January"]),
        ("date", "They may have marched.", []),
        ("number", "About 3,500 people and two girls", ["3,500", "two"]),
        ("other", "Anything 5", []),
    ],
)
def test_words_of_the_kind(kind, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in answer_words(kind, text)] == found


def test_only_one_date_is_marked() -> None:
    one = make_document("Kidal fell on 30 March.")
    assert words_in_sentence("When did Kidal fall?", one, Span(0, len(one.text))) == Span(14, 22)
    two = make_document("Kidal fell on 30 March, Gao on 31 March.")
    assert words_in_sentence("When did Kidal fall?", two, Span(0, len(two.text))) is None
    assert words_in_sentence("Why did Kidal fall?", one, Span(0, len(one.text))) is None


def labelled(text: str, kind, *cells: tuple[str, str]) -> tuple:
    document = make_document(text)
    spans = tuple(Cell(label, Span(text.index(value), text.index(value) + len(value))) for label, value in cells)
    whole = Span(0, len(text))
    return document, Passage("doc", document.version, whole, kind, (), (whole,), spans, "")


def test_the_cell_of_the_asked_kind_answers() -> None:
    document, row = labelled(
        "| Kidal | 30 March | Ansar Dine |",
        "table_row",
        ("Town", "Kidal"),
        ("Date captured", "30 March"),
        ("Held by", "Ansar Dine"),
    )
    prefers = {"Town: Kidal": 0.9, "Date captured: 30 March": 0.6, "Held by: Ansar Dine": 0.5}
    similar = lambda texts: np.array([prefers[text] for text in texts], dtype=np.float32)  # noqa: E731
    assert document.quote(value_in_row("When was Kidal taken?", document, row, similar)) == "30 March"
    assert document.quote(value_in_row("Who held Kidal?", document, row, similar)) == "Ansar Dine"


def test_one_value_or_all_of_an_info_box_line() -> None:
    document, line = labelled(
        "Leaders: Ann Lee (General Secretary), Bo Ray (Head of operations)",
        "field",
        ("Leaders", "Ann Lee (General Secretary)"),
        ("Leaders", "Bo Ray (Head of operations)"),
    )
    none = lambda texts: np.zeros(len(texts), dtype=np.float32)  # noqa: E731
    one = value_in_row("Who is the general secretary?", document, line, none)
    assert document.quote(one) == "Ann Lee (General Secretary)"
    every = value_in_row("Who are the leaders?", document, line, none)
    assert document.quote(every) == "Ann Lee (General Secretary), Bo Ray (Head of operations)"


def test_features_by_hand() -> None:
    candidate = Candidate("Kidal fell on 30 March.", "Kidal fell on 30 March. Gao followed.", 0.8, 0.6, 1.5, 0)
    rival = Candidate("Gao followed.", candidate.context, 0.3, 0.6, 1.5, 1)
    rows = describe("When did Kidal fall?", [candidate, rival], {"kidal": 0.5, "fall": 0.25}.get)
    first, second = (dict(zip(FEATURES, row, strict=True)) for row in rows)
    assert first["sentence_coverage"] == pytest.approx(0.5 / 0.75)
    assert second["sentence_coverage"] == 0
    assert first["rarest_missing"] == 0.25
    assert first["names_missing"] == 0
    assert (first["date_present"], second["date_absent"], first["name_absent"]) == (1, 1, 0)
    assert second["best_sentence_gap"] == pytest.approx(0.5)


def test_the_shipped_weights_fit_the_code() -> None:
    model = load_model()
    assert len(model.ranking) == len(FEATURES)
    assert 0 < model.threshold < 1
    assert model.confidences(np.zeros((1, len(FEATURES)))).shape == (1,)


def test_confidence_by_hand() -> None:
    # The first feature decides: scores 2 and 0, lead 2; certainty looks at half the lead only.
    count = len(FEATURES)
    ranking, certainty = np.zeros(count), np.zeros(SIGNS)
    ranking[0], certainty[count + STANDING.index("lead")] = 2.0, 0.5
    model = LinearModel(ranking, np.zeros(count), np.ones(count), certainty, 0.0, 0.5, "")
    features = np.zeros((2, count))
    features[0, 0] = 1.0
    confidences = model.confidences(features)
    assert confidences[0] == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert confidences[1] == pytest.approx(confidences[0] * np.exp(-2.0))


def test_the_sentence_that_answers_is_read(tmp_path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = (
        "The lighthouse of Port Alden stands on a cliff. It was built in 1871 by Maria Quill. "
        "Visitors reach it by a steep path. The keeper left in 1965."
    )
    document = make_document(text, title="Lighthouses")
    library.add(document)
    hits = HybridRetriever(library).search("When was the lighthouse built?", 8, None)
    evidence = [Evidence(document, hit.passage, hit.score) for hit in hits]
    readings = SentenceReader(library).read("When was the lighthouse built?", evidence)
    best = readings[0]
    assert document.quote(best.answer) == "It was built in 1871 by Maria Quill."
    assert best.highlight is not None
    assert document.quote(best.highlight) == "1871"
    assert [reading.confidence for reading in readings] == sorted(
        (reading.confidence for reading in readings), reverse=True
    )


def test_moving_the_threshold_moves_the_refusals(pipeline: Pipeline) -> None:
    question = "When did the rebels take Timbuktu?"
    strict = Pipeline(
        pipeline.library,
        pipeline.retriever,
        pipeline.reader,
        pipeline.settings.model_copy(update={"min_confidence": 1.0}),
    )
    loose = Pipeline(
        pipeline.library,
        pipeline.retriever,
        pipeline.reader,
        pipeline.settings.model_copy(update={"min_confidence": 0.0}),
    )
    assert strict.ask(question).status == "declined"
    assert loose.ask(question).status == "answered"
