"""Pairs of claim and evidence for the entailment head."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from index.analysis import query_terms, terms
from index.lexical import build_lexical
from index.ranking import best
from service.evidence.formats import PairRow
from service.evidence.training.detokenise import detokenise
from service.evidence.training.examples import Example, entailing

_FRONTED = re.compile(
    r"^(?P<subject>.{2,60}?) (?P<verb>is|are|was|were|has|have|had|can|could|will|would) (?P<rest>.+)$"
)
_PRONOUNS = ("He", "She", "It", "They", "There", "This", "These", "The", "A", "An", "In", "His", "Her")
# Evidence on a claim's topic that leaves at least this share of the claim's words unsaid does not settle it.
_UNSAID = 0.34
_CLAIM_AS_QUESTION = 0.1
Progress = Callable[[str, int, int], None]
Rng = random.Random


def read_examples(rows: Sequence[PairRow], kind: str) -> list[Example]:
    """Return the rows as examples, their tokenisation undone."""
    return [entailing(detokenise(row.hypothesis), detokenise(row.premise), row.label, kind=kind) for row in rows]


def silent_evidence(rows: Sequence[Example], rng: Rng, on_progress: Progress) -> list[Example]:
    """Pair each claim with other claims' evidence on its topic that does not settle it: neutral by silence."""
    evidence = sorted({row.context for row in rows})
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row.question, set()).add(row.context)
    lexical = build_lexical(terms(text) for text in evidence)
    found = []
    for number, claim in enumerate(sorted(own)):
        wanted = set(query_terms(claim))
        candidates = [evidence[place] for place in best(lexical.scores(sorted(wanted)), 12).tolist()]
        silent = [
            text
            for text in candidates
            if text not in own[claim] and len(wanted - set(terms(text))) >= max(2, _UNSAID * len(wanted))
        ]
        if silent:
            found.append(entailing(claim, rng.choice(silent[:5]), "neutral", kind="silent evidence"))
        if number % 1000 == 0:
            on_progress("silent evidence", number, len(own))
    return found


def as_question(claim: str) -> str | None:
    """Return "Gao was taken in March." as "Was Gao taken in March?", or None where its verb cannot be told."""
    match = _FRONTED.match(claim.rstrip(". "))
    if match is None or "," in match["subject"]:
        return None
    subject = match["subject"]
    first = subject.split(" ", 1)[0]
    if first in _PRONOUNS or first.islower():
        subject = subject[0].lower() + subject[1:]
    return f"{match['verb'].capitalize()} {subject} {match['rest']}?"


def some_as_questions(examples: Sequence[Example], rng: Rng) -> list[Example]:
    """Return the examples with some claims asked as yes-no questions, so that the head judges those as well."""
    asked = []
    for example in examples:
        question = as_question(example.question) if rng.random() < _CLAIM_AS_QUESTION else None
        if question is None:
            asked.append(example)
        else:
            asked.append(entailing(question, example.context, example.label or "neutral", kind="yes-no question"))
    return asked
