"""Pairs of claim and evidence for the entailment head."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.analysis import query_terms, terms
from index.lexical import build_lexical
from index.ranking import best
from service.evidence.formats import PairRow
from service.evidence.training.detokenise import detokenise
from service.evidence.training.examples import Example, entailing
from service.evidence.training.headings import headed
from service.evidence.training.perturb import change_claim, change_evidence, entities

_FRONTED = re.compile(
    r"^(?P<subject>.{2,60}?) (?P<verb>is|are|was|were|has|have|had|can|could|will|would) (?P<rest>.+)$"
)
_PRONOUNS = ("He", "She", "It", "They", "There", "This", "These", "The", "A", "An", "In", "His", "Her")
# Evidence on a claim's topic that leaves at least this share of the claim's words unsaid does not settle it.
_UNSAID = 0.34
# Evidence that leaves this share unsaid does not bear on the claim at all.
_FOREIGN = 0.7
_CLAIM_AS_QUESTION = 0.1
Progress = Callable[[str, int, int], None]
Rng = random.Random


def read_examples(rows: Sequence[PairRow], kind: str, *, found: bool) -> list[Example]:
    """Return the rows as examples, their tokenisation undone.

    Where evidence was `found` for a claim and settles it, it is also what a search should bring up.
    """
    return [
        entailing(
            detokenise(row.hypothesis),
            detokenise(row.premise),
            row.label,
            kind=kind,
            relevant=True if found and row.label != "neutral" else None,
        )
        for row in rows
    ]


def edited_pairs(rows: Sequence[Example], rng: Rng) -> list[Example]:
    """Return supported claims with one detail changed, in the claim or in its evidence, so that it is not any more.

    Whole sentences match but for one number, month, opposite or name: what tells a checker from a word counter.
    """
    names = list(dict.fromkeys(name for row in rows for name in entities(row.context)))
    made = []
    for row in rows:
        if row.label != "entailment":
            continue
        pool = rng.sample(names, min(len(names), 60))
        change = change_claim if rng.random() < 0.5 else change_evidence
        changed = change(row.question, row.context, pool, rng)
        if changed is not None:
            made.append(entailing(changed.claim, changed.evidence, changed.label, kind="detail changed"))
    return made


def with_headings(examples: Sequence[Example], names: Sequence[str], rng: Rng) -> list[Example]:
    """Return the examples, about half of them under a title and perhaps a section, as passages are served."""
    return [headed(example, rng.choice(names), names, rng) for example in examples]


def silent_evidence(rows: Sequence[Example], rng: Rng, on_progress: Progress) -> list[Example]:
    """Pair each claim with other claims' evidence on its topic that does not settle it: neutral by silence.

    And with evidence that shares a few words by chance, which does not even bear on it.
    """
    evidence = sorted({row.context for row in rows})
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row.question, set()).add(row.context)
    lexical = build_lexical(terms(text) for text in evidence)
    found = []
    for number, claim in enumerate(sorted(own)):
        wanted = set(query_terms(claim))
        candidates = [evidence[place] for place in best(lexical.scores(sorted(wanted)), 30).tolist()]
        unsaid = {text: len(wanted - set(terms(text))) for text in dict.fromkeys(candidates) if text not in own[claim]}
        silent = [text for text in candidates[:12] if unsaid.get(text, 0) >= max(2, _UNSAID * len(wanted))]
        foreign = [text for text in unsaid if unsaid[text] >= max(3, _FOREIGN * len(wanted))]
        if silent:
            found.append(entailing(claim, rng.choice(silent[:5]), "neutral", kind="silent evidence"))
        if foreign:
            found.append(entailing(claim, rng.choice(foreign), "neutral", kind="foreign evidence", relevant=False))
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
            asked.append(replace(example, question=question, kind="yes-no question"))
    return asked
