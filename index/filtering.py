"""Filters: which documents a call looks in, by id, tags and date."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, true

from index import schema
from index.errors import InputError
from index.messages import shown
from index.metadata import checked_date, tag_of
from index.naming import is_document_id

MAX_TAGS = 50
# Sorts behind every character of a date, so that `2012~` stands for the end of 2012.
_END = "~"


@dataclass(frozen=True, slots=True)
class Filter:
    """Documents that fit every condition given; None, or no tags, is no condition. `narrowed` makes a checked one.

    `documents` names ids. `tags` must all be there. `date_from` and `date_to` (YYYY-MM-DD, both inclusive) take the
    documents whose date, which covers a whole month or year where no more is known, touches that time; not those
    without a date.
    """

    documents: tuple[str, ...] | None
    tags: tuple[str, ...]
    date_from: str | None
    date_to: str | None


def narrowed(
    documents: Sequence[str] | None,
    tags: Sequence[str] | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
) -> Filter | None:
    """Return the filter for what a caller gave, None where that is nothing.

    Dates may be a year or a month too. Raises InputError for a date or tag that cannot be one, or dates that leave no
    day between them.
    """
    first, last = _first_day(date_from), _last_day(date_to)
    if first is not None and last is not None and first > last:
        raise InputError("The first date is later than the last; swap them.", code="bad_date")
    wanted = tuple(sorted({_tag(tag) for tag in tags or ()}))
    if len(wanted) > MAX_TAGS:
        raise InputError(f"Give at most {MAX_TAGS} tags.", code="bad_tag")
    if documents is None and not wanted and first is None and last is None:
        return None
    return Filter(None if documents is None else tuple(documents), wanted, first, last)


def condition(wanted: Filter) -> ColumnElement[bool]:
    """Return the filter as a condition on the table of documents."""
    table = schema.documents
    parts: list[ColumnElement[bool]] = []
    if wanted.documents is not None:
        # What cannot be an id, such as half a character, is none and cannot be asked for either.
        parts.append(table.c.id.in_([one for one in wanted.documents if is_document_id(one)]))
    # A tag holds no quotation mark, so that with both of its own it is found as a whole.
    parts += [func.instr(table.c.tags, json.dumps(tag, ensure_ascii=False)) > 0 for tag in wanted.tags]
    if wanted.date_from is not None:
        parts.append(table.c.date + _END >= wanted.date_from)
    if wanted.date_to is not None:
        parts.append(table.c.date <= wanted.date_to)
    return and_(true(), *parts)


def _tag(text: str) -> str:
    tag = tag_of(text)
    if not tag:
        raise InputError("A tag is empty; leave it out.", code="bad_tag")
    return tag


def _first_day(text: str | None) -> str | None:
    return None if text is None else (_date(text) + "-01-01")[:10]


def _last_day(text: str | None) -> str | None:
    if text is None:
        return None
    year, month, day = ([*_date(text).split("-"), "", ""])[:3]
    month = month or "12"
    return f"{year}-{month}-{day or monthrange(int(year), int(month))[1]}"


def _date(text: str) -> str:
    date = checked_date(text.strip())
    if date is None:
        raise InputError(
            f"{shown(text, limit=40)!r} is no date; write a day of the calendar as YYYY-MM-DD, a month as YYYY-MM or "
            "a year as YYYY.",
            code="bad_date",
        )
    return date
