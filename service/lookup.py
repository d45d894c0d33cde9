"""Tells whether documents say a quotation word for word, save for typography, nearly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Literal

from index.documents import Document, Span
from index.errors import InputError, TooLarge
from index.normalize import normalize
from service.differences import Difference
from service.misquotes import find_misquotes
from service.places import find_places, stands_whole
from service.prepared import PreparedDocument, prepare, prepare_quote
from service.quotes import Citation, SectionOf, cite

__all__ = ["Difference", "Found", "LookupResult", "PreparedDocument", "check_quote", "identifies", "look_up", "prepare"]

MIN_CHARACTERS: Final = 6
MAX_CHARACTERS: Final = 20_000

Match = Literal["exact", "normalized", "altered", "absent"]
Place = tuple[PreparedDocument, Span]


@dataclass(frozen=True, slots=True)
class Found:
    """One place where the quote stands; `similarity` is 1 unless words differ."""

    citation: Citation
    similarity: float
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The best class of match and its places; `absent` has none."""

    match: Match
    results: tuple[Found, ...]


def look_up(
    quote: str,
    documents: Iterable[Document | PreparedDocument],
    *,
    limit: int = 20,
    section_of: SectionOf | None = None,
) -> LookupResult:
    """Look for `quote` in each document by itself. Raises InputError for a quote too short, TooLarge for one too long.

    `exact` means the same characters, `normalized` the same after index.normalize, both at word edges; `altered` that
    a document nearly says it, and lists every difference. Only places of the best class are returned: exact and
    normalized ones by address, altered ones by similarity, one for each document.
    """
    check_quote(quote)
    wanted = quote.strip()
    held = sorted(documents, key=lambda item: _document(item).id)
    exact = list(islice(_exact(wanted, map(_document, held)), limit))
    if exact:
        return LookupResult("exact", tuple(_found(document, span, section_of) for document, span in exact))
    prepared = [item if isinstance(item, PreparedDocument) else prepare(item) for item in held]
    forms = _forms(wanted)
    for form in forms:
        places = list(islice(_normalized(normalize(form).text.strip(), prepared), limit))
        if places:
            return LookupResult("normalized", tuple(_found(item.document, span, section_of) for item, span in places))
    altered = _altered(forms[-1], prepared, limit, section_of)
    return LookupResult("altered" if altered else "absent", altered)


def check_quote(quote: str) -> None:
    """Refuse a quote that cannot identify a passage: raises InputError when too short and TooLarge when too long."""
    if len(quote) > MAX_CHARACTERS:
        raise TooLarge(
            f"The quote has {len(quote)} characters; look up at most {MAX_CHARACTERS} at a time.",
            code="quote_too_long",
            characters=len(quote),
            limit=MAX_CHARACTERS,
        )
    letters = _letters(quote)
    if letters < MIN_CHARACTERS:
        raise InputError(
            f"The quote has {letters} letters and digits; give at least {MIN_CHARACTERS}, to identify a passage.",
            code="quote_too_short",
            characters=letters,
            minimum=MIN_CHARACTERS,
        )


def identifies(quote: str) -> bool:
    """Whether a quote has enough letters and digits to identify a passage."""
    return _letters(quote) >= MIN_CHARACTERS


def _letters(quote: str) -> int:
    return sum(map(str.isalnum, normalize(quote).text))


def _document(item: Document | PreparedDocument) -> Document:
    return item if isinstance(item, Document) else item.document


def _exact(wanted: str, documents: Iterable[Document]) -> Iterator[tuple[Document, Span]]:
    """Yield every place whose characters are `wanted`, at word edges."""
    for document in documents:
        for start in find_places(document.text, wanted, partial(stands_whole, document.text)):
            yield document, Span(start, start + len(wanted))


def _normalized(form: str, documents: Sequence[PreparedDocument]) -> Iterator[Place]:
    """Yield every place that folds to `form`, at word edges."""
    for prepared in documents:
        for start in find_places(prepared.normalized.text, form, prepared.stands_whole):
            yield prepared, prepared.normalized.source_span(start, start + len(form))


def _forms(quote: str) -> tuple[str, ...]:
    """Return the quote as given, and without the quotation marks it is wrapped in."""
    folded = normalize(quote)
    if len(folded.text) > 2 and folded.text[0] in "'\"" and folded.text[-1] == folded.text[0]:
        inside = folded.source_span(1, len(folded.text) - 1)
        return quote, quote[inside.start : inside.end]
    return (quote,)


def _altered(
    quote: str, documents: Sequence[PreparedDocument], limit: int, section_of: SectionOf | None
) -> tuple[Found, ...]:
    """Return where the `limit` nearest documents nearly say `quote`."""
    found = []
    for misquote in find_misquotes(prepare_quote(quote), documents)[:limit]:
        prepared, comparison = misquote.prepared, misquote.comparison
        span = prepared.source_span(comparison.first, comparison.stop)
        citation = cite(prepared.document, span, section_of)
        found.append(Found(citation, comparison.similarity, comparison.differences))
    return tuple(found)


def _found(document: Document, span: Span, section_of: SectionOf | None) -> Found:
    return Found(cite(document, span, section_of), 1.0, ())
