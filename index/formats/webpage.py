"""HTML pages: the main content with its headings, lists and tables, without navigation, advertising and footers."""

from __future__ import annotations

from copy import deepcopy

import trafilatura
from lxml import html

from index.formats.extracted import Extracted, broken, without_pages
from index.formats.markup import plain, render, require_text, titled
from index.formats.parsing import Element, parse_markup

_LABEL = "an HTML page"
_AROUND = ("nav", "footer", "form", "dialog")
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alert"})
_MIN_CHARACTERS = 200


def read(data: bytes, name: str) -> Extracted:
    """Return the text of an HTML page; raises DocumentError."""
    if b"<" not in data.replace(b"\x00", b""):
        raise broken(name, _LABEL, "it has no tags")
    page = parse_markup(data, name=name, label=_LABEL)
    # The page's only main heading seldom carries the name of the site, as the title in its head does.
    headings = page.root.findall(".//h1")
    title = (plain(headings[0]) if len(headings) == 1 else "") or page.title
    body = require_text(_content(page.root), name=name, label=_LABEL)
    return without_pages(titled(body, title), title, page.metadata)


def _content(root: Element) -> str:
    """Return the main content: what the page itself marks as such, else what trafilatura finds, else all of it."""
    marked = [_rendered(element) for element in _marked(root)]
    found = next((text for text in marked if len(text) >= _MIN_CHARACTERS), "") or _found(root)
    if len(found) >= _MIN_CHARACTERS:
        return found
    # A short page: what it marks as its content may be all there is.
    return next(filter(None, marked), "") or _rendered(root)


def _found(root: Element) -> str:
    """Return what trafilatura takes for the main content."""
    found = trafilatura.extract(
        deepcopy(root),
        output_format="html",
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        with_metadata=False,
        deduplicate=False,
    )
    return render(html.document_fromstring(found)) if found else ""


def _marked(root: Element) -> list[Element]:
    main = root.xpath("//main | //*[@role='main']")
    articles = root.xpath("//article[not(ancestor::article)]")
    return [*(main if len(main) == 1 else []), *(articles if len(articles) == 1 else [])]


def _rendered(content: Element) -> str:
    """Return what an element shows without what stands around a text."""
    for element in list(content.iterdescendants()):
        if element.getparent() is not None and (element.tag in _AROUND or element.get("role") in _ROLES):
            element.drop_tree()
    return render(content)
