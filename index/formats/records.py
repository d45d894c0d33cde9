"""JSON lines: each record a section of labelled values, long texts as paragraphs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.decoding import decode
from index.errors import DocumentError
from index.formats.extracted import Extracted, cleaned, nested_too_deeply, without_pages
from index.messages import shown

_NAMING = ("title", "name", "headline", "subject", "label", "id")
_MAX_NAME = 150
_LONG = 200
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class _Value:
    """A value and the path of names that leads to it."""

    path: tuple[str, ...]
    text: str

    @property
    def label(self) -> str:
        """The names of the path; no full stops, which end labels for `index/cells.py`."""
        return " ".join(" ".join(self.path).split()) or "value"


def read(data: bytes, name: str) -> Extracted:
    """Return the records of a file; raises DocumentError that names the first line that is not JSON."""
    sections: list[str] = []
    for number, line in enumerate(decode(data, name=name).split("\n"), 1):
        if line.strip():
            sections.append(_section(_record(line, number, name), number, name))
    return without_pages("\n\n".join(sections) + "\n", None)


def _record(line: str, number: int, name: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        # Numbers stay as they are written: 1.10 is not 1.1 in a quote.
        return json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise nested_too_deeply(name) from error
    except ValueError as error:
        raise DocumentError(
            f"Line {number} of {shown(name)} is not JSON; each line must be one JSON value.", code="broken_file"
        ) from error


def _section(record: Any, number: int, name: str) -> str:  # noqa: ANN401 - any JSON value
    values = [value for value in _values(record, (), name) if value.text]
    heading = f"## {number}"
    if isinstance(record, dict):
        named = next((record[key] for key in _NAMING if isinstance(record.get(key), str) and record[key].strip()), "")
        title = " ".join(cleaned(named).split())
        if 0 < len(title) <= _MAX_NAME:
            heading = f"## {title}"
    short = [value for value in values if len(value.text) <= _LONG and "\n" not in value.text]
    long = [value for value in values if len(value.text) > _LONG or "\n" in value.text]
    parts = [heading, "\n".join(f"- {value.label}: {value.text}" for value in short)]
    for value in long:
        parts += [f"### {value.label}", value.text]
    return "\n\n".join(part for part in parts if part)


def _values(value: Any, path: tuple[str, ...], name: str) -> Iterator[_Value]:  # noqa: ANN401 - any JSON value
    """Yield what is in a JSON value: an object's members by name, a list's by number unless they are plain."""
    if len(path) > _MAX_DEPTH:
        raise nested_too_deeply(name)
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _values(member, (*path, cleaned(key)), name)
    elif isinstance(value, list):
        if any(isinstance(member, dict | list) for member in value):
            for position, member in enumerate(value, 1):
                yield from _values(member, (*path, str(position)), name)
        else:
            yield _Value(path, ", ".join(filter(None, map(_plain, value))))
    else:
        yield _Value(path, _plain(value))


def _plain(value: Any) -> str:  # noqa: ANN401 - a JSON value that holds no others
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else cleaned(value).strip()
