"""The head of an HTML page: what it says of author, date, language, tags and address."""

from __future__ import annotations

from typing import Any

from index.metadata import Metadata, found_metadata, split_tags

# As pages write them, what is most exact first; names in small letters.
_AUTHOR = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author")
_DATE = (
    "article:published_time",
    "datepublished",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "date",
    "pubdate",
    "parsely-pub-date",
)
_LANGUAGE = ("content-language", "dc.language", "dcterms.language", "og:locale")
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTED_TAGS = ("keywords", "news_keywords", "dc.subject")
_ADDRESS = ("og:url",)


def read_head(root: Any) -> Metadata:  # noqa: ANN401 - lxml is untyped
    """Return the metadata of a parsed page; none where its head says nothing."""
    said: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or meta.get("http-equiv") or ""
        if content := (meta.get("content") or "").strip():
            said.setdefault(name.strip().lower(), []).append(content)
    listed = [tag for name in _LISTED_TAGS for text in said.get(name, ()) for tag in split_tags(text)]
    # A page names its author, where it has a profile, by its address.
    authors = [text for text in _first(said, _AUTHOR) if "://" not in text]
    return found_metadata(
        author="; ".join(dict.fromkeys(authors)),
        date=next(iter(_first(said, _DATE)), ""),
        language=root.get("lang") or root.get(_XML_LANGUAGE) or next(iter(_first(said, _LANGUAGE)), ""),
        tags=[*said.get("article:tag", ()), *listed],
        address=_canonical(root) or next(iter(_first(said, _ADDRESS)), ""),
    )


def _first(said: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return next((said[name] for name in names if name in said), [])


def _canonical(root: Any) -> str:  # noqa: ANN401 - lxml is untyped
    links = (link for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    return next((link.get("href") or "" for link in links), "")
