"""Naming: document ids out of file names and titles, and which file formats can be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from index.errors import DocumentError
from index.formats.registry import FORMAT_SUFFIXES
from index.messages import shown

SUPPORTED_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".wiki", *FORMAT_SUFFIXES)
_REFUSED = """
    doc docm odt rtf pages ppt pptx odp key xls xlsx ods numbers mht mhtml msg mbox mobi azw3 djvu ps tex json xml yaml
    yml zip gz tgz bz2 xz 7z rar tar png jpg jpeg gif webp tif tiff bmp svg heic mp3 mp4 wav
    ogg mov avi mkv exe dll so db sqlite parquet
"""
_REFUSED_SUFFIXES = frozenset("." + suffix for suffix in _REFUSED.split())
_MAX_ID = 120
_HASH_DIGITS = 8
_ID = re.compile(r"[A-Za-z0-9._-]{1,120}")
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,8}$")
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


def document_id_for(name: str) -> str:
    """Return the id of a file: its name without extension, accents folded and other characters as dashes.

    When letters or digits are lost on the way, a hash of the name keeps two such names apart.
    """
    stem = _EXTENSION.sub("", re.split(r"[/\\]", name)[-1])
    folded = _folded(stem)
    safe = _OTHER.sub("-", folded).strip("-.")
    if not any(character.isalnum() for character in safe):
        return f"doc-{_digest(name)}"
    if len(safe) > _MAX_ID or any(letter.isalnum() and not letter.isascii() for letter in folded):
        # Composed, so that a name has one id whichever way the file system spells accents.
        return _joined(safe, _digest(unicodedata.normalize("NFC", stem)))
    return safe


def document_id_for_text(title: str, sha256: str) -> str:
    """Return the id of a text that has no file name: its title, and its content's hash to tell it from others."""
    return _joined(_OTHER.sub("-", _folded(title)).strip("-."), sha256[:_HASH_DIGITS])


def _folded(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]


def _joined(safe: str, digest: str) -> str:
    return f"{safe[: _MAX_ID - _HASH_DIGITS - 1].rstrip('-.') or 'doc'}-{digest}"


def is_document_id(value: str) -> bool:
    """Whether `value` can be an id: safe in a URL and in an address, never a step in a path."""
    return _ID.fullmatch(value) is not None and value not in (".", "..")


def check_suffix(name: str) -> None:
    """Raise DocumentError when the extension tells a format we cannot read."""
    dot = name.rfind(".")
    suffix = name[dot:].lower() if dot > 0 else ""
    if suffix in _REFUSED_SUFFIXES:
        raise DocumentError(
            f"{shown(name)} cannot be read: {suffix} is not supported; save it as one of "
            f"{' '.join(SUPPORTED_SUFFIXES)}.",
            code="unsupported_format",
            supported=list(SUPPORTED_SUFFIXES),
        )
