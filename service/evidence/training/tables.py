"""Made-up table rows and info-box lines in the form our passages give them, with questions about them.

The public sets hold only prose. A row says "Kidal, Held by Ansar Dine, Since 30 March": which value goes with which
label, and whether the row is about what is asked, can be learnt from rows about anything, so names come from the
training paragraphs and dates and numbers from a generator.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.evidence.training.examples import Example, reading
from service.evidence.training.perturb import MONTHS

Rng = random.Random
Kind = str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its labels, what its values are, and questions for it with {key} for the row's first cell."""

    labels: tuple[str, ...]
    kind: Kind
    questions: tuple[str, ...]


def _column(labels: str, kind: Kind, questions: str) -> Column:
    return Column(tuple(labels.split("|")), kind, tuple(question.strip() for question in questions.split("|")))


_DATES = (
    _column(
        "Date|Date captured|Captured", "date", "When was {key} captured?|When did {key} fall?|When was {key} taken?"
    ),
    _column("Founded|Established|Formed", "date", "When was {key} founded?|What year was {key} formed?"),
    _column("Born|Date of birth", "date", "When was {key} born?|What is {key}'s date of birth?"),
    _column("Died|Date of death", "date", "When did {key} die?|In what year did {key} die?"),
    _column("Opened|Opening date", "date", "When did {key} open?|Since when has {key} been open?"),
    _column("Released|Release date", "date", "When was {key} released?|When did {key} come out?"),
    _column("Since|From", "date", "Since when has {key} been held?|From what date?"),
    _column("Dissolved|Until|End", "date", "When was {key} dissolved?|When did {key} end?"),
)
_NUMBERS = (
    _column("Population", "number", "How many people live in {key}?|What is the population of {key}?"),
    _column(
        "Size|Strength|Members", "number", "How many members does {key} have?|How large is {key}?|How big is {key}?"
    ),
    _column("Killed|Deaths|Casualties", "number", "How many were killed in {key}?|What was the death toll of {key}?"),
    _column("Area|Area (km2)", "number", "What is the area of {key}?|How large an area does {key} cover?"),
    _column("Cost|Budget|Price", "money", "How much did {key} cost?|What was the budget of {key}?"),
    _column("Share|Percentage|Turnout", "percent", "What share did {key} have?|What percentage did {key} get?"),
    _column("Wounded|Injured", "number", "How many were wounded in {key}?|How many people were hurt in {key}?"),
    _column("Goals|Points|Score", "number", "How many did {key} score?|How many points does {key} have?"),
)
_NAMES = (
    _column("Held by|Controlled by", "name", "Who holds {key}?|Who controls {key}?|Which group held {key}?"),
    _column("Captured by|Taken by", "name", "Who captured {key}?|Who took {key}?|By whom was {key} seized?"),
    _column("Director|Directed by", "name", "Who directed {key}?|Who is the director of {key}?"),
    _column("Capital", "name", "What is the capital of {key}?|Which city is the capital of {key}?"),
    _column(
        "Location|Place|Where", "name", "Where is {key}?|Where did {key} take place?|What is the location of {key}?"
    ),
    _column("Headquarters|Seat|Based in", "name", "Where is {key} based?|Where are the headquarters of {key}?"),
    _column("Founder|Founded by", "name", "Who founded {key}?|Who was the founder of {key}?"),
    _column("Author|Written by", "name", "Who wrote {key}?|Who is the author of {key}?"),
    _column(
        "Result|Outcome", "result", "What was the result of {key}?|How did {key} end?|What was the outcome of {key}?"
    ),
    _column("Commander|Commanded by", "name", "Who commanded {key}?|Who led the forces at {key}?"),
    _column("Club|Team", "name", "Which club does {key} play for?|What team is {key} in?"),
    _column("Position|Office|Title", "office", "What position does {key} hold?|What office does {key} have?"),
    _column("Country|State", "name", "In which country is {key}?|Which country is {key} in?"),
    _column("Successor|Succeeded by", "name", "What succeeded {key}?|Who came after {key}?|Which one replaced {key}?"),
    _column("Predecessor|Preceded by", "name", "Who came before {key}?|What preceded {key}?"),
    _column("Status", "status", "What is the status of {key}?"),
)
LISTS = (
    _column(
        "Leaders|Leader(s)|Leadership", "person", "Who leads {key}?|Who are the leaders of {key}?|Who heads {key}?"
    ),
    _column("Allies", "names", "Who are the allies of {key}?|Who was allied with {key}?|On whose side was {key}?"),
    _column("Opponents|Enemies", "names", "Who are the opponents of {key}?|Whom did {key} fight?|Who opposed {key}?"),
    _column("Battles|Engagements", "names", "Which battles did {key} fight?|In which battles did {key} take part?"),
    _column("Languages|Language", "names", "What languages are spoken in {key}?|Which language does {key} use?"),
    _column("Ideology|Genres", "words", "What is the ideology of {key}?|What does {key} stand for?"),
    _column("Belligerents|Combatants", "names", "Who fought in {key}?|Which sides fought in {key}?"),
    _column("Products|Industry", "words", "What does {key} make?|What are the products of {key}?"),
)
COLUMNS = _DATES + _NUMBERS + _NAMES
KEY_LABELS = ("Name", "Town", "City", "Battle", "Place", "Person", "Group", "Film", "Team", "Country", "Event", "Item")
_RESULTS = ("victory", "defeat", "stalemate", "withdrawal", "ceasefire", "decisive victory", "truce", "inconclusive")
_OFFICES = ("President", "Prime Minister", "General Secretary", "spokesman", "Head of operations", "Mayor", "Governor")
_STATUSES = ("active", "defunct", "under siege", "contested", "disputed", "completed", "abandoned", "recaptured")
_WORDS = ("secularism", "nationalism", "autonomy", "rock", "jazz", "steel", "textiles", "federalism", "populism")


def make_tables(count: int, names: Sequence[str], rng: Rng) -> list[Example]:
    """Return `count` examples over rows and info-box lines; about two in five are not answered by theirs."""
    makers: tuple[Callable[[Sequence[str], Rng], Example], ...] = (_row_example, _row_example, _field_example)
    return [rng.choice(makers)(names, rng) for _ in range(count)]


def _row_example(names: Sequence[str], rng: Rng) -> Example:
    key, other = rng.sample(names, 2)
    columns = rng.sample(COLUMNS, rng.randint(2, 5))
    absent = [column for column in COLUMNS if column.kind != columns[0].kind and column not in columns]
    body, place, answer = key, 0, ""
    asked = rng.randrange(len(columns))
    for number, column in enumerate(columns):
        value = value_of(column.kind, names, rng)
        body += f", {rng.choice(column.labels)} "
        if number == asked:
            place, answer = len(body), value
        body += value
    header = rng.choice(("", f"{rng.choice(names)}\n", f"{rng.choice(names)} > {rng.choice(KEY_LABELS)}s\n"))
    span = (place, place + len(answer))
    draw = rng.random()
    if draw < 0.6:
        return reading(_ask(columns[asked], key, rng), body, span, relevant=True, kind="row", header=header)
    if draw < 0.85:
        return reading(
            _ask(columns[asked], other, rng), body, None, relevant=False, kind="row, other key", header=header
        )
    return reading(
        _ask(rng.choice(absent), key, rng), body, None, relevant=None, kind="row, other column", header=header
    )


def _field_example(names: Sequence[str], rng: Rng) -> Example:
    key, other = rng.sample(names, 2)
    column = rng.choice(LISTS + COLUMNS)
    value = value_of(column.kind, names, rng)
    label = rng.choice(column.labels)
    body = f"{label}: {value}"
    start = len(label) + 2
    span = (start, start + len(value))
    draw = rng.random()
    header = f"{key}\n"
    if draw < 0.6:
        return reading(_ask(column, key, rng), body, span, relevant=True, kind="field", header=header)
    if draw < 0.75:
        return reading(_ask(column, other, rng), body, None, relevant=None, kind="field, other subject", header=header)
    absent = rng.choice([one for one in LISTS + COLUMNS if one.kind != column.kind])
    return reading(_ask(absent, key, rng), body, None, relevant=False, kind="field, other label", header=header)


def _ask(column: Column, key: str, rng: Rng) -> str:
    return rng.choice(column.questions).format(key=key)


def value_of(kind: Kind, names: Sequence[str], rng: Rng) -> str:
    """Return a made-up value of a column's kind."""
    makers: dict[Kind, Callable[[], str]] = {
        "date": lambda: _date(rng),
        "number": lambda: _number(rng),
        "money": lambda: f"${rng.randint(1, 900)} {rng.choice(('million', 'billion', 'thousand'))}",
        "percent": lambda: f"{rng.randint(1, 99)}{rng.choice(('%', ' percent', '.5%'))}",
        "name": lambda: rng.choice(names),
        "names": lambda: ", ".join(rng.sample(names, rng.randint(1, 4))),
        "person": lambda: ", ".join(
            f"{name} ({rng.choice(_OFFICES)})" if rng.random() < 0.4 else name
            for name in rng.sample(names, rng.randint(1, 3))
        ),
        "result": lambda: f"{rng.choice(names)} {rng.choice(_RESULTS)}",
        "office": lambda: rng.choice(_OFFICES),
        "status": lambda: rng.choice(_STATUSES),
        "words": lambda: ", ".join(rng.sample(_WORDS, rng.randint(1, 3))),
    }
    return makers[kind]()


def _date(rng: Rng) -> str:
    day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1850, 2024)
    return rng.choice(
        (
            f"{day} {month}",
            f"{day} {month} {year}",
            f"{month} {day}, {year}",
            f"{month} {year}",
            str(year),
            f"early {month}",
        )
    )


def _number(rng: Rng) -> str:
    value = rng.choice((rng.randint(1, 99), rng.randint(100, 9999), rng.randint(10_000, 5_000_000)))
    return rng.choice(("", "", "about ", "at least ", "over ")) + rng.choice((f"{value:,}", str(value)))
