"""Questions and paragraphs with one detail changed, so that the one no longer answers the other.

Readers trained on easy negatives answer whenever a paragraph is on the topic. What teaches them to check every word
are near misses: another entity, number, year or month, a negation, an opposite (the kinds of unanswerable question
that Rajpurkar et al. 2018, "Know What You Don't Know", found crowd workers to write). The change is made in the
question or, with a natural question, in the paragraph, so that the wording of the question gives nothing away.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from index.analysis import query_terms
from index.documents import Span
from index.sentences import split

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_ENTITY = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’.-]*[\w](?: (?:(?:of|the|de|la|al|ag|von|van) )?[A-ZÀ-ÖØ-Þ][\w'’.-]*\w)*")
_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w-]|[.,]\d)")
_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|may|must)\b")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_WH = re.compile(r"^(?:what|which|who|whom|whose|when|where|why|how|in|on|at|for|the|to|by|from)\b", re.IGNORECASE)
_OPPOSITES = """
first last | largest smallest | largest least | biggest smallest | highest lowest | oldest youngest | oldest newest |
earliest latest | most least | more less | more fewer | before after | north south | northern southern | east west |
eastern western | increase decrease | increased decreased | increases decreases | rise fall | rose fell | begin end |
began ended | beginning end | start stop | started stopped | win lose | won lost | victory defeat | open close |
opened closed | enter leave | entered left | arrive depart | arrived departed | join leave | joined left |
accept reject | accepted rejected | allow forbid | allowed banned | support oppose | supported opposed |
supporters opponents | ally enemy | allies enemies | friend foe | attack defend | attacked defended | capture lose |
captured abandoned | buy sell | bought sold | gain lose | gained lost | create destroy | created destroyed |
build demolish | built demolished | male female | man woman | men women | husband wife | father mother |
son daughter | brother sister | king queen | young old | early late | major minor | majority minority |
maximum minimum | public private | legal illegal | rich poor | strong weak | hot cold | warm cool | wet dry |
high low | higher lower | upper lower | above below | top bottom | inside outside | internal external | long short |
longer shorter | large small | larger smaller | heavy light | fast slow | good bad | best worst | better worse |
positive negative | success failure | successful unsuccessful | always never | all none | include exclude |
included excluded | include lack | known unknown | popular unpopular | common rare | agree disagree |
agreed disagreed | approve disapprove | founded dissolved | formed disbanded | born died | birth death |
teacher student | employer employee | ancient modern | summer winter | morning evening | day night | urban rural |
domestic foreign | military civilian | declare revoke | declared revoked | arrested released | advance retreat |
advanced retreated | appointed dismissed | praised criticized | cause prevent | caused prevented | easy difficult |
with without | left right | front back | same different | similar different | permanent temporary | peace war
"""


def _opposites() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in _OPPOSITES.split("|"):
        one, other = pair.split()
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return found


OPPOSITES = _opposites()
_OPPOSABLE = re.compile(r"\b(" + "|".join(sorted(OPPOSITES, key=len, reverse=True)) + r")\b")
Rng = random.Random
_NEGATED = 0.25
_OPPOSITE_CLAIM = 0.35
_EXACT = 0.7
_LONGEST_NUMBER = 15
_CONTRACTIONS = {"can": "can't", "will": "won't"}


def entities(text: str) -> list[str]:
    """Return the capitalised stretches of `text` that do not begin a sentence, and its numbers, in order."""
    found = [
        re.sub("['’]s$", "", match[0])
        for match in _ENTITY.finditer(text)
        if match.start() > 1 and text[match.start() - 2] not in ".!?\n"
    ]
    return found + [match[0] for match in _NUMBER.finditer(text)]


def change_question(question: str, context: str, answers: Sequence[str], pool: Sequence[str], rng: Rng) -> str | None:
    """Return the question with one detail changed, or None where no change is at hand."""
    changes: list[Callable[[], str | None]] = [
        lambda: _swap_entity(question, context, answers, pool, rng),
        lambda: _swap_number(question, context, answers, rng),
        lambda: _swap_opposite(question, rng),
        lambda: _swap_word(question, context, answers, rng),
        # Rarely: nearly every question can be negated, and too many negations would teach that "not" means no answer.
        lambda: _negate(question) if rng.random() < _NEGATED else None,
    ]
    return _first_change(changes, (0.38, 0.2, 0.17, 0.17, 0.08), question, rng)


def change_context(question: str, context: str, answers: Sequence[str], pool: Sequence[str], rng: Rng) -> str | None:
    """Return the paragraph with a detail the question asks for replaced throughout, or None."""
    taken = " ".join(answers)
    shared = [
        entity
        for entity in entities(question)
        if entity not in taken and not _overlaps(entity, answers) and re.search(_whole(entity), context)
    ]
    if not shared:
        return None
    old = rng.choice(shared)
    new = another(old, pool, (question, context), rng)
    if new is None:
        return None
    changed = re.sub(_whole(old), lambda _: new, context)
    last = old.rsplit(" ", 1)[-1]
    if last != old and last not in taken:
        changed = re.sub(_whole(last), lambda _: new.rsplit(" ", 1)[-1], changed)
    return changed if changed != context and all(answer in changed for answer in answers) else None


@dataclass(frozen=True, slots=True)
class ChangedPair:
    """A claim and evidence of which one was changed; `label` is what the one now says of the other."""

    claim: str
    evidence: str
    label: Literal["contradiction", "unsupported"]


def change_claim(claim: str, evidence: str, pool: Sequence[str], rng: Rng) -> ChangedPair | None:
    """Return a supported claim with a detail it shares with its evidence changed, or None."""
    opposites = list(_OPPOSABLE.finditer(claim))
    if opposites and rng.random() < _OPPOSITE_CLAIM:
        match = rng.choice(opposites)
        return ChangedPair(
            claim[: match.start()] + rng.choice(OPPOSITES[match[0]]) + claim[match.end() :], evidence, "unsupported"
        )
    old = _shared_detail(claim, evidence, rng)
    new = None if old is None else another(old, [*entities(evidence), *pool], (claim,), rng)
    if old is None or new is None:
        return None
    return ChangedPair(re.sub(_whole(old), lambda _: new, claim), evidence, _changed_label(old))


def change_evidence(claim: str, evidence: str, pool: Sequence[str], rng: Rng) -> ChangedPair | None:
    """Return the evidence of a supported claim with a detail it shares with the claim changed, or None."""
    old = _shared_detail(claim, evidence, rng)
    new = None if old is None else another(old, pool, (claim, evidence), rng)
    if old is None or new is None:
        return None
    return ChangedPair(claim, re.sub(_whole(old), lambda _: new, evidence), _changed_label(old))


def _shared_detail(claim: str, evidence: str, rng: Rng) -> str | None:
    """Return a name or number of the claim that stands in the evidence; a number rather than a name."""
    # A claim's first word may be a name as well, unless it is a function word.
    shared = [
        detail for detail in entities("of " + claim) if query_terms(detail) and re.search(_whole(detail), evidence)
    ]
    exact = [detail for detail in shared if _is_exact(detail)]
    if exact and rng.random() < _EXACT:
        return rng.choice(exact)
    return rng.choice(shared) if shared else None


def _is_exact(detail: str) -> bool:
    return detail in MONTHS or _NUMBER.fullmatch(detail) is not None


def _changed_label(old: str) -> Literal["contradiction", "unsupported"]:
    """Another date or count contradicts; with another name the evidence may just as well be silent."""
    return "contradiction" if _is_exact(old) else "unsupported"


def hide_answer(context: str, answers: Sequence[tuple[str, int]]) -> str | None:
    """Return the paragraph without the sentences its answers stand in, or None if an answer is left or little else."""
    spans = [Span(start, start + len(text)) for text, start in answers]
    kept = [
        context[sentence.start : sentence.end]
        for sentence in split(context, Span(0, len(context)))
        if not any(sentence.overlaps(span) for span in spans)
    ]
    rest = " ".join(kept)
    if len(rest) < 80 or any(text.casefold() in rest.casefold() for text, _ in answers):
        return None
    return rest


def _first_change(
    changes: Sequence[Callable[[], str | None]], weights: Sequence[float], original: str, rng: Rng
) -> str | None:
    """Try the changes in a weighted random order until one applies."""
    order = sorted(range(len(changes)), key=lambda number: rng.random() ** (1 / weights[number]), reverse=True)
    for number in order:
        changed = changes[number]()
        if changed is not None and changed != original:
            return changed
    return None


def _swap_entity(question: str, context: str, answers: Sequence[str], pool: Sequence[str], rng: Rng) -> str | None:
    named = [match for match in _ENTITY.finditer(question) if match.start() > 0 and not _WH.match(match[0])]
    if not named:
        return None
    match = rng.choice(named)
    near = [entity for entity in entities(context) if not _overlaps(entity, answers)]
    new = another(match[0], near, (question,), rng) or another(match[0], pool, (question,), rng)
    return None if new is None else question[: match.start()] + new + question[match.end() :]


def _swap_number(question: str, context: str, answers: Sequence[str], rng: Rng) -> str | None:
    numbers = list(_NUMBER.finditer(question))
    if not numbers:
        return None
    match = rng.choice(numbers)
    near = [number[0] for number in _NUMBER.finditer(context) if not _overlaps(number[0], answers)]
    new = another(match[0], near if rng.random() < 0.5 else (), (question,), rng)
    return None if new is None else question[: match.start()] + new + question[match.end() :]


def _swap_opposite(question: str, rng: Rng) -> str | None:
    found = list(_OPPOSABLE.finditer(question))
    if not found:
        return None
    match = rng.choice(found)
    return question[: match.start()] + rng.choice(OPPOSITES[match[0]]) + question[match.end() :]


def _swap_word(question: str, context: str, answers: Sequence[str], rng: Rng) -> str | None:
    """Replace a lower-case content word that the paragraph shares by another of the paragraph with the same ending."""
    held = set(_WORD.findall(context))
    found = [match for match in _WORD.finditer(question) if match[0] in held and match[0] not in OPPOSITES]
    if not found:
        return None
    match = rng.choice(found)
    taken = question + " " + " ".join(answers)
    others = sorted(word for word in held if word not in taken and word[-2:] == match[0][-2:] and len(word) > 4)
    return question[: match.start()] + rng.choice(others) + question[match.end() :] if others else None


def _negate(question: str) -> str | None:
    if re.search(r"\b(?:not|never|no)\b|n't", question):
        return None
    match = _AUXILIARY.search(question)
    if match is None:
        return None
    if match[0] in ("did", "does", "do") or match.start() == 0:
        # "When did X leave" has its subject in between: "When didn't X leave".
        negated = _CONTRACTIONS.get(match[0], f"{match[0]}n't")
        return question[: match.start()] + negated + question[match.end() :]
    return question[: match.end()] + " not" + question[match.end() :]


def another(old: str, pool: Sequence[str], absent: Sequence[str], rng: Rng) -> str | None:
    """Return something of the same kind as `old`: a month, a year, a number, or a name that stands in no `absent`."""
    if old in MONTHS:
        return rng.choice([month for month in MONTHS if month != old])
    is_number = _NUMBER.fullmatch(old) is not None
    fitting = [
        entity
        for entity in pool
        if (_NUMBER.fullmatch(entity) is not None) == is_number
        and entity not in MONTHS
        and not any(re.search(_whole(entity), text) for text in absent)
        and not _overlaps(entity, [old])
    ]
    if is_number:
        same = [entity for entity in fitting if _is_year(entity) == _is_year(old)]
        return rng.choice(same) if same else _shifted(old, rng)
    # "Gao" for "Kidal" is a closer miss than "the Economic Community of West African States".
    alike = [entity for entity in fitting if abs(entity.count(" ") - old.count(" ")) <= 1]
    return rng.choice(alike or fitting) if fitting else None


def _shifted(number: str, rng: Rng) -> str | None:
    if len(number) > _LONGEST_NUMBER:
        return None
    plain = number.replace(",", "")
    if not plain.isdecimal():
        return str(round(float(plain) * rng.choice((0.5, 1.5, 2.0, 3.0)), 1))
    value = int(plain)
    step = rng.choice((1, 2, 3, 5, 10)) if _is_year(number) else max(1, round(value * rng.choice((0.1, 0.5, 1, 2))))
    moved = value - step if value > step and rng.random() < 0.5 else value + step
    return f"{moved:,}" if "," in number else str(moved)


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.isdecimal() and "1000" <= number <= "2100"


def _overlaps(entity: str, others: Sequence[str]) -> bool:
    return any(entity in other or other in entity for other in others)


def _whole(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"
