"""Statements: which stretches of a text they are, and which of them claim something."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.kinds import classify
from service.checking.statements import find_statements

PARTS = (
    *" \n\t\r|=#-*•:;,.!?()\"'“”’«»‘<>…_1",
    *("\n\n", "\r\n", "\u00a0", "\u2028", "\u200f", "\0", "e\u0301", "😀", "𝒳", "שלום", "马里。"),
    *("== H ==", "\n| a | b |", "\n- Key: v, w", "\n1. one", "<hr />", "\n---\n", "```\n", "\n> "),
    *("Orvik fell", "the mill burned", ", and ", "; ", "Dr. Lind said ", "Hello, ", "I think ", "please "),
)
any_text = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=60).map("".join)
# Without list numbers, tags and code fences, nothing with letters or digits is markup.
plain_text = st.lists(
    st.sampled_from([part for part in PARTS if "1" not in part and "<" not in part and "`" not in part])
    | st.text("abYZé, .;:'", max_size=5),
    max_size=60,
).map("".join)


def read(text):
    return [(statement.kind, text[statement.span.start : statement.span.end]) for statement in find_statements(text)]


def kinds(text):
    return [kind for kind, _ in read(text)]


def check_order(text, statements):
    end = 0
    for statement in statements:
        assert end <= statement.span.start < statement.span.end <= len(text)
        quote = text[statement.span.start : statement.span.end]
        assert quote == quote.strip()
        end = statement.span.end


@settings(deadline=None, derandomize=True)
@given(any_text)
def test_spans_are_ordered_trimmed_and_apart(text):
    check_order(text, find_statements(text))


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_characters_are_read(text):
    check_order(text, find_statements(text))


@settings(deadline=None, derandomize=True)
@given(plain_text)
def test_every_letter_belongs_to_a_statement(text):
    statements = find_statements(text)
    end = 0
    for start, following in [(item.span.start, item.span.end) for item in statements] + [(len(text), len(text))]:
        between = "".join(character for character in text[end:start] if character.isalnum())
        assert between in ("", "and", "but", "while")
        end = following


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        '"' * 50_000,
        "“" * 50_000,
        "(" * 50_000,
        "a" + '"' * 50_000,
        "a" + "\t" * 100_000 + "|",
        "> " * 50_000,
        "\n>" * 50_000,
        "@" * 100_000,
        "a@" * 50_000,
        ", and " * 30_000,
        "the mill burned, and the town fell; " * 5_000,
        "a b, and c d; " * 14_000,
        "\r\n" * 50_000,
        "\0" * 50_000,
        "😀" * 50_000,
        "שלום עולם. " * 5_000,
        "Orvik fell\n" * 5_000,
        "- Orvik fell\n" * 5_000,
        "will " * 40_000,
        "is very " * 25_000,
        "Hello, hello " * 15_000,
        "'’" * 50_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_big_inputs_finish(text):
    statements = find_statements(text)
    check_order(text, statements)
    assert len(statements) <= len(text)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The mill of Orvik burned in 1850.", "claim"),
        ("France said Orvik should rebuild the mill.", "claim"),
        ("The mayor wrote that the mill should close.", "claim"),
        ("The council called the harbour “a place that should be beautiful”.", "claim"),
        ("“I think the mill is beautiful,” said Borg.", "claim"),
        ("Unfortunately, the mill burned down.", "claim"),
        ("Thanks to the mill, Orvik grew quickly.", "claim"),
        ("When the mill burned, the town was empty.", "claim"),
        ("What was once a mill is now a museum.", "claim"),
        ("Had the mill burned, the town would have starved.", "claim"),
        ("Read won the prize in 1850.", "claim"),
        ("The beautiful mill burned in 1850.", "claim"),
        ("The mill will open in 2030.", "claim"),
        ("Ménaka’s café was opened by Dr. Lind.", "claim"),
        ("Borg asked, “Where is the mill?”", "claim"),
        ("The mill is best known for its wheel.", "claim"),
        ("The three largest towns—Orvik, Kelm and Tarn—were abandoned.", "claim"),
        ("Was the mill built in 1850?", "question"),
        ("When was the mill built.", "question"),
        ("Did Orvik burn", "question"),
        ("What happened next", "question"),
        ("“Where is the mill?”", "question"),
        ("Hello,", "greeting"),
        ("Dear Sir or Madam,", "greeting"),
        ("Thanks!", "greeting"),
        ("Thank you very much for your help.", "greeting"),
        ("Best regards", "greeting"),
        ("Please check this.", "instruction"),
        ("Read more here", "instruction"),
        ("Click on the link below.", "instruction"),
        ("I think the mill is old.", "opinion"),
        ("In my view, the mill was built in 1850.", "opinion"),
        ("It is a shame that the mill burned.", "opinion"),
        ("Orvik is a beautiful town.", "opinion"),
        ("The town should rebuild the mill.", "opinion"),
        ("Hopefully the harbour opens again.", "opinion"),
        ("The mill will probably close.", "opinion"),
        ("What a shame!", "opinion"),
        ("Anna Borg", "fragment"),
        ("6 April 2012", "fragment"),
        ("https://example.org/the/mill", "fragment"),
        ("A small mill in the north of Orvik.", "fragment"),
        ("Orvik, Kelm and Tarn.", "fragment"),
        ("No way.", "fragment"),
    ],
)
def test_kinds_of_sentences(sentence, kind):
    assert classify(sentence) == kind
    assert read(sentence) == [(kind, sentence)]


def test_a_letter_is_read_line_by_line():
    text = (
        "Harbour strike\n\nDear Sir,\nPlease check this. The harbour of Orvik was closed by the dockers,\nwho had "
        "asked for higher wages. Was that wise?\n\n- Anna Borg built the mill\n- Kelm\n\n> The mill burned in 1850.\n\n"
        "Thanks!\nBest regards\n"
    )
    assert read(text) == [
        ("heading", "Harbour strike"),
        ("greeting", "Dear Sir,"),
        ("instruction", "Please check this."),
        ("claim", "The harbour of Orvik was closed by the dockers,\nwho had asked for higher wages."),
        ("question", "Was that wise?"),
        ("claim", "Anna Borg built the mill"),
        ("fragment", "Kelm"),
        ("claim", "The mill burned in 1850."),
        ("greeting", "Thanks!"),
        ("greeting", "Best regards"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_wrapped_lines_are_one_paragraph(end):
    text = f"The mill of Orvik{end}burned in{end}1850. The town{end}wept.{end}{end}Dr. Lind rebuilt it."
    assert [quote for _, quote in read(text)] == [
        f"The mill of Orvik{end}burned in{end}1850.",
        f"The town{end}wept.",
        "Dr. Lind rebuilt it.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Orvik burned\nThe mill was lost.", ["heading", "claim"]),
        ("== Orvik ==\nThe mill was lost.", ["heading", "claim"]),
        ("Orvik\n=====\nThe mill was lost.", ["heading", "claim"]),
        ("Orvik burns again\n\nThe mill was lost.", ["heading", "claim"]),
        ("The fall of Orvik\nThe mill was lost.", ["heading", "claim"]),
        ("6 April 2012\n\nThe mill was lost.", ["fragment", "claim"]),
        ("The mill was lost.\n\nIt was rebuilt in 1852", ["claim", "claim"]),
        ("Orvik fell in March", ["claim"]),
        ("Orvik fell in March\nKelm fell in April", ["claim", "claim"]),
        ("Orvik fell in March\n\nKelm fell in April", ["claim", "claim"]),
        ("Year\tMills\n1850\t3", ["fragment", "fragment"]),
        ("", []),
        (" \n\t\r\n", []),
        ("----", []),
    ],
)
def test_headings_and_lines(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("The mill burned; the harbour was closed.", ["The mill burned", "the harbour was closed."]),
        ("The mill burned, but Kelm was saved.", ["The mill burned", "Kelm was saved."]),
        ("Orvik fell in March, while Kelm fell in April.", ["Orvik fell in March", "Kelm fell in April."]),
        (
            "The mill has 30 workers, and the harbour employs 40.",
            ["The mill has 30 workers", "the harbour employs 40."],
        ),
    ],
)
def test_compound_sentences_are_divided(sentence, parts):
    assert [quote for _, quote in read(sentence)] == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "The church has a tower, a hall, and a chapel built in 1850.",
        "Borg met the mayor, and closed the mill.",
        "Borg said that the mill burned, and the harbour was closed.",
        "In 1850, the mill burned, and the harbour was closed.",
        "The mill burned, and it was rebuilt.",
        "The mill burned, and its owner fled.",
        "One of the mills burned, and the two others were saved.",
        "If the mill burned, and the harbour was closed, Orvik starved.",
        "Borg wrote “The mill burned; the harbour was closed” in 1850.",
        "The mill (it burned; the harbour was closed) is gone now.",
        "The mill closed because the fire spread, and the roof fell.",
        "The members are Borg, who built the mill; Lind; and a man from Kelm.",
    ],
)
def test_unsure_compounds_stay_whole(sentence):
    assert read(sentence) == [("claim", sentence)]


def test_a_wrapped_block_quotation_is_apart_from_the_text_around_it():
    assert read("Borg wrote this:\n> The mill\n> burned.\nThe town wept too.") == [
        ("fragment", "Borg wrote this:"),
        ("claim", "The mill\n> burned."),
        ("claim", "The town wept too."),
    ]
