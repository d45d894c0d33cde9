"""Quotes as Markdown footnotes and as OpenAI's annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from service.exports import escaped
from service.quotes import Citation

_CITATION = TypeAdapter(Citation)


class Footnotes:
    """The quotes of one reply, numbered from 1 in the order they are given; a quote has one number."""

    def __init__(self, base_url: str, *, shown: bool) -> None:
        """Number nothing yet. Quotes are linked under `base_url`; without `shown` there are annotations only."""
        self.shown = shown
        self._base_url = base_url.rstrip("/")
        self._numbers: dict[str, int] = {}
        self._quotes: dict[str, Citation] = {}
        self._used: set[str] = set()

    def number(self, citations: Sequence[Citation]) -> None:
        """Number the quotes that may be cited."""
        for citation in citations:
            self._quotes[citation.id] = citation
            self._numbers.setdefault(citation.id, len(self._numbers) + 1)

    def quote(self, citation_id: str) -> Citation:
        """Return a numbered quote."""
        return self._quotes[citation_id]

    def markers(self, citations: Sequence[Citation]) -> str:
        """Return markers such as [^1][^2]; what they point to is told by `definitions`."""
        if not self.shown:
            return ""
        ids = dict.fromkeys(citation.id for citation in citations)
        self._used |= ids.keys()
        return "".join(f"[^{self._numbers[one]}]" for one in ids)

    def definitions(self) -> Iterator[str]:
        """Yield a footnote for each quote that has a marker, by its number."""
        for citation_id, number in self._numbers.items():
            if citation_id in self._used:
                citation = self._quotes[citation_id]
                yield f"[^{number}]: “{escaped(citation.text)}” — {escaped(place_of(citation))} (`{citation.id}`)"

    def annotations(self, citations: Sequence[Citation], start: int, end: int) -> tuple[dict[str, Any], ...]:
        """Return an annotation for each quote, over the words from `start` to `end` of the content."""
        return tuple(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": start,
                    "end_index": end,
                    "title": citation.title,
                    "url": self.url(citation),
                },
                "citation": _CITATION.dump_python(citation, mode="json"),
            }
            for citation in citations
        )

    def url(self, citation: Citation) -> str:
        """Return where this service resolves a quote; an id stands in a path and in Markdown as it is."""
        return f"{self._base_url}/v1/citations/{citation.id}"


def place_of(citation: Citation) -> str:
    """Return title and section."""
    return f"{citation.title}, {' › '.join(citation.section)}" if citation.section else citation.title
