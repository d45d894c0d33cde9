"""Metadata: who wrote a document, when, in which language, about what, and where it came from."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from index.errors import DocumentError
from index.messages import shown

MAX_AUTHOR = 300
MAX_TAGS = 50
MAX_TAG = 60
MAX_ADDRESS = 2_000
_MAX_LANGUAGE = 35
# What a person may sensibly open or look up; nothing here is ever opened by us.
_SCHEMES = frozenset({"http", "https", "ftp", "urn", "doi"})
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIMESTAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}(?::?[0-9]{2}){0,2}(?:\.[0-9]+)? ?(?:Z|[+-][0-9:]+)?")
_LOOSE_DATE = re.compile(r"(?:D:)?([0-9]{4})(?:[-/.]?([0-9]{2})(?:[-/.]?([0-9]{2}))?)?(?![0-9]{1,3}(?![0-9]))")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
# They would end a tag in the store's JSON.
_TAG_MARKS = str.maketrans("", "", '"\\')


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document beside its text and title; None, or no tags, where nobody says.

    `date` is ISO 8601, as exact as it is known: YYYY, YYYY-MM or YYYY-MM-DD. `language` is a language tag as in BCP 47.
    `tags` are in lower case, each once, sorted. `address` is where the document came from: shown, never fetched.
    """

    author: str | None
    date: str | None
    language: str | None
    tags: tuple[str, ...]
    address: str | None

    def over(self, other: Metadata) -> Metadata:
        """Return this, with what it does not say taken from `other`."""
        return Metadata(*(getattr(self, one.name) or getattr(other, one.name) for one in fields(self)))


NO_METADATA = Metadata(None, None, None, (), None)


@dataclass(frozen=True, slots=True)
class Description:
    """A document's title and metadata as a file, a sidecar or a manifest gives them."""

    title: str | None
    metadata: Metadata


NO_DESCRIPTION = Description(None, NO_METADATA)
METADATA_NAMES = tuple(one.name for one in fields(Metadata))


def stated_metadata(said: Mapping[str, object], *, where: str) -> Metadata:
    """Return what a person states of a document: a sidecar, a manifest or a request, which messages call `where`.

    Other keys are passed over, null is nothing said. Raises DocumentError for a value that cannot be kept.
    """
    given = {name: said.get(name) for name in METADATA_NAMES}
    tags = _stated_tags(given["tags"], where)
    read = {name: _stated(name, value, where) for name, value in given.items() if name != "tags" and value is not None}
    return Metadata(read.get("author"), read.get("date"), read.get("language"), tags, read.get("address"))


def found_metadata(
    *,
    author: str | None = None,
    date: str | None = None,
    language: str | None = None,
    tags: Iterable[str] = (),
    address: str | None = None,
) -> Metadata:
    """Return what a file says of itself; what cannot be kept is left out, since its reader can seldom mend the file."""
    kept = dict.fromkeys(filter(None, map(tag_of, tags)))
    return Metadata(
        author=one_line(author or "")[:MAX_AUTHOR] or None,
        date=_found_date(date or ""),
        language=_language(language or ""),
        tags=tuple(sorted(tag for tag in kept if len(tag) <= MAX_TAG)[:MAX_TAGS]),
        address=_address(address or ""),
    )


def tag_of(text: str) -> str:
    """Return a tag as it is kept and compared: composed, in lower case, in one line."""
    return one_line(unicodedata.normalize("NFC", text).casefold().translate(_TAG_MARKS))


def split_tags(text: str) -> list[str]:
    """Return the tags of a list in one text: semicolons part it, or else commas."""
    return text.split(";") if ";" in text else text.split(",")


def checked_date(text: str) -> str | None:
    """Return a date of the form YYYY, YYYY-MM or YYYY-MM-DD that a calendar has, the day of a time; None for others."""
    time = _TIMESTAMP.fullmatch(text)
    found = _DATE.fullmatch(time[1] if time else text)
    if found is None or not _exists(*(int(part or 1) for part in found.groups())):
        return None
    return found[0]


def one_line(text: str) -> str:
    """Return a text in one line without control characters: it stands in lists and citations."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _stated(name: str, value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _unusable(where, name, "write it as text")
    line = one_line(value)
    read = {"author": _author, "date": checked_date, "language": _language, "address": _address}[name](line)
    if read is None:
        raise _unusable(where, name, _ADVICE[name])
    return read


_ADVICE = {
    "author": f"write a name of at most {MAX_AUTHOR} characters",
    "date": "write a day of the calendar as YYYY-MM-DD, a month as YYYY-MM or a year as YYYY",
    "language": "write a code such as en, fr or pt-BR",
    "address": f"write an address that begins with {', '.join(sorted(_SCHEMES))} and a colon, without spaces, of at "
    f"most {MAX_ADDRESS} characters",
}


def _stated_tags(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise _unusable(where, "tags", "write a list of words or short phrases")
    kept = sorted({tag_of(tag) for tag in value})
    if len(kept) > MAX_TAGS or not all(1 <= len(tag) <= MAX_TAG for tag in kept):
        raise _unusable(where, "tags", f"give at most {MAX_TAGS}, each of 1 to {MAX_TAG} characters")
    return tuple(kept)


def _unusable(where: str, name: str, advice: str) -> DocumentError:
    return DocumentError(f"The {name} in {shown(where)} cannot be used; {advice}.", code="bad_metadata", field=name)


def _author(line: str) -> str | None:
    return line if 1 <= len(line) <= MAX_AUTHOR else None


def _language(text: str) -> str | None:
    """Return a language tag in its usual letters: pt-BR, zh-Hant."""
    found = _LANGUAGE.fullmatch(text.strip())
    if found is None or len(found[0]) > _MAX_LANGUAGE:
        return None
    parts = re.split("[-_]", found[2])[1:]
    usual = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in parts]
    return "-".join([found[1].lower(), *usual])


def _address(text: str) -> str | None:
    line = text.strip()
    if not line or len(line) > MAX_ADDRESS or not line.isprintable() or " " in line:
        return None
    try:
        scheme = urlsplit(line).scheme
    except ValueError:
        return None
    return line if scheme in _SCHEMES and len(line) > len(scheme) + 1 else None


def _found_date(text: str) -> str | None:
    """Return the date at the beginning of a text, as exact as it is one: `2012-04-00` tells a month."""
    found = _LOOSE_DATE.match(one_line(text))
    if found is None:
        return None
    parts = [part for part in found.groups() if part]
    while parts and not _exists(*(int(part) for part in parts)):
        parts.pop()
    return "-".join(parts) or None


def _exists(year: int, month: int = 1, day: int = 1) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True
