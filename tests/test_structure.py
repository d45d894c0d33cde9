"""Structure and sentences: headings, blocks and cells of the seeds, of small examples and of any text at all."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Span
from index.sentences import split
from index.structure import parse

SEEDS = {
    path.name[:3]: path.read_text(encoding="utf-8") for path in (Path(__file__).parent.parent / "seeds").glob("*.txt")
}

PARTS = (
    *" \n\n\t\r|=#-*•:;,.!?()\"'“”’<>…–_1",
    *("\n\n", "\u00a0", "\u2028", "\u200f", "e\u0301", "😀", "𝒳", "שלום", "马里。"),
    *("== H ==", "\n| a | b |", "\n- Key: v, w", "\n1. one", "<hr />", "\n---\n", "```\n"),
    *("Kidal fell", "U.S. "),
)
any_text = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=60).map("".join)


def quoted(text, blocks):
    return [text[block.span.start : block.span.end] for block in blocks]


def spans_of(text):
    return quoted(text, parse(text).blocks)


@settings(deadline=None, derandomize=True)
@given(any_text)
def test_blocks_are_ordered_trimmed_and_apart(text):
    structure = parse(text)
    end = 0
    for block in structure.blocks:
        words = text[block.span.start : block.span.end]
        assert end <= block.span.start
        assert words == words.strip() != ""
        assert all(block.span.contains(cell.span) and len(cell.span) > 0 for cell in block.cells)
        assert [cell.span for cell in block.cells] == sorted(cell.span for cell in block.cells)
        end = block.span.end
    assert all(text[heading.span.start : heading.span.end] == heading.title for heading in structure.headings)


@settings(deadline=None, derandomize=True)
@given(any_text, st.integers(0, 20), st.integers(0, 200))
def test_sentences_partition_their_span(text, start, length):
    span = Span(min(start, len(text)), min(start + length, len(text)))
    position = span.start
    for sentence in split(text, span):
        words = text[sentence.start : sentence.end]
        assert not text[position : sentence.start].strip()
        assert words == words.strip() != ""
        position = sentence.end
    assert not text[position : span.end].strip()


def test_titles_of_the_seeds():
    assert {key: parse(text).title for key, text in SEEDS.items()} == {
        "000": "National Movement for the Liberation of Azawad",
        "001": "Category Archives: MNLA",
        "002": "Mali War",
        "003": "Tuareg rebellion (2012)",
        "004": "Tuareg / Islamist Insurrection in Mali",
    }


def test_headings_of_plain_text():
    assert [heading.title for heading in parse(SEEDS["002"]).headings] == ["Mali War", "Background"]
    assert [heading.title for heading in parse(SEEDS["004"]).headings] == ["Tuareg / Islamist Insurrection in Mali"]
    assert [heading.title.replace("\u00a0", " ") for heading in parse(SEEDS["001"]).headings[1:]] == [
        "Instability in Mali Complicates Regional Approach to AQIM",
        "After the loss of Kidal and Gao, what next for the MNLA and CNRDR?",
        "Three Takeaways from Last Week’s Coup in Mali",
    ]


def test_sections_nest_without_the_title():
    sections = {block.section for block in parse(SEEDS["003"]).blocks}
    assert ("Course of the conflict", "January 2012") in sections
    assert ("Reactions", "Media") in sections
    assert () in sections


def test_lines_of_002_are_paragraphs_of_their_own():
    blocks = parse(SEEDS["002"]).blocks
    assert len(blocks) == 16
    assert {block.kind for block in blocks} == {"paragraph"}


def test_the_kidal_row():
    text = SEEDS["003"]
    row = next(block for block in parse(text).blocks if text.startswith("| Kidal |", block.span.start))
    assert (row.kind, row.section) == ("table_row", ("Towns captured by rebels",))
    assert text[row.span.start : row.span.end] == "| Kidal | 30 March | | | Ansar Dine |"
    assert [(cell.label, text[cell.span.start : cell.span.end]) for cell in row.cells] == [
        ("Town", "Kidal"),
        ("Date captured", "30 March"),
        ("Held by", "Ansar Dine"),
    ]


@pytest.mark.parametrize(
    ("seed", "line", "values"),
    [
        ("000", "Active:", ["October 2011 – November 30, 2024"]),
        ("000", "Size:", ["9,000–10,000 (in 2012, per MNLA sources)", "3,000–4,000 (2023)"]),
        ("000", "Opponents:", ["Movement for Oneness and Jihad in West Africa", "Ansar Dine (since June 2012)"]),
        (
            "000",
            "Leaders:",
            [
                "Bilal Ag Acherif (General Secretary)",
                "Mahmoud Ag Aghaly (President of the political bureau)",
                "Mohamed Ag Najem (Head of military operations)",
                "Moussa Ag Acharatoumane",
                "Ibrahim Ag Bahanga",
            ],
        ),
        ("003", "Combatant2:", ["MNLA"]),
        (
            "003",
            "Commander2:",
            [
                "Mahmoud Ag Aghaly",
                "Bilal Ag Acherif",
                "Moussa Ag Acharatoumane",
                "Mohamed Ag Najem",
                "Iyad ag Ghaly",
                "Omar Ould Hamaha",
            ],
        ),
        (
            "003",
            "Strength1:",
            [
                "7,000–7,800 regulars",
                "4,800 paramilitaries",
                "3,000 militia (overall military strength)",
                "~500 (FLNA)",
            ],
        ),
    ],
)
def test_info_box_values(seed, line, values):
    text = SEEDS[seed]
    block = next(block for block in parse(text).blocks if text.startswith(line, block.span.start))
    assert block.kind == "field"
    assert [text[cell.span.start : cell.span.end] for cell in block.cells] == values
    assert {cell.label for cell in block.cells} == {line[:-1]}


def test_captions_and_markup_are_no_blocks():
    assert spans_of("Infobox\n- Place: Mali\n- Date: 2012\n\n----\n{|\n|-\n|}\n<br />\n\nIt began then.") == [
        "Place: Mali",
        "Date: 2012",
        "It began then.",
    ]


def test_numbered_items_lose_their_marker_and_wrapped_lines_join():
    text = "Three things are clear:\n\n  1. The coup was\n     opportunistic.\n  2) It failed.\nAfter that came peace."
    assert spans_of(text) == [
        "Three things are clear:",
        "The coup was\n     opportunistic.",
        "It failed.",
        "After that came peace.",
    ]


def test_hard_wrapped_lines_join():
    text = "The rebels took the town in the north after\na day of fighting. They left at night.\n\nIt was a bad day."
    assert spans_of(text) == [text.split("\n\n")[0], "It was a bad day."]


def test_definitions_in_sentences_are_list_items():
    text = (
        "- Kidal: The city fell on 30 March, after a day of heavy fighting.\n"
        "- Gao: The city fell on 31 March, a day after Kidal did.\n"
    )
    assert [block.kind for block in parse(text).blocks] == ["list_item", "list_item"]


def test_markdown_headings_tables_and_fences():
    text = (
        "# Mali\n\n## Towns ##\n\n| Town | Fell |\n|------|:---:|\n| Gao | 31 \\| March |\n\n"
        "```\n# not a heading\n```\n"
    )
    structure = parse(text)
    assert structure.title == "Mali"
    assert [(heading.level, heading.title) for heading in structure.headings] == [(1, "Mali"), (2, "Towns")]
    row, code = structure.blocks
    assert [(cell.label, text[cell.span.start : cell.span.end]) for cell in row.cells] == [
        ("Town", "Gao"),
        ("Fell", "31 \\| March"),
    ]
    assert (code.kind, code.section) == ("paragraph", ("Towns",))


def test_underlined_headings():
    structure = parse("The War\n=======\n\nIt began.\n\nCauses\n------\nThere were many.\n")
    assert structure.title == "The War"
    assert [block.section for block in structure.blocks] == [(), ("Causes",)]


def test_a_single_row_has_no_header():
    (row,) = parse("| Kidal | 30 March |").blocks
    assert [cell.label for cell in row.cells] == ["", ""]


def test_several_top_headings_are_sections():
    structure = parse("Intro words come first here.\n\n# One\n\nFirst text.\n\n# Two\n\nSecond text.\n")
    assert structure.title is None
    assert [block.section for block in structure.blocks] == [(), ("One",), ("Two",)]


@pytest.mark.parametrize(
    "text",
    [
        "Join the mailing list\n\nPage last modified",
        "Kidal fell on 30 March",
        "Roses\n\nViolets\n\nSugar\n\nYou\n\nand so on it goes here.",
    ],
)
def test_short_lines_are_not_headings_without_prose(text):
    headings = [heading.title for heading in parse(text).headings]
    assert set(headings) <= {"Roses", "Join the mailing list", "Violets", "Sugar", "You"}
    assert "Page last modified" not in headings


def sentences_of(text):
    return [text[span.start : span.end] for span in split(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Yesterday the U.S. State Department suspended aid.", "Then B. Lynn Pascoe spoke."],
        ["See No. 5 of the list.", "Col. Assimi Goïta led it."],
        ['It has "some international legality."', "Two days later it ended."],
        ["Nasr said.", "“Since many weeks it goes on.”"],
        ["They left the “Azawad.”", "This was new."],
        ["It fell… nobody knew why.", "So it was. …"],
        ["😀 Gao fell.", "Then e\u0301 came, 𝒳."],
        ["Touré\u00a0left.", "He\u00a0was B.\u00a0Lynn."],
    ],
)
def test_sentence_examples(sentences):
    assert sentences_of(" ".join(sentences)) == sentences


def test_a_forgotten_quotation_mark_does_not_join_a_paragraph():
    text = "He said “no. " + "The town fell on that day after a fight. " * 40
    assert max(map(len, sentences_of(text))) < 450


HOSTILE = [
    "=",
    "#",
    "|",
    "| ",
    "- ",
    "- a: ",
    "-\n",
    "a\n",
    "A\n\n",
    "(",
    "a,",
    "*",
    "<",
    "“",
    "‘",
    "« A. ",
    "\r",
    "\u2028",
    "a. ",
    "1. ",
    "-- ",
    "|-\n",
    "- a: (b, \n",
    "😀",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_time(unit):
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    for block in parse(text).blocks[:3]:
        split(text, block.span)
    assert time.process_time() - started < 10
