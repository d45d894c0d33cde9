"""Texts and claims that were written for this training: paraphrases and contradictions that public rows lack.

The `.jsonl.gz` files beside this one hold a dossier a line: `documents` that tell of the same things, each with
`title`, `section` (or "") and `sentences` in order (or table rows), and `claims`, each with the places of the sentences
that support and that refute it, [document, sentence] from 0; the others leave it open. A line with `title`, `section`
and `sentences` of its own is a dossier of one document, and its places are those of sentences. None is about what the
seeds are about.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.analysis import query_terms, terms
from service.evidence.formats import Label
from service.evidence.leaning import leans
from service.evidence.training.examples import Example, entailing
from service.lines import Line, list_field, read_lines, text_field

Rng = random.Random
# The document and the sentence in it.
Place = tuple[int, int]
WRITTEN = tuple(sorted(Path(__file__).parent.glob("*.jsonl.gz")))
# Of the sentences that leave a claim open so many are drawn each time, and one of the few nearest to it in words.
_OPEN = 1
_NEAREST = 4


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim with the places of the sentences that support and refute it."""

    claim: str
    supports: frozenset[Place]
    refutes: frozenset[Place]

    def label(self, place: Place) -> Label:
        """Return what the sentence at a place says of the claim."""
        if place in self.supports:
            return "entailment"
        return "contradiction" if place in self.refutes else "neutral"


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """Sentences under a title."""

    header: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Documents on the same things, and claims about those."""

    documents: tuple[WrittenDocument, ...]
    claims: tuple[WrittenClaim, ...]

    def places(self) -> list[Place]:
        """Return the places of all sentences, in their order."""
        return [(number, at) for number, one in enumerate(self.documents) for at in range(len(one.sentences))]

    def sentence(self, place: Place) -> str:
        """Return the sentence at a place."""
        return self.documents[place[0]].sentences[place[1]]


def read_written(paths: Sequence[Path] = WRITTEN) -> Iterator[Dossier]:
    """Yield the dossiers of the files; raises InputError naming the line and what to correct."""
    for path in paths:
        for line in read_lines(path):
            yield _dossier(line)


def _dossier(line: Line) -> Dossier:
    row = line.json_object()
    several = "documents" in row
    documents = tuple(_document(one, line) for one in (list_field(row, "documents", line) if several else [row]))
    dossier = Dossier(documents, tuple(_claim(one, several, line) for one in list_field(row, "claims", line)))
    known = set(dossier.places())
    if any(claim.supports & claim.refutes or not claim.supports | claim.refutes <= known for claim in dossier.claims):
        raise line.refuse("'supports' and 'refutes' are places of sentences, each on one side; correct them")
    return dossier


def _document(row: Any, line: Line) -> WrittenDocument:  # noqa: ANN401 - whatever the line holds
    if not isinstance(row, dict):
        raise line.refuse("a document needs 'title', 'section' and 'sentences'; correct it")
    parts = [part for part in (text_field(row, "title", line), text_field(row, "section", line)) if part]
    sentences = tuple(str(sentence) for sentence in list_field(row, "sentences", line))
    return WrittenDocument("".join(f"{part}\n" for part in parts), sentences)


def _claim(row: Any, several: bool, line: Line) -> WrittenClaim:  # noqa: ANN401 - whatever the line holds
    try:
        sides = [frozenset(_place(one, several) for one in row[side]) for side in ("supports", "refutes")]
        return WrittenClaim(row["claim"], *sides)
    except (KeyError, TypeError, ValueError) as error:
        raise line.refuse("a claim needs 'claim', 'supports' and 'refutes'; correct it") from error


def _place(given: Any, several: bool) -> Place:  # noqa: ANN401 - whatever the line holds
    document, sentence = given if several else (0, given)
    return int(document), int(sentence)


def written_examples(dossiers: Sequence[Dossier], rng: Rng) -> Iterator[Example]:
    """Yield each claim with every sentence that decides it and some that leave it open."""
    for dossier in dossiers:
        words = {place: set(terms(dossier.sentence(place))) for place in dossier.places()}
        for claim in dossier.claims:
            decided = claim.supports | claim.refutes
            left = [place for place in words if place not in decided]
            wanted = set(query_terms(claim.claim))
            near = sorted(left, key=lambda place: -len(wanted & words[place]))[:_NEAREST]
            drawn = {*rng.sample(left, min(_OPEN, len(left))), *rng.sample(near, min(1, len(near)))}
            for place in (*sorted(decided), *sorted(drawn)):
                yield entailing(
                    claim.claim,
                    _in_place(dossier, place, decided),
                    claim.label(place),
                    kind="written",
                    header=dossier.documents[place[0]].header,
                )


def _in_place(dossier: Dossier, place: Place, decided: frozenset[Place]) -> str:
    """Return a sentence, after the one it leans on; but not one that leaves open after one that decides."""
    sentence, (document, at) = dossier.sentence(place), place
    before = (document, at - 1)
    if at and leans(sentence) and (place in decided or before not in decided):
        return f"{dossier.sentence(before)} {sentence}"
    return sentence
