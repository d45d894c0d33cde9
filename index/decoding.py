"""Decoding: the bytes of a file into canonical text, or a refusal that says what kind of file it is."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Sequence

from charset_normalizer import CharsetMatch, from_bytes

from index.errors import DocumentError
from index.messages import shown

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, a Word document or an e-book"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ\x00", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!\x1a", "a compressed file"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"RIFF", "a sound recording, a film or an image"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32's little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])
_MAX_CONTROLS = 0.002
# Format characters, controls, and marks that only change a letter before them: no width of their own.
_UNSEEN = frozenset({"Cf", "Cc", "Mn"})

_SAMPLE = 200_000
_EXCLUDED = ["utf_7", "utf_8", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "cp037", "cp500"]
_ASIAN = frozenset({"big5", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "johab", "shift_jis"})
_WESTERN = frozenset("àâäáãåçèéêëìíîïñòóôöõùúûüœæøßÀÂÄÁÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜŒÆØ“”‘’«»–—…•€£°§©®™·¡¿\u00a0")
_MAX_CHAOS = 0.1
_MIN_COHERENCE = 0.2


def decode(data: bytes, *, name: str) -> str:
    """Return canonical text: UTF-8, UTF-16 or UTF-32 with a byte order mark, or an older encoding recognised safely.

    Raises DocumentError for anything else: a wrong guess would put letters into quotes that nobody wrote.
    """
    kind = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    if kind is not None:
        raise DocumentError(
            f"{shown(name)} is {kind}, not text; name it for what it is, or save its text as UTF-8 and add that.",
            code="unsupported_format",
        )
    text = _decoded(data)
    if text is None:
        raise unreadable(name)
    return canonical(text, name=name)


def canonical(text: str, *, name: str) -> str:
    """Return `text` with CRLF as LF, the only rewrite there is; raises DocumentError when it is no usable text."""
    if "\x00" in text or _controls(text) > _MAX_CONTROLS * len(text):
        raise unreadable(name)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{shown(name)} has half a character (a lone surrogate) at {error.start}; remove it.", code="not_text"
        ) from error
    if not _shows_something(text):
        raise DocumentError(f"{shown(name)} is empty; add a file with text.", code="empty_document")
    return text.replace("\r\n", "\n")


def unreadable(name: str) -> DocumentError:
    """Return the error for bytes that are no text we can vouch for."""
    return DocumentError(f"{shown(name)} is not readable as text; save it as UTF-8.", code="not_text")


def _shows_something(text: str) -> bool:
    return any(not letter.isspace() and unicodedata.category(letter) not in _UNSEEN for letter in text)


def _controls(text: str) -> int:
    return len(text) - len(text.translate(_CONTROLS))


def _decoded(data: bytes) -> str | None:
    mark, encoding = next(((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        if mark or b"\x00" in data or _is_damaged_utf8(data):
            return None
    detected = _detect(b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE])
    try:
        return data.decode(detected) if detected else None
    except UnicodeDecodeError:
        return None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII do form UTF-8: then another reading would turn every accent into two letters."""
    beyond = len(data.translate(None, bytes(range(0x80))))
    valid = data.decode("utf-8", "ignore")
    return sum(len(character.encode()) for character in valid if character > "\x7f") * 2 > beyond


def _detect(sample: bytes) -> str | None:
    """Return the encoding of `sample` when one reading clearly beats those that would read it differently."""
    plausible = [match for match in from_bytes(sample, cp_exclusion=_EXCLUDED) if match.chaos <= _MAX_CHAOS]
    if any(match.encoding == "cp1252" or "cp1252" in match.could_be_from_charset for match in plausible):
        western = sample.decode("cp1252", "replace")
        if _reads_as_western(western) and max(match.coherence for match in plausible) >= _MIN_COHERENCE:
            return "cp1252"
    candidates = [match for match in plausible if not match.encoding.startswith("mac_")]
    # A Macintosh reading ahead of the others means that the others are worse, not that it is right.
    if not candidates or candidates[0] is not plausible[0] or not _is_sure(candidates):
        return None
    return candidates[0].encoding


def _is_sure(candidates: Sequence[CharsetMatch]) -> bool:
    best, *rivals = candidates
    if best.coherence < _MIN_COHERENCE and best.encoding not in _ASIAN:
        return False
    return all(
        rival.chaos > best.chaos + _MAX_CHAOS / 2 or rival.coherence < best.coherence - 0.1 or str(rival) == str(best)
        for rival in rivals
    )


def _reads_as_western(text: str) -> bool:
    """Whether every character beyond ASCII is common in western European writing; õ without ã would be Hungarian ő."""
    beyond = {character for character in text if character > "\x7f"}
    return beyond <= _WESTERN and ("õ" not in beyond or "ã" in beyond)
