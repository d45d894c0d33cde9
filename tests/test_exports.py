"""A checked text for others: Markdown in which no text draws anything, read back by a real parser, and ClaimReviews."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from conftest import make_document
from index.documents import Document, Span
from service.exports import MARKS, TITLES, as_claim_review, as_markdown, escaped
from service.lookup import look_up
from service.quotes import Citation, make_citation
from service.verdicts import (
    LABELS,
    CheckedQuotation,
    CheckResult,
    PassedOver,
    SilenceReason,
    Verdict,
    VerdictLabel,
    summarize,
)

CHRONICLE = make_document(
    "The mill of Orvik burned in 1911. The mill of Orvik never burned.\nBread was dear in Orvik that year.",
    "chronicle",
    "The Orvik chronicle",
)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What a text could draw with, between words.
SIGNS = (
    "# ", "\n# ", "\n\n## ", "\n===\n", "\n---\n", "[", "](http://orvik.example)", "![", "<b>", "</b>", "<!--", "-->",
    "<http://orvik.example>", "<script>alert(1)</script>", "`", "```", "\n```\n", "~~~", "~~", "*", "**", "_", "__",
    "|", "\n|-|-|\n", "\\", "\\\\", "> ", "\n> ", "\n- ", "\n1. ", "\n\n    ", "[mill]: http://orvik.example\n", "\r",
    "\t", "\u2028# ", "\u00a0", "{", "}", "{#id}", " ", "“", "”", "é", "𝔘",
)  # fmt: skip
WORDS = ("mill", "Orvik", "burned", "1911", "x")
drawings = st.lists(st.sampled_from(SIGNS + WORDS), min_size=1, max_size=12).map("".join)


def drawing(text: str) -> str:
    """Keep what a document or claim can be: some word is in it."""
    return text if text.strip() else "mill"


hostile = drawings.map(drawing)
# A list's sign or number at the very start of a claim is drawn as a list; everywhere else all words stay as they are.
worded = hostile.map(lambda text: f"mill {text}")


def cite(document: Document, quote: str) -> Citation:
    start = document.text.index(quote)
    return make_citation(document, Span(start, start + len(quote)), section=())


FOR, AGAINST, NEAR = (cite(CHRONICLE, text) for text in ("burned in 1911", "never burned", "Bread was dear"))


def verdict(
    label: VerdictLabel,
    claim: str = "The mill of Orvik burned.",
    standalone: str | None = None,
    supporting: tuple[Citation, ...] = (FOR,),
    refuting: tuple[Citation, ...] = (AGAINST,),
    nearest: tuple[Citation, ...] = (NEAR,),
) -> Verdict:
    silent = label == "not_enough_info"
    reason: SilenceReason | None = "silent" if silent else None
    return Verdict(
        claim,
        Span(0, len(claim)),
        standalone,
        label,
        0.876,
        supporting if label in ("supported", "conflicting") else (),
        refuting if label in ("refuted", "conflicting") else (),
        reason,
        nearest if silent else (),
    )


def checked(
    *claims: Verdict, passed_over: tuple[PassedOver, ...] = (), quotations: tuple[CheckedQuotation, ...] = ()
) -> CheckResult:
    return CheckResult(claims, summarize(claims), passed_over, quotations)


def quotation(text: str, *documents: Document) -> CheckedQuotation:
    return CheckedQuotation(text, Span(0, len(text)), look_up(text, documents))


def tokens_of(markdown: str) -> list[Token]:
    return [part for token in PARSER.parse(markdown) for part in (token, *(token.children or ()))]


def shown(tokens: list[Token]) -> str:
    """The words a reader sees."""
    return "\n".join(
        "".join(part.content for part in token.children or ()) for token in tokens if token.type == "inline"
    )


def headings(tokens: list[Token]) -> list[str]:
    return [shown([after]) for token, after in pairwise(tokens) if token.type == "heading_open"]


def one_line(text: str) -> str:
    return " ".join(text.split())


ALL = checked(
    *(verdict(label) for label in LABELS),
    passed_over=(PassedOver("Is it so?", Span(0, 9), "question"),),
    quotations=(quotation("Bread was dear", CHRONICLE),),
)


def test_every_part_has_its_heading_and_verdicts_are_numbered() -> None:
    expected = [f"{number}. {MARKS[label]} {TITLES[label]}" for number, label in enumerate(LABELS, start=1)]
    assert headings(tokens_of(as_markdown(ALL))) == ["Claims checked", *expected, "Quotations", "Passed over"]
    assert headings(tokens_of(as_markdown(checked()))) == ["Claims checked"]


def test_the_counts_come_first() -> None:
    first = as_markdown(checked(verdict("refuted"), verdict("refuted"), verdict("supported"))).split("\n")[2]
    assert first == "Supported: 1, Refuted: 2, The documents disagree: 0, The documents do not say: 0"


@pytest.mark.parametrize(
    ("label", "titles"),
    [
        ("supported", ["For:"]),
        ("refuted", ["Against:"]),
        ("conflicting", ["For:", "Against:"]),
        ("not_enough_info", ["Closest passages, which prove nothing:"]),
    ],
)
def test_quotes_stand_under_the_side_they_speak_for(label: VerdictLabel, titles: list[str]) -> None:
    lines = as_markdown(checked(verdict(label))).split("\n")
    assert [line for line in lines if line.endswith(":")] == titles
    by_title = {"For:": FOR, "Against:": AGAINST, "Closest passages, which prove nothing:": NEAR}
    for title in titles:
        citation = by_title[title]
        line = lines[lines.index(title) + 2]
        assert line == f"- “{citation.text}” — The Orvik chronicle (`{citation.id}`)"
    assert "Confidence 0.88." in lines
    assert "> The mill of Orvik burned." in lines


def test_how_a_claim_was_checked_is_told_where_it_was_not_by_its_own_words() -> None:
    said = as_markdown(checked(verdict("supported", "It burned.", "The mill_of *Orvik* burned.")))
    assert "Checked as: The mill\\_of \\*Orvik\\* burned." in said
    assert "Checked as" not in as_markdown(checked(verdict("supported")))


@pytest.mark.parametrize(
    ("text", "match", "words"),
    [
        ("Bread was dear", "exact", "word for word"),
        ("Bread  was\ndear", "normalized", "but for its typography"),
        ("Bread was very dear in Orvik that year", "altered", "in other words"),
        ("The baker left for Dunmore", "absent", "nowhere"),
    ],
)
def test_a_quotation_is_shown_with_where_it_stands(text: str, match: str, words: str) -> None:
    held = quotation(text, CHRONICLE)
    assert held.lookup.match == match
    line = as_markdown(checked(quotations=(held,))).split("\n")[-2]
    assert line.startswith(f"- “{one_line(text)}” stands {words} in the documents")
    assert [found.citation.id in line for found in held.lookup.results[:1]] == [True] * (match != "absent")


def documents(text: str, title: str) -> tuple[Document, Citation]:
    document = make_document(text, "leaflet-1", title)
    return document, make_citation(document, Span(0, len(text)), section=())


@settings(deadline=None, derandomize=True, max_examples=100)
@given(hostile, hostile, hostile, hostile)
def test_no_text_draws_a_heading_a_link_or_html(claim: str, title: str, quote: str, alone: str) -> None:
    document, citation = documents(quote, title)
    result = checked(
        verdict("conflicting", claim, alone, supporting=(citation,), refuting=(citation,)),
        verdict("not_enough_info", claim, nearest=(citation,)),
        passed_over=(PassedOver(claim, Span(0, len(claim)), "heading"),),
        quotations=(quotation(f"{quote} and so the mill burned", document),),
    )
    tokens = tokens_of(as_markdown(result))
    assert len(headings(tokens)) == 5
    drawn = {token.type for token in tokens}
    allowed = {"inline", "text", "softbreak", "code_inline", "hr"}
    assert not {kind for kind in drawn - allowed if not re.fullmatch(BLOCKS, kind)}, drawn


BLOCKS = r"(?:heading|paragraph|blockquote|bullet_list|ordered_list|list_item)_(?:open|close)"


@settings(deadline=None, derandomize=True, max_examples=100)
@given(worded, hostile, hostile, worded)
def test_a_reader_sees_every_word_as_it_was_and_every_id(claim: str, title: str, quote: str, alone: str) -> None:
    _, citation = documents(quote, title)
    result = checked(
        verdict("conflicting", claim, alone, supporting=(citation, FOR), refuting=(AGAINST,)),
        verdict("not_enough_info", claim, nearest=(NEAR, citation)),
        passed_over=(PassedOver(claim, Span(0, len(claim)), "opinion"),),
    )
    tokens = tokens_of(as_markdown(result))
    lines = shown(tokens).split("\n")
    assert lines.count(one_line(claim)) == 2
    assert f"Checked as: {one_line(alone)}" in lines
    assert f"opinion: {one_line(claim)}" in lines
    assert lines.count(f"“{one_line(quote)}” — {one_line(title)} ({citation.id})") == 2
    ids = [token.content for token in tokens if token.type == "code_inline"]
    assert ids == [citation.id, FOR.id, AGAINST.id, NEAR.id, citation.id]


def reviews(result: CheckResult) -> Iterator[dict]:
    held = json.loads(json.dumps(as_claim_review(result), allow_nan=False))
    assert held["@context"] == "https://schema.org"
    yield from held["@graph"]


def test_a_claim_review_has_what_schema_org_asks_for() -> None:
    """https://schema.org/ClaimReview, and https://schema.org/Rating for its rating."""
    held = list(reviews(ALL))
    assert len(held) == len(LABELS)
    for review in held:
        assert review["@type"] == "ClaimReview"
        assert review["claimReviewed"] == "The mill of Orvik burned."
        assert review["itemReviewed"] == {"@type": "Claim", "text": "The mill of Orvik burned."}
        assert review["author"] == {"@type": "SoftwareApplication", "name": "citecheck"}
        assert review["reviewRating"]["@type"] == "Rating"


@pytest.mark.parametrize(
    ("label", "value"), [("supported", 5), ("conflicting", 3), ("refuted", 1), ("not_enough_info", None)]
)
def test_only_what_the_documents_speak_of_is_rated(label: VerdictLabel, value: int | None) -> None:
    (review,) = reviews(checked(verdict(label)))
    rating = review["reviewRating"]
    assert rating["alternateName"] == TITLES[label]
    bounds = {} if value is None else {"ratingValue": value, "worstRating": 1, "bestRating": 5}
    assert rating == {"@type": "Rating", "alternateName": TITLES[label], **bounds}


def test_a_review_cites_both_sides_and_never_what_proves_nothing() -> None:
    (conflict,) = reviews(checked(verdict("conflicting")))
    says = [(one["text"], one["identifier"], one["disambiguatingDescription"]) for one in conflict["citation"]]
    assert says == [(FOR.text, FOR.id, "supports"), (AGAINST.text, AGAINST.id, "refutes")]
    assert conflict["citation"][0]["isPartOf"] == {
        "@type": "CreativeWork",
        "name": "The Orvik chronicle",
        "identifier": "chronicle",
        "version": CHRONICLE.version,
    }
    (silent,) = reviews(checked(verdict("not_enough_info")))
    assert silent["citation"] == []


def test_a_claim_that_leans_on_its_neighbours_is_reviewed_as_it_was_checked() -> None:
    (review,) = reviews(checked(verdict("supported", "It burned.", "The mill of Orvik burned.")))
    assert review["claimReviewed"] == "The mill of Orvik burned."
    assert review["itemReviewed"]["text"] == "It burned."


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.text(min_size=1), hostile, hostile)
def test_a_review_keeps_every_character(claim: str, title: str, quote: str) -> None:
    _, citation = documents(quote, title)
    (review,) = as_claim_review(checked(verdict("supported", claim, supporting=(citation,))))["@graph"]
    back = json.loads(json.dumps(review))
    assert back == review
    assert back["claimReviewed"] == claim
    assert back["citation"][0]["text"] == quote
    assert back["citation"][0]["isPartOf"]["name"] == title


def test_an_address_in_a_document_draws_no_link() -> None:
    shown = escaped("See https://evil.example, WWW.evil.example and mail a@evil.example: 12:30, ratio 3:2.")
    assert shown == r"See https\://evil.example, WWW\.evil.example and mail a\@evil.example: 12:30, ratio 3:2."
