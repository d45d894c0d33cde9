"""Quotations: what stands between quotation marks, and what only looks so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.quoted import find_quotations

PARTS = (*"“”\"«»„‘’' \n\r>.,", "\n\n", "> ", "the old mill burned", "the millers’ wheel", "Orvik’s", "\0", "😀", "é")
any_text = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=60).map("".join)


def quoted(text):
    return [text[span.start : span.end] for span in find_quotations(text)]


@settings(deadline=None, derandomize=True)
@given(any_text)
def test_spans_are_ordered_apart_and_long_enough(text):
    end = 0
    for span in find_quotations(text):
        assert end <= span.start < span.end <= len(text)
        assert 12 <= len(span) <= 2_000
        quote = text[span.start : span.end]
        assert quote == quote.strip()
        end = span.end


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        '"' * 50_000,
        "“" * 50_000,
        "‘a " * 50_000,
        "’ s" * 50_000,
        "(" * 50_000,
        "“a b c d e f g h”" * 5_000,
        "> " * 50_000,
        "> a b c d e f\n" * 10_000,
        "\n" + " " * 100_000,
        "\r" * 100_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_big_inputs_finish(text):
    assert len(find_quotations(text)) <= len(text)


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "„”", "‘’"])
def test_every_kind_of_mark(marks):
    first, last = marks
    assert quoted(f"Borg said: {first}The old mill burned.{last} It was in Orvik.") == ["The old mill burned."]
    assert quoted(f"Borg said: {first} The café of Ménaka burned {last}.") == (
        [] if first in '"‘' else ["The café of Ménaka burned"]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“the old mill” burned", ["the old mill"]),
        ("“old mill buildings” and “mills”", ["old mill buildings"]),
        ("“a b c” is too short", []),
        ("the “nevertheless-mill” has one long word", []),
        ("“The old mill burned. The town wept.\n\nThe harbour closed.” It rained.", []),
        ("“The old mill, wrapped\nover lines” burned", ["The old mill, wrapped\nover lines"]),
        ("“The old “big mill of Orvik” burned” says he", ["big mill of Orvik"]),
        ("“The old ‘big mill of Orvik’ burned” says he", ["The old ‘big mill of Orvik’ burned"]),
        ('An 8" pipe and a 9" pipe of the mill', []),
        ('He said "the old mill burned', []),
        ("the millers’ wheel and the town’s old mill and the dockers’ harbour", []),
        ("‘The millers’ wheel was old,’ he said", ["The millers’ wheel was old,"]),
        ("‘Orvik’s mill isn’t old’, he said", ["Orvik’s mill isn’t old"]),
        ("He cried: »the old mill burned«", ["the old mill burned"]),
        ("> The old mill burned\n> in 1850.\nNobody knows.", ["The old mill burned\n> in 1850."]),
        (">The old mill burned", ["The old mill burned"]),
        ("> Yes.", []),
    ],
)
def test_what_is_quoted(text, expected):
    assert quoted(text) == expected


def test_an_unclosed_mark_does_not_swallow_the_text():
    far = "“" + "The mill burned. " * 200 + "” and “the old harbour was closed”"
    assert quoted(far) == ["the old harbour was closed"]
