"""What the model is shown of a passage, and the way back: whatever it points at is the document's own words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import make_document
from index.cutting import cut
from index.documents import Document, Span
from index.passages import Cell, Passage
from index.structure import parse
from service.evidence.rendering import Rendered, render

WORDS = ("Kidal", "Ménaka", "3,904", "e\u0301tat", "held", "🎯", "東京", "of", "Ansar", "1 April", "x", "naïve", "ß")
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
TABLE = """= Towns =

| Town | Taken | Held by |
|---|---|---|
| Kidal | 30 March | Ansar Dine |
| Gao | 31 March | MNLA |
"""
FACTS = """= Battle =

- Date: 1 April 2012
- Allies: MNLA, Ansar Dine, MUJAO
- Place: Timbuktu
"""


@st.composite
def some_documents(draw: st.DrawFn) -> Document:
    """A document of prose, a table and an info box in any order, made of random words."""
    prose = " ".join(f"The {draw(words)}." for _ in range(draw(st.integers(1, 8))))
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(words, min_size=width, max_size=width), min_size=2, max_size=4))
    bar = draw(st.sampled_from([" | ", "|", "   |   "]))
    table = "\n".join(f"|{bar.strip('|')}{bar.join(row)}{bar.strip('|')}|" for row in rows)
    comma = draw(st.sampled_from([", ", "; ", ","]))
    fields = draw(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=4))
    facts = "\n".join(f"- Label {number}: {comma.join(values)}" for number, values in enumerate(fields))
    blocks = draw(st.permutations([prose, table, facts]))
    return make_document("\n\n== Part ==\n\n".join(("= T =", *blocks)) + "\n", title="T")


def passages_of(document: Document, max_tokens: int = 60) -> tuple[Passage, ...]:
    return cut(document, count_tokens=lambda text: len(text.split()), max_tokens=max_tokens)


def rendered_of(text: str, holds: str) -> tuple[Document, Rendered]:
    """A document, and the passage of it that holds these words as the model is shown it."""
    document = make_document(text, title="A title")
    passage = next(one for one in passages_of(document) if holds in document.quote(one.span))
    return document, render(document, passage)


def words_at(document: Document, rendered: Rendered, stretch: str) -> str | None:
    """The document's words at the only place where `stretch` stands in the rendered text."""
    assert rendered.text.count(stretch) == 1
    start = rendered.text.index(stretch)
    span = rendered.locate(start, start + len(stretch))
    return None if span is None else document.quote(span)


def touched(rendered: Rendered, start: int, end: int) -> list[Span]:
    """The values that a stretch of the rendered text shares at least one character with."""
    return [piece.span for piece in rendered.pieces if start < piece.start + len(piece.span) and piece.start < end]


def check_located(document: Document, passage: Passage, start: int, end: int) -> None:
    rendered = render(document, passage)
    values = touched(rendered, start, end)
    span = rendered.locate(start, end)
    if not values:
        assert span is None
        return
    assert span is not None
    assert passage.span.contains(span)
    stretch, found = rendered.text[start:end], document.quote(span)
    if rendered.prose:
        assert found == stretch
    elif passage.kind == "table_row" or len(values) == 1:
        assert found in stretch
        assert any(value.contains(span) for value in values)
    else:
        assert span.start in range(values[0].start, values[-1].end)
        assert span.end in range(values[0].start + 1, values[-1].end + 1)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(some_documents(), st.sampled_from([16, 24, 60]), st.data())
def test_whatever_the_model_points_at_is_a_slice_of_the_document(
    document: Document, max_tokens: int, data: st.DataObject
) -> None:
    passage = data.draw(st.sampled_from(passages_of(document, max_tokens)))
    length = len(render(document, passage).text)
    start = data.draw(st.integers(0, length - 1))
    check_located(document, passage, start, data.draw(st.integers(start + 1, length)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(some_documents(), st.sampled_from([16, 60]))
def test_every_value_stands_in_what_is_shown_and_is_found_back(document: Document, max_tokens: int) -> None:
    for passage in passages_of(document, max_tokens):
        rendered = render(document, passage)
        assert rendered.prose == (not passage.cells)
        assert rendered.header.endswith("\n")
        values: Sequence[Span] = [cell.span for cell in passage.cells] or [passage.span]
        assert [piece.span for piece in rendered.pieces] == values
        for piece in rendered.pieces:
            end = piece.start + len(piece.span)
            assert rendered.text[piece.start : end] == document.quote(piece.span)
            assert rendered.locate(piece.start, end) == piece.span


def test_the_documents_have_rows_and_fields() -> None:
    kinds = {block.kind for text in (TABLE, FACTS) for block in parse(text).blocks}
    assert kinds == {"table_row", "field"}


def test_a_passage_stands_under_its_title_and_headings() -> None:
    text = "= Mali =\n\n== War ==\n\n=== North ===\n\nThe rebels seized Kidal. They kept it for a year."
    _, rendered = rendered_of(text, "Kidal")
    assert rendered.header.splitlines()[0] == "A title"
    assert rendered.header.splitlines()[-2:] == ["War", "North"]
    assert rendered.text.startswith("The rebels")


def test_a_row_reads_like_a_sentence_about_its_first_cell() -> None:
    _, rendered = rendered_of(TABLE, "Kidal")
    assert rendered.text == "Kidal, Taken 30 March, Held by Ansar Dine"


def test_an_info_box_line_is_shown_with_its_label_once() -> None:
    _, rendered = rendered_of(FACTS, "MUJAO")
    assert rendered.text == "Allies: MNLA, Ansar Dine, MUJAO"


@pytest.mark.parametrize("label", ["Taken", "Held by", ", Taken ", ", "])
def test_the_labels_of_a_row_are_no_words_of_the_document(label: str) -> None:
    _, rendered = rendered_of(TABLE, "Kidal")
    start = rendered.text.index(label)
    assert rendered.locate(start, start + len(label)) is None


def test_the_label_of_an_info_box_line_is_no_value() -> None:
    document, rendered = rendered_of(FACTS, "MUJAO")
    assert words_at(document, rendered, "Allies: ") is None


def test_a_stretch_with_a_label_is_cut_to_the_value() -> None:
    document, rendered = rendered_of(TABLE, "Kidal")
    assert words_at(document, rendered, "Taken 30 March") == "30 March"
    assert words_at(document, rendered, "by Ansar") == "Ansar"
    document, rendered = rendered_of(FACTS, "Timbuktu")
    assert words_at(document, rendered, "Place: Timbuktu") == "Timbuktu"


@pytest.mark.parametrize("bar", ["|", " | ", "    |    "])
def test_a_stretch_over_cells_of_a_row_gives_the_one_it_covers_most(bar: str) -> None:
    document, rendered = rendered_of(TABLE.replace(" | ", bar), "Kidal")
    assert words_at(document, rendered, "Kidal, Taken 30 March") == "30 March"
    assert words_at(document, rendered, "Kidal, Taken 3") == "Kidal"
    assert words_at(document, rendered, rendered.text) == "Ansar Dine"


def test_a_stretch_over_values_of_an_info_box_line_gives_the_slice() -> None:
    document, rendered = rendered_of(FACTS, "MUJAO")
    assert words_at(document, rendered, "MNLA, Ansar Dine") == "MNLA, Ansar Dine"
    assert words_at(document, rendered, "Dine, MUJAO") == "Dine, MUJAO"
    assert words_at(document, rendered, rendered.text) == "MNLA, Ansar Dine, MUJAO"


def test_values_far_apart_in_the_document_are_not_joined() -> None:
    document = make_document("Allies: MNLA (until the summer of 2012), MUJAO")
    cells = tuple(Cell("Allies", Span(start, end)) for start, end in [(8, 12), (41, 46)])
    passage = Passage("doc", document.version, Span(0, 46), "field", (), (Span(0, 46),), cells, "")
    rendered = render(document, passage)
    assert rendered.text == "Allies: MNLA, MUJAO"
    assert words_at(document, rendered, rendered.text) == "MUJAO"


def test_a_cell_without_a_heading_leaves_no_gap() -> None:
    document, rendered = rendered_of("| Town | |\n|---|---|\n| Kidal | 30 March |\n| Gao | 31 March |\n", "Kidal")
    assert rendered.text == "Kidal, 30 March"
    assert words_at(document, rendered, "30 March") == "30 March"


def test_a_label_of_any_length_adds_little_to_what_the_model_reads() -> None:
    text = "Kidal, Gao"
    passage = Passage(
        "doc", "0" * 12, Span(0, len(text)), "table_row", (), (Span(0, len(text)),),
        (Cell("Town", Span(0, 5)), Cell("held " * 10_000, Span(7, 10))), "",
    )  # fmt: skip
    rendered = render(make_document(text), passage)
    assert len(rendered.text) < 120
    assert rendered.text.startswith("Kidal, held held")
