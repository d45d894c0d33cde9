"""Word documents: headings, paragraphs, lists, tables and notes, without headers, footers, comments and deletions."""

from __future__ import annotations

import io
from typing import Any

import mammoth
from lxml import etree

from index.formats.archives import Archive
from index.formats.extracted import Extracted, broken, without_pages
from index.formats.markup import plain, render, require_text, titled
from index.formats.parsing import parse_markup
from index.formats.properties import core_metadata, parse_properties, texts_of

_LABEL = "a Word document"
_MAIN = "word/document.xml"
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
"""
_PROPERTIES = "docProps/core.xml"


def read(data: bytes, name: str) -> Extracted:
    """Return the text of a Word document; raises DocumentError."""
    archive = Archive(data, name=name, label=_LABEL)
    if "[Content_Types].xml" not in archive:
        raise broken(name, _LABEL)
    converted = mammoth.convert_to_html(
        io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda _: {})
    )
    page = parse_markup(f"<html><body>{converted.value}</body></html>".encode(), name=name, label=_LABEL)
    headings = page.root.xpath("//h1[@class='title']")
    properties = _properties(archive)
    title = (plain(headings[0]) if headings else "") or next(iter(texts_of(properties, "title")), None)
    text = titled(require_text(render(page.root), name=name, label=_LABEL), title)
    return without_pages(text, title, core_metadata(properties))


def _properties(archive: Archive) -> Any:  # noqa: ANN401 - lxml is untyped
    """Return the file's core properties, empty where it has none that can be read: its text is what counts."""
    try:
        return parse_properties(archive.read(_PROPERTIES) if _PROPERTIES in archive else b"<none/>")
    except etree.XMLSyntaxError:
        return etree.Element("none")
