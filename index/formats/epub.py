"""EPUB books: the chapters in the order of the book."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from lxml import etree

from index.formats.archives import Archive
from index.formats.extracted import Extracted, broken, encrypted, without_pages
from index.formats.markup import render, require_text
from index.formats.parsing import parse_markup
from index.formats.properties import core_metadata, parse_properties
from index.metadata import NO_METADATA

_LABEL = "an EPUB book"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/html", "text/x-oeb1-document"})


def read(data: bytes, name: str) -> Extracted:
    """Return the text of a book; raises DocumentError."""
    archive = Archive(data, name=name, label=_LABEL)
    if _ENCRYPTION in archive and _hides_text(_xml(archive, _ENCRYPTION, name)):
        raise encrypted(name)
    rootfile = _xml(archive, _CONTAINER, name).find(".//{*}rootfile")
    if rootfile is None:
        raise broken(name, _LABEL)
    place = rootfile.get("full-path") or ""
    package = _xml(archive, place, name)
    said = package.find("{*}metadata")
    title = " ".join((package.findtext("{*}metadata/{*}title") or "").split())
    chapters = [
        render(parse_markup(archive.read(member), name=name, label=_LABEL).root)
        for member in _chapters(package, posixpath.dirname(place), name)
    ]
    body = "\n\n".join(chapter for chapter in chapters if chapter)
    text = require_text(body, name=name, label=_LABEL)
    metadata = NO_METADATA if said is None else core_metadata(said)
    return without_pages(f"# {title}\n\n{text}" if title else text, title or None, metadata)


def _xml(archive: Archive, member: str, name: str) -> Any:  # noqa: ANN401 - lxml is untyped
    try:
        return parse_properties(archive.read(member))
    except etree.XMLSyntaxError as error:
        raise broken(name, _LABEL) from error


def _hides_text(encryption: Any) -> bool:  # noqa: ANN401 - lxml is untyped
    """Whether more than fonts is encrypted."""
    methods = [method.get("Algorithm") for method in encryption.findall(".//{*}EncryptedData/{*}EncryptionMethod")]
    return any(method not in _FONT_SCRAMBLING for method in methods)


def _chapters(package: Any, folder: str, name: str) -> Iterator[str]:  # noqa: ANN401 - lxml is untyped
    """Yield the members that hold the chapters, without the table of contents."""
    items = {item.get("id"): item for item in package.findall("{*}manifest/{*}item")}
    for reference in package.findall("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or not item.get("href"):
            raise broken(name, _LABEL)
        is_contents = "nav" in (item.get("properties") or "").split()
        if item.get("media-type") in _PAGES and not is_contents:
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href"))))
