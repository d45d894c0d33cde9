"""What has become of a citation: whether its words still stand in the latest version of their document, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Literal

from rapidfuzz.distance import Postfix, Prefix

from index.documents import Document, Span
from index.errors import NotFound
from index.normalize import normalize
from service.differences import source_tokens
from service.lookup import MAX_CHARACTERS, MIN_CHARACTERS, look_up
from service.misquotes import find_misquotes
from service.places import find_places, stands_whole
from service.prepared import PreparedDocument, prepare, prepare_quote
from service.quotes import CONTEXT_CHARACTERS, Address, Citation, SectionOf, cite

BEFORE_AND_AFTER: Final = 300
_SLACK: Final = 40
_MAX_PLACES: Final = 10_000
_IDENTIFYING_CONTEXT: Final = 16
_EDGE_OF_LONG: Final = 2_000
_SPACE: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Context:
    """Verbatim text around a citation, in the version it cites."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """A citation as it was made, and in `current` where the latest version says the same or nearly the same."""

    status: Literal["current", "moved", "changed", "gone"]
    citation: Citation
    context: Context
    current: Citation | None


def resolve(
    address: Address, *, cited: Document, latest: Document | None, section_of: SectionOf | None = None
) -> Resolution:
    """Resolve `address` in the version it cites and in the latest one; raises NotFound when it names nothing."""
    _check(address, cited)
    span = address.span
    context = _context(cited.text, span)
    citation = cite(cited, span, section_of)
    if latest is not None and latest.version == cited.version:
        return Resolution("current", citation, context, citation)
    if latest is None:
        return Resolution("gone", citation, context, None)
    moved = _same_words(cited, span, latest)
    if moved is not None:
        return Resolution("moved", citation, context, cite(latest, moved, section_of))
    nearest = _nearest(cited, span, prepare(latest))
    if nearest is not None:
        return Resolution("changed", citation, context, cite(latest, nearest, section_of))
    return Resolution("gone", citation, context, None)


def _check(address: Address, cited: Document) -> None:
    """Refuse an address that does not name a stretch of `cited`."""
    if address.document_id != cited.id or address.version != cited.version or address.span.end > len(cited.text):
        raise NotFound(
            f"The citation {address} names nothing: that version has {len(cited.text)} characters.",
            code="citation_not_found",
            id=str(address),
        )


def _context(text: str, span: Span) -> Context:
    """Return the text on both sides, cut at white space where there is some near the cut."""
    first, stop = max(0, span.start - BEFORE_AND_AFTER), min(len(text), span.end + BEFORE_AND_AFTER)
    if first > 0 and (space := _SPACE.search(text, first, min(first + _SLACK, span.start))) is not None:
        first = space.end()
    if stop < len(text):
        spaces = [match.start() for match in _SPACE.finditer(text, max(stop - _SLACK, span.end), stop)]
        stop = spaces[-1] if spaces else stop
    return Context(text[first : span.start], text[span.end : stop])


def _same_words(cited: Document, span: Span, latest: Document) -> Span | None:
    """Return where the very same characters stand, in the surroundings most like the cited ones, nearest on a tie."""
    words = cited.quote(span)
    whole = stands_whole(cited.text, span.start, span.end)
    accept = partial(stands_whole, latest.text) if whole else _anywhere
    places = [Span(at, at + len(words)) for at in islice(find_places(latest.text, words, accept), _MAX_PLACES)]
    if not places:
        return None
    best = _most_alike(cited.text, span, latest.text, places)
    # A few characters stand everywhere: only their surroundings can tell that these are the cited ones.
    needed = min(_IDENTIFYING_CONTEXT, len(cited.text) - len(span)) if _letters(words) < MIN_CHARACTERS else 0
    return best if _agreement(cited.text, span, latest.text, best) >= needed else None


def _anywhere(start: int, end: int) -> bool:
    """Accept every place: the citation itself begins or ends inside a word."""
    return start < end


def _letters(text: str) -> int:
    """Return how many letters and digits `text` has, up to what identifies a passage."""
    return sum(map(str.isalnum, normalize(text[: 10 * MIN_CHARACTERS]).text))


def _most_alike(cited: str, span: Span, latest: str, places: list[Span]) -> Span:
    """Return the place whose surroundings agree best with the cited ones, nearest on a tie."""
    return min(
        places,
        key=lambda place: (-_agreement(cited, span, latest, place), abs(place.start - span.start), place.start),
    )


def _agreement(cited: str, span: Span, latest: str, place: Span) -> int:
    """Return how many characters agree on both sides, without a gap."""
    before = cited[max(0, span.start - CONTEXT_CHARACTERS) : span.start]
    before_place = latest[max(0, place.start - CONTEXT_CHARACTERS) : place.start]
    after = cited[span.end : span.end + CONTEXT_CHARACTERS]
    after_place = latest[place.end : place.end + CONTEXT_CHARACTERS]
    return Postfix.similarity(before, before_place) + Prefix.similarity(after, after_place)


def _nearest(cited: Document, span: Span, latest: PreparedDocument) -> Span | None:
    """Return where the latest version nearly says the cited words."""
    words = cited.quote(span)
    if len(words) > MAX_CHARACTERS:
        return _nearest_long(cited, span, latest)
    if _letters(words) >= MIN_CHARACTERS:
        places = [found.citation.span for found in look_up(words, [latest]).results]
        if places:
            return _most_alike(cited.text, span, latest.document.text, places)
    return _nearest_in_context(cited, span, latest)


def _nearest_long(cited: Document, span: Span, latest: PreparedDocument) -> Span | None:
    """Return the stretch between where the beginning and the end of a very long citation nearly stand."""
    head = _nearest_or_same(cited, Span(span.start, span.start + _EDGE_OF_LONG), latest)
    tail = _nearest_or_same(cited, Span(span.end - _EDGE_OF_LONG, span.end), latest)
    if head is None or tail is None or not head.start < tail.end <= head.start + 2 * len(span):
        return None
    return Span(head.start, tail.end)


def _nearest_or_same(cited: Document, span: Span, latest: PreparedDocument) -> Span | None:
    """Return where the same words stand, or nearly the same."""
    return _same_words(cited, span, latest.document) or _nearest(cited, span, latest)


def _nearest_in_context(cited: Document, span: Span, latest: PreparedDocument) -> Span | None:
    """Return what now stands in place of words too few to be told apart by themselves, such as a table cell."""
    first = max(0, span.start - CONTEXT_CHARACTERS)
    before = prepare_quote(cited.text[first : span.start])
    core = prepare_quote(cited.quote(span))
    quote = prepare_quote(cited.text[first : span.end + CONTEXT_CHARACTERS])
    for misquote in find_misquotes(quote, [latest]):
        tokens = (len(before.tokens), len(before.tokens) + len(core.tokens))
        found = source_tokens(quote, latest, misquote.comparison, tokens)
        if found is not None:
            return latest.source_span(*found)
    return None
