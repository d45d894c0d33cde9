"""Naming: document ids out of file names and titles, and which file formats can be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from index.decoding import shown
from index.errors import DocumentError

SUPPORTED_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".wiki")
_REFUSED = """
    pdf doc docx docm odt rtf pages ppt pptx odp key xls xlsx ods numbers csv tsv htm html xhtml mht epub mobi azw3 djvu
    ps tex json jsonl xml yaml yml zip gz tgz bz2 xz 7z rar tar png jpg jpeg gif webp tif tiff bmp svg heic mp3 mp4 wav
    ogg mov avi mkv exe dll so db sqlite parquet
"""
_REFUSED_SUFFIXES = frozenset("." + suffix for suffix in _REFUSED.split())
_MAX_ID = 120
_ID = re.compile(r"[A-Za-z0-9._-]{1,120}")
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,8}$")
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


def document_id_for(name: str) -> str:
    """Return the id of a file: its name without extension, made URL-safe."""
    last = re.split(r"[/\\]", name)[-1]
    return id_from(_EXTENSION.sub("", last), otherwise=name)


def id_from(words: str, *, otherwise: str) -> str:
    """Return `words` as an id: accents folded, other characters dashes; a hash of `otherwise` if nothing is left."""
    folded = "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))
    safe = _OTHER.sub("-", folded).strip("-.")[:_MAX_ID].rstrip("-.")
    if not any(character.isalnum() for character in safe):
        return f"doc-{hashlib.sha256(otherwise.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return safe


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
