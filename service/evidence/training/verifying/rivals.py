"""Pairs of sentences of written documents, held against one another: at odds, or telling of the same things in peace.

Whether two quotes are at odds is asked of the verifier with the one in the claim's place, which no written claim
teaches: those are short and say one thing. Such a sentence is marked as one (`as_quoted`): unmarked, these pairs taught
the network to find contradictions between claims and sentences that have none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product

from index.analysis import terms
from service.evidence.entailing import as_quoted
from service.evidence.formats import Label
from service.evidence.training.examples import Example, entailing
from service.evidence.training.verifying.written import Dossier, Place

Rng = random.Random
_NEAREST = 3
# Of the pairs at odds so many are drawn each time.
_SHARE = 0.5


def rival_examples(dossiers: Sequence[Dossier], rng: Rng) -> Iterator[Example]:
    """Yield sentences that decide a claim differently, either way round, and as many pairs that do not contradict."""
    for dossier in dossiers:
        odds = _at_odds(dossier)
        words = {place: set(terms(dossier.sentence(place))) for place in dossier.places()}
        for one, other in sorted(odds):
            if not dossier.leans(one) and rng.random() < _SHARE:
                yield _example(dossier, one, other, odds)
                yield _example(dossier, one, _in_peace(one, words, odds, rng), odds)


def _at_odds(dossier: Dossier) -> set[tuple[Place, Place]]:
    pairs = {pair for claim in dossier.claims for pair in product(claim.supports, claim.refutes)}
    return pairs | {(other, one) for one, other in pairs}


def _in_peace(one: Place, words: dict[Place, set[str]], odds: set[tuple[Place, Place]], rng: Rng) -> Place:
    """Return a sentence that shares many words with one and that no claim tells apart from it."""
    others = [place for place in words if place != one and (one, place) not in odds]
    return rng.choice(sorted(others, key=lambda place: -len(words[one] & words[place]))[:_NEAREST])


def _example(dossier: Dossier, claim: Place, evidence: Place, odds: set[tuple[Place, Place]]) -> Example:
    label: Label = "contradiction" if (claim, evidence) in odds else "neutral"
    text = dossier.in_place(evidence, frozenset([claim]))
    return entailing(
        as_quoted(dossier.sentence(claim)), text, label, kind="written, rivals", header=dossier.header(evidence)
    )
