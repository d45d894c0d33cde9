"""Word documents: headings, paragraphs, lists, tables and notes, without headers, footers, comments and deletions."""

from __future__ import annotations

import io
import re

import mammoth
from lxml import html

from index.formats.archives import Archive
from index.formats.extracted import Extracted, broken, without_pages
from index.formats.markup import plain, render, require_text, titled
from index.formats.parsing import parse_markup

_LABEL = "a Word document"
_MAIN = "word/document.xml"
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
"""
_CORE_TITLE = re.compile(rb"<dc:title>([^<]{1,600})</dc:title>")


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
    title = (plain(headings[0]) if headings else "") or _core_title(archive)
    return without_pages(titled(require_text(render(page.root), name=name, label=_LABEL), title), title)


def _core_title(archive: Archive) -> str | None:
    """Return the title in the file's properties."""
    properties = "docProps/core.xml"
    found = _CORE_TITLE.search(archive.read(properties)) if properties in archive else None
    if found is None:
        return None
    return " ".join(html.fromstring(b"<p>" + found[1] + b"</p>").text_content().split()) or None
