"""Loading: typed text, bytes and files of every format into Documents."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

from index.decoding import canonical, decode
from index.documents import Document, content_sha256
from index.errors import DocumentError, TooLarge
from index.formats.extracted import Extracted, without_pages
from index.formats.front_matter import read_front_matter
from index.formats.isolation import read_apart
from index.formats.registry import format_of
from index.listing import FolderListing, Skipped, SourceFile, find_files
from index.messages import shown
from index.metadata import NO_METADATA, Metadata, one_line
from index.naming import SUPPORTED_SUFFIXES, check_suffix, document_id_for, document_id_for_text, is_document_id
from index.structure import parse

__all__ = [
    "SUPPORTED_SUFFIXES",
    "FolderListing",
    "Skipped",
    "SourceFile",
    "decode",
    "document_id_for",
    "find_files",
    "load_bytes",
    "load_file",
    "load_text",
    "read_data",
]

_MEGABYTE = 1_000_000
_MAX_TITLE = 300


def load_text(
    text: str,
    *,
    document_id: str | None,
    title: str | None,
    source: str,
    max_bytes: int | None = None,
    metadata: Metadata = NO_METADATA,
) -> Document:
    """Return the document of a text; without a title the one its structure shows, without an id one from its name.

    A typed text has no file name: its id comes from title and content, so that two of one title are two documents.

    Raises DocumentError for a text or id that cannot be used, TooLarge beyond `max_bytes` of UTF-8.
    """
    return _document(without_pages(text, None, metadata), document_id, title, source, max_bytes)


def _document(
    found: Extracted, document_id: str | None, title: str | None, source: str, max_bytes: int | None
) -> Document:
    name = source or title or document_id or "The text"
    if document_id is not None and not is_document_id(document_id):
        raise DocumentError(
            f"{shown(document_id)} cannot be a document id; use up to 120 letters, digits, '.', '_' and '-'.",
            code="bad_document_id",
        )
    checked = canonical(found.text, name=name)
    _check_size(len(checked.encode("utf-8")), max_bytes, name)
    sha256 = content_sha256(checked)
    source_name = re.split(r"[/\\]", source)[-1]
    known_title = _title(title or "") or _title(found.title or parse(checked).title or "")
    if document_id is None:
        document_id = document_id_for(source) if source else document_id_for_text(known_title, sha256)
    return Document(
        id=document_id,
        title=known_title or source_name or document_id,
        text=checked,
        sha256=sha256,
        source=source_name,
        pages=found.pages,
        unread=found.unread,
        metadata=found.metadata,
    )


def load_bytes(
    data: bytes,
    *,
    name: str,
    max_bytes: int,
    title: str | None = None,
    document_id: str | None = None,
    metadata: Metadata = NO_METADATA,
) -> Document:
    """Return the document of a file's content; its name tells the format.

    A title and metadata that are given win, value by value, over what the file says of itself. Raises DocumentError or
    TooLarge, InputError when a library that the format needs is not installed.
    """
    check_suffix(name)
    _check_size(len(data), max_bytes, name)
    found = format_of(name)
    extracted = _plain(data, name) if found is None else read_apart(found, data, name=name, max_bytes=max_bytes)
    known = replace(extracted, metadata=metadata.over(extracted.metadata))
    return _document(known, document_id, title, name, max_bytes)


def _plain(data: bytes, name: str) -> Extracted:
    text = decode(data, name=name)
    head = read_front_matter(text, name=name)
    return without_pages(text, head.title, head.metadata)


def load_file(
    path: Path,
    *,
    max_bytes: int,
    title: str | None = None,
    document_id: str | None = None,
    metadata: Metadata = NO_METADATA,
) -> Document:
    """Return the document of a file; raises DocumentError when it cannot be read, TooLarge before reading it."""
    data = read_data(path, max_bytes=max_bytes)
    return load_bytes(
        data, name=path.name, max_bytes=max_bytes, title=title, document_id=document_id, metadata=metadata
    )


def read_data(path: Path, *, max_bytes: int) -> bytes:
    """Return a file's content; raises DocumentError when it cannot be read, TooLarge before reading it."""
    check_suffix(path.name)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{shown(str(path))} is not a regular file.", code="not_a_file")
        _check_size(status.st_size, max_bytes, path.name)
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise DocumentError(
            f"{shown(str(path))} cannot be read ({error.strerror or 'input error'}).", code="unreadable_file"
        ) from error


def _check_size(size: int, max_bytes: int | None, name: str) -> None:
    if max_bytes is not None and size > max_bytes:
        raise TooLarge(
            f"{shown(name)} is larger than the limit of {max_bytes / _MEGABYTE:g} MB; split it or raise "
            "CITECHECK_MAX_DOCUMENT_MB.",
            code="document_too_large",
            limit_bytes=max_bytes,
        )


def _title(text: str) -> str:
    return one_line(text)[:_MAX_TITLE]
