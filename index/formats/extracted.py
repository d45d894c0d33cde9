"""What a format's reader hands back: the text, its title and its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.errors import DocumentError
from index.messages import shown
from index.metadata import NO_METADATA, Metadata

# Everything that ends a line but "\n", and what has no place in a text at all.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file's text. `pages` are the offsets at which its pages start, empty for formats without pages.

    `unread` are the pages, from 1, that show something but hold no text, such as scans. `metadata` is what the file
    says of itself.
    """

    text: str
    title: str | None
    pages: tuple[int, ...]
    unread: tuple[int, ...]
    metadata: Metadata


def without_pages(text: str, title: str | None, metadata: Metadata = NO_METADATA) -> Extracted:
    """Return the result of a format that has no pages."""
    return Extracted(text, title, (), (), metadata)


def cleaned(text: str) -> str:
    """Return `text` with the line feed as its only line end and without control characters, which carry no words."""
    return _UNUSABLE.sub("", _LINE_ENDS.sub("\n", text))


def broken(name: str, label: str, why: str = "") -> DocumentError:
    """Return the error for a file that is not what its name says, or is damaged."""
    reason = f" ({why})" if why else ""
    return DocumentError(
        f"{shown(name)} cannot be read as {label}{reason}: it is damaged or its name does not fit its content; "
        "save it again.",
        code="broken_file",
    )


def encrypted(name: str) -> DocumentError:
    """Return the error for a file that only opens with a password or licence."""
    return DocumentError(
        f"{shown(name)} is encrypted; save a copy without the protection and add that.", code="encrypted_file"
    )


def nested_too_deeply(name: str) -> DocumentError:
    """Return the error for a file whose parts lie within parts beyond all reason."""
    return DocumentError(
        f"{shown(name)} is nested too deeply to be read; save it in a simpler form.", code="nested_too_deeply"
    )


def unpacks_too_large(name: str, limit: int) -> DocumentError:
    """Return the error for a compressed file that holds more than `limit` bytes."""
    return DocumentError(
        f"{shown(name)} unpacks to more than {limit // 1_000_000} MB; split it.", code="unpacks_too_large"
    )
