"""Claims about made-up table rows: said by the row, at odds with it, or left open by it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from service.evidence.training.examples import Example, entailing
from service.evidence.training.tables import COLUMNS, KEY_LABELS, LISTS, Column, value_of

Rng = random.Random
_YEAR = re.compile(r"\d{4}")
# What a row says, as a sentence; by the first of a column's labels.
_SAID = {
    "Date captured": ("{key} was captured on {value}.", "{key} fell on {value}.", "On {value}, {key} was taken."),
    "Founded": ("{key} was founded in {value}.", "{key} has existed since {value}."),
    "Born": ("{key} was born on {value}.",),
    "Died": ("{key} died on {value}.",),
    "Opened": ("{key} opened on {value}.",),
    "Population": ("{key} has {value} inhabitants.", "{value} people live in {key}."),
    "Size": ("{key} has {value} members.",),
    "Killed": ("{value} people were killed in {key}.", "{key} cost {value} lives."),
    "Wounded": ("{value} people were wounded in {key}.",),
    "Held by": ("{key} is held by {value}.", "{value} controls {key}.", "{key} was in the hands of {value}."),
    "Captured by": ("{value} captured {key}.", "{key} was taken by {value}.", "{value} seized {key}."),
    "Capital": ("The capital of {key} is {value}.",),
    "Location": ("{key} took place in {value}.", "{key} is in {value}."),
    "Founder": ("{value} founded {key}.",),
    "Commander": ("{value} commanded {key}.", "{key} was led by {value}."),
    "Successor": ("{value} came after {key}.",),
}
_SAYABLE = tuple(column for column in COLUMNS if column.labels[0] in _SAID)
_LISTED = {
    "Leaders": (
        "{value} is a leader of {key}.",
        "{value} was one of the leaders of {key}.",
        "{key} is led by {value}.",
    ),
    "Allies": (
        "{value} is an ally of {key}.",
        "{key} was allied with {value}.",
        "{value} fought on the side of {key}.",
    ),
    "Opponents": ("{value} is an opponent of {key}.", "{key} fought against {value}."),
    "Battles": ("{key} took part in {value}.", "{value} was one of the battles of {key}."),
    "Languages": ("{value} is spoken in {key}.", "{key} uses {value}."),
    "Ideology": ("{value} is part of the ideology of {key}.", "{key} stands for {value}."),
    "Belligerents": ("{value} fought in {key}.", "{value} was one of the sides in {key}."),
    "Products": ("{key} makes {value}.", "{value} is made by {key}."),
}
_BOTH = 0.25


def claims_about_rows(count: int, names: Sequence[str], rng: Rng) -> list[Example]:
    """Return `count` claims against rows and info-box lines, two in five of them true."""
    makers = (_row_claim, _row_claim, _field_claim)
    return [rng.choice(makers)(names, rng) for _ in range(count)]


def _row_claim(names: Sequence[str], rng: Rng) -> Example:
    key, other = rng.sample(names, 2)
    columns = rng.sample(_SAYABLE, rng.randint(2, 4))
    values = [value_of(column.kind, names, rng) for column in columns]
    cells = [f"{rng.choice(column.labels)} {value}" for column, value in zip(columns, values, strict=True)]
    rng.shuffle(cells)
    body = ", ".join((key, *cells))
    header = rng.choice(("", f"{rng.choice(names)}\n", f"{rng.choice(names)}\n{rng.choice(KEY_LABELS)}s\n"))
    column, value, second = columns[0], values[0], _said(columns[1], key, values[1], rng)
    both = rng.random() < _BOTH
    draw = rng.random()
    if draw < 0.4:
        true = _said(column, key, value, rng)
        return entailing(_joined(true, second) if both else true, body, "entailment", kind="row, claim", header=header)
    if draw < 0.7:
        false = _said(column, key, _value_unlike(value, column, names, rng), rng)
        claim = _joined(second, false) if both else false
        return entailing(claim, body, "contradiction", kind="row, wrong claim", header=header)
    if draw < 0.9:
        return entailing(_said(column, other, value, rng), body, "neutral", kind="row, other key", header=header)
    absent = rng.choice([one for one in _SAYABLE if one.kind != column.kind and one not in columns])
    claim = _said(absent, key, value_of(absent.kind, names, rng), rng)
    return entailing(claim, body, "neutral", kind="row, other column", header=header)


def _field_claim(names: Sequence[str], rng: Rng) -> Example:
    key, other = rng.sample(names, 2)
    column = rng.choice([one for one in LISTS if one.labels[0] in _LISTED])
    items = [re.sub(r" \(.*\)$", "", item) for item in value_of(column.kind, names, rng).split(", ")]
    body = f"{rng.choice(column.labels)}: {', '.join(items)}"
    said = rng.choice(_LISTED[column.labels[0]])
    draw = rng.random()
    if draw < 0.5:
        claim = said.format(key=key, value=rng.choice(items))
        return entailing(claim, body, "entailment", kind="field, claim", header=f"{key}\n")
    if draw < 0.8:
        absent = next((item for item in _drawn(column, names, rng) if item not in items), other)
        claim = said.format(key=key, value=absent)
        # A box need not name everybody.
        return entailing(claim, body, "unsupported", kind="field, wrong claim", header=f"{key}\n")
    claim = said.format(key=other, value=rng.choice(items))
    return entailing(claim, body, "unsupported", kind="field, other subject", header=f"{key}\n")


def _drawn(column: Column, names: Sequence[str], rng: Rng) -> list[str]:
    return [re.sub(r" \(.*\)$", "", item) for item in value_of(column.kind, names, rng).split(", ")]


def _joined(first: str, second: str) -> str:
    return f"{first[:-1]} and {second[0].lower() + second[1:] if second.startswith(('The ', 'On ')) else second}"


def _said(column: Column, key: str, value: str, rng: Rng) -> str:
    return rng.choice(_SAID[column.labels[0]]).format(key=key, value=value)


def _value_unlike(value: str, column: Column, names: Sequence[str], rng: Rng) -> str:
    """Return a value of the kind that does not agree with `value`: another number, another date, another name."""
    while True:
        drawn = value_of(column.kind, names, rng)
        alike = set(re.findall(r"\d+|[A-Z]\w+", drawn)) & set(re.findall(r"\d+|[A-Z]\w+", value))
        # "2014" is not at odds with "3 March".
        comparable = column.kind != "date" or bool(_YEAR.search(drawn)) == bool(_YEAR.search(value))
        if comparable and not alike:
            return drawn
