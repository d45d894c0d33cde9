"""Replies as Markdown: no text of a document draws anything, and what is written can be read back when replayed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conftest import make_document
from index.documents import Document, Span
from service.answers import Alternative, Answer, ambiguous, answered, conflicting, declined
from service.conversation.chat import Event
from service.conversation.exchange import Understood
from service.llm.written import Sentence, Written
from service.openai.content import Content, Piece
from service.openai.replayed import Replayed, earlier_exchanges
from service.openai.requests import Message
from service.quotes import Citation, make_citation

CHRONICLE = make_document(
    "The mill of Orvik burned in 1911. The mill burned down in 1912! Bread was dear in Orvik that year.",
    "chronicle",
    "The Orvik chronicle",
)
BASE = "http://orvik.example:8000/"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = (
    "# ", "\n# ", "\n===\n", "\n---\n", "[", "](http://orvik.example)", "![", "<b>", "<!--", "`", "```", "\n~~~\n", "*",
    "**", "_", "|", "\n|-|-|\n", "\\", "> ", "\n- ", "1. ", "\n\n    ", "[^1]", "[^1]: “", "” — ", "$x$", "!", "\r",
    "\u2028", "*Read as: ", "The documents do not say.", "(`c1:x`)", " ", "“", "é", "𝔘",
)  # fmt: skip
hostile = st.lists(st.sampled_from((*SIGNS, "mill", "Orvik", "1911")), min_size=1, max_size=10).map("".join)
worded = hostile.map(lambda text: f"mill {text} mill")


def cite(quote: str, document: Document = CHRONICLE, section: tuple[str, ...] = ()) -> Citation:
    start = document.text.index(quote)
    return make_citation(document, Span(start, start + len(quote)), section=section)


def reply(*events: Event, footnotes: bool = True, worded: bool = False, asked: str = "When?") -> list[Piece]:
    content = Content(BASE, footnotes=footnotes, worded=worded)
    return [piece for event in (Understood(asked, asked, (), None), *events) for piece in content.pieces(event)]


def text_of(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def annotations_of(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    return [one for piece in pieces for one in piece.annotations]


def replay(content: str, annotations: object = None, asked: str = "When?") -> Replayed:
    messages = [
        Message(role="user", content=asked),  # type: ignore[arg-type]
        Message(role="assistant", content=content, annotations=annotations),  # type: ignore[arg-type]
        Message(role="user", content="And then?"),  # type: ignore[arg-type]
    ]
    (found,) = earlier_exchanges(messages)
    return found


def spaced(text: str) -> str:
    return " ".join(text.split())


BURNED = cite("The mill of Orvik burned in 1911.", section=("Fires", "The mill"))
AGAIN = cite("The mill burned down in 1912!")
DEAR = cite("Bread was dear in Orvik that year.")


def test_an_answer_has_a_footnote_for_each_quote() -> None:
    assert text_of(reply(answered("1911", 0.9, (BURNED, DEAR)))) == (
        "1911[^1][^2]\n\n"
        f"[^1]: “The mill of Orvik burned in 1911.” — The Orvik chronicle, Fires › The mill (`{BURNED.id}`)\n\n"
        f"[^2]: “Bread was dear in Orvik that year.” — The Orvik chronicle (`{DEAR.id}`)"
    )


@pytest.mark.parametrize("footnotes", [True, False])
def test_annotations_lie_over_the_words_their_quotes_support(footnotes: bool) -> None:
    pieces = reply(
        conflicting((Alternative("1911", 0.9, (BURNED, DEAR)), Alternative("in 1912!", 0.8, (AGAIN,)))),
        footnotes=footnotes,
    )
    found = [
        (text_of(pieces)[place["start_index"] : place["end_index"]], one["citation"]["id"], place["url"])
        for one in annotations_of(pieces)
        for place in [one["url_citation"]]
    ]
    url = "http://orvik.example:8000/v1/citations/"
    assert found == [
        ("1911", BURNED.id, url + BURNED.id),
        ("1911", DEAR.id, url + DEAR.id),
        ("in 1912\\!", AGAIN.id, url + AGAIN.id),
    ]


def test_rival_answers_are_all_listed_with_their_own_footnotes() -> None:
    pieces = reply(conflicting((Alternative("1911", 0.9, (BURNED,)), Alternative("1912", 0.8, (AGAIN, BURNED)))))
    lines = text_of(pieces).split("\n")
    assert lines[:4] == ["The documents disagree:", "", "- 1911[^1]", "- 1912[^2][^1]"]
    assert [line[:5] for line in lines[4:] if line] == ["[^1]:", "[^2]:"]


def test_without_footnotes_the_words_stand_alone() -> None:
    pieces = reply(answered("1911", 0.9, (BURNED,)), footnotes=False)
    assert text_of(pieces) == "1911"
    assert annotations_of(pieces)[0]["citation"]["text"] == BURNED.text


def test_a_refusal_says_so_and_links_the_nearest_passages() -> None:
    pieces = reply(declined("not_in_documents", 0.1, (BURNED,)))
    assert text_of(pieces) == (
        "The documents do not say.\n\nThe nearest passages, which do not answer the question:\n\n"
        "- [The Orvik chronicle, Fires › The mill](http://orvik.example:8000/v1/citations/"
        f"{BURNED.id}): “The mill of Orvik burned in 1911.”"
    )
    assert annotations_of(pieces) == []
    assert text_of(reply(declined("not_in_documents", 0.1, (BURNED,)), footnotes=False)) == "The documents do not say."


def test_an_ambiguous_question_lists_its_readings() -> None:
    pieces = reply(ambiguous(("When did the mill burn?", "When did the *inn* burn?")))
    assert text_of(pieces).split("\n")[1:] == ["", "- When did the mill burn?", "- When did the \\*inn\\* burn?"]


def test_a_changed_question_is_told_in_one_line_and_read_back() -> None:
    content = Content(BASE, footnotes=True, worded=False)
    understood = Understood("And the mill?", "When did the mill of Orvik burn?", (), None)
    events: list[Event] = [understood, answered("1911", 0.9, (BURNED,))]
    text = text_of([piece for event in events for piece in content.pieces(event)])
    assert text.startswith("*Read as: When did the mill of Orvik burn?*\n\n1911[^1]\n\n")
    again = replay(text, asked="And the mill?")
    assert again == Replayed("And the mill?", understood.standalone_question, "1911", (BURNED.text,), ours=True)
    assert content.outcome().standalone_question == understood.standalone_question


def test_a_language_models_sentences_carry_the_numbers_of_the_quotes() -> None:
    answer = answered("1911", 0.9, (BURNED, AGAIN, DEAR))
    sentences = (Sentence("Bread was dear.", (DEAR.id,)), Sentence("It burned.", (BURNED.id, DEAR.id)))
    written = Written("", sentences, 1, "a-model", None)
    pieces = reply(answer, *sentences, written, worded=True)
    lines = [line for line in text_of(pieces).split("\n") if line]
    assert lines[0] == "Bread was dear.[^3] It burned.[^1][^3]"
    assert lines[1] == "*Left out, since no quote bears it out: 1 sentence.*"
    assert [line[:5] for line in lines[2:]] == ["[^1]:", "[^3]:"]
    places = [one["url_citation"] for one in annotations_of(pieces)]
    assert [text_of(pieces)[place["start_index"] : place["end_index"]] for place in places] == [
        "Bread was dear.", "It burned.", "It burned.",
    ]  # fmt: skip
    assert replay(text_of(pieces)).answer == "Bread was dear. It burned."


def test_when_the_language_model_fails_the_answer_stands_as_it_was_found() -> None:
    answer = answered("1911", 0.9, (BURNED,))
    failed = Written("", (), 0, "a-model", "timeout")
    assert text_of(reply(answer, failed, worded=True)) == text_of(reply(answer))
    dropped = Written("", (), 2, "a-model", "nothing_entailed")
    note = "*Left out, since no quote bears it out: 2 sentences.*\n\n"
    assert text_of(reply(answer, dropped, worded=True)) == note + text_of(reply(answer))


def test_a_language_model_that_breaks_off_is_told() -> None:
    answer = answered("1911", 0.9, (BURNED, AGAIN))
    pieces = reply(answer, Sentence("Twice.", (AGAIN.id,)), Written("", (), 0, "a-model", "timeout"), worded=True)
    sentence, note, words, *footnotes = text_of(pieces).split("\n\n")
    assert (sentence, words) == ("Twice.[^2]", "1911[^1][^2]")
    assert "breaks off" in note
    assert [line[:5] for line in footnotes] == ["[^1]:", "[^2]:"]
    assert replay(text_of(pieces)).answer == "Twice.\n1911"


@given(quote=worded, title=worded, section=worded, answer=worded, question=worded)
def test_nothing_of_a_document_draws(quote: str, title: str, section: str, answer: str, question: str) -> None:
    document = make_document(quote, title=title)
    citation = make_citation(document, Span(0, len(quote)), section=(section,))
    events: tuple[Answer, ...] = (answered(answer, 0.9, (citation,)), ambiguous((question, answer)))
    for event in events:
        assert kinds(text_of(reply(event))) <= {"text", "code_inline", "paragraph", "list", "inline"}
    nearest = text_of(reply(declined("not_in_documents", 0.1, (citation,))))
    assert kinds(nearest) <= {"text", "paragraph", "list", "inline", "link"}


def kinds(markdown: str) -> set[str]:
    """Return what a page would draw of it, beside plain text."""
    found = set()
    for block in PARSER.parse(markdown):
        found.add(re.sub(r"(bullet_|_item|_open|_close)", "", block.type))
        found |= {re.sub(r"_(open|close)", "", child.type) for child in block.children or ()}
    return found


@given(first=worded, second=worded, footnotes=st.booleans(), rivals=st.booleans())
def test_a_replayed_reply_is_read_as_it_was_meant(first: str, second: str, footnotes: bool, rivals: bool) -> None:
    document = make_document(f"{first}\n{second}")
    citations = tuple(
        make_citation(document, Span(document.text.index(text), document.text.index(text) + len(text)), section=())
        for text in (first, second)
    )
    other = Alternative("mill", 0.1, (make_citation(document, Span(0, 4), section=()),))
    answer = conflicting((Alternative(first, 0.9, citations), other)) if rivals else answered(first, 0.9, citations)
    pieces = reply(answer, footnotes=footnotes)
    again = replay(text_of(pieces), annotations_of(pieces))
    assert again.answer == spaced(first)
    assert list(dict.fromkeys(map(spaced, again.evidence))) == list(dict.fromkeys((spaced(first), spaced(second))))
    assert again.ours


@given(footnotes=st.booleans(), quote=worded)
def test_no_marker_is_cut_between_pieces(footnotes: bool, quote: str) -> None:
    citation = make_citation(make_document(quote), Span(0, len(quote)), section=())
    for piece in reply(answered(quote, 0.9, (citation,)), footnotes=footnotes):
        unescaped = re.findall(r"(?<!\\)\[\^", piece.text)
        assert len(unescaped) == len(re.findall(r"(?<!\\)\[\^\d+\]", piece.text))
