"""HTML and XHTML parsed within limits, and cleared of what a reader of the page does not see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from lxml import html

from index.decoding import decode
from index.formats.extracted import broken, cleaned, nested_too_deeply
from index.formats.head import read_head
from index.metadata import Metadata

Element = Any

_DROPPED_TAGS = """
    audio base button canvas datalist embed head iframe input link map math meta noscript object option rp script select
    source style svg template textarea title track video
"""
_DROPPED = frozenset(_DROPPED_TAGS.split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BACK = frozenset(["↑", "^", "↩", "↩\ufe0e"])
_MAX_NOTE_MARK = 5

_CHARSET = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.:-]+)|<meta[^>]*charset=["']?([\w.:-]+)""", re.IGNORECASE)
_XHTML = re.compile(r"""\s*<\?xml|[^>]*<html[^>]*xmlns=""", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_HEAD = 4096
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed file: its root element without what is not shown, and what its head says of it."""

    root: Element
    title: str | None
    metadata: Metadata


def parse_markup(data: bytes, *, name: str, label: str) -> Markup:
    """Return an HTML or XHTML file parsed; raises DocumentError for what is none."""
    text = cleaned(_decoded(data, name))
    root = _as_xhtml(text) if _XHTML.match(text[:_HEAD]) else None
    if root is None:
        root = _as_html(text, name, label)
    title = " ".join((root.findtext(".//title") or "").split())
    metadata = read_head(root)
    _drop_unseen(root)
    return Markup(root, title or None, metadata)


def _as_xhtml(text: str) -> Element | None:
    """Return a page read by the rules of XML, in which `<title/>` is a whole element; None for one that breaks them."""
    parser = html.XHTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, resolve_entities=False, load_dtd=False
    )
    # Known without the definition that the page names, which is somewhere in the network.
    resolved = _ENTITY.sub(_letters, _DECLARATION.sub("", text, count=1))
    try:
        root = html.document_fromstring(resolved.encode("utf-8"), parser=parser)
    except (html.etree.ParserError, html.etree.XMLSyntaxError):
        return None
    html.xhtml_to_html(root)
    return root if root.tag == "html" else None


def _letters(entity: re.Match[str]) -> str:
    found = html5.get(entity[1], "<")
    return entity[0] if "<" in found or "&" in found else found


def _as_html(text: str, name: str, label: str) -> Element:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (html.etree.ParserError, html.etree.XMLSyntaxError) as error:
        _check_limits(parser, name)
        raise broken(name, label) from error
    _check_limits(parser, name)
    return root


def _check_limits(parser: Any, name: str) -> None:  # noqa: ANN401 - lxml is untyped
    """Raise what ended a parser early: it hands out what it had read so far as if that were all."""
    reasons = {entry.type_name for entry in parser.error_log}
    if "ERR_NO_MEMORY" in reasons:
        raise MemoryError
    if "ERR_RESOURCE_LIMIT" in reasons:
        raise nested_too_deeply(name)


def _decoded(data: bytes, name: str) -> str:
    """Return the text of a file: UTF-8 or what its mark says, else what the file itself says, else what fits."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:_HEAD])
    if declared is not None and not data.startswith(_UTF_16):
        try:
            # What browsers do: pages that say Latin-1 mean the Windows code page, which adds quotation marks.
            encoding = (declared[1] or declared[2]).decode("ascii").lower()
            return data.decode("cp1252" if encoding in ("iso-8859-1", "latin1", "latin-1", "us-ascii") else encoding)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data, name=name)


def _drop_unseen(root: Element) -> None:
    """Take out what a reader of the page does not see, and the marks that lead to footnotes."""
    for element in list(root.iter()):
        if element is not root and (not isinstance(element.tag, str) or _is_unseen(element) or _is_note_mark(element)):
            element.drop_tree()


def _is_unseen(element: Element) -> bool:
    return (
        element.tag in _DROPPED
        or element.get("hidden") is not None
        or _HIDDEN.search(element.get("style") or "") is not None
    )


def _is_note_mark(element: Element) -> bool:
    """Whether this is a raised number that links to a note, or the arrow with which a note links back."""
    if element.tag == "a" and "#" in (element.get("href") or ""):
        text = element.text_content().strip()
        return text in _BACK or (element.find("sup") is not None and len(text) <= _MAX_NOTE_MARK)
    if element.tag != "sup":
        return False
    links = element.findall(".//a")
    return bool(links) and all("#" in (link.get("href") or "") for link in links)
