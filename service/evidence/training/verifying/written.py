"""Texts and claims that were written for this training: paraphrases and contradictions that public rows lack.

The `.jsonl.gz` files beside this one hold a dossier a line: `documents` that tell of the same things, each with
`title`, `section` (or "") and `sentences` in order (or table rows), and `claims`, each with the places of the sentences
that support and that refute it, [document, sentence] from 0; the others leave it open. `mistaken` are those among the
others that an earlier verifier took for deciding ones (`verifying.mining`). A line with `title`, `section` and
`sentences` of its own is a dossier of one document, and its places are those of sentences. None is about what the seeds
are about.
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
# Of the sentences that leave a claim open one is drawn at random each time, and one of those that were mistaken, or
# without any of the few that are nearest to it in words.
_NEAREST = 4


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim with the places of the sentences that support and refute it, and of those easily mistaken for either."""

    claim: str
    supports: frozenset[Place]
    refutes: frozenset[Place]
    mistaken: tuple[Place, ...]

    @property
    def decided_by(self) -> frozenset[Place]:
        """The places of the sentences that support or refute it."""
        return self.supports | self.refutes

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

    def header(self, place: Place) -> str:
        """Return the headings over the sentence at a place."""
        return self.documents[place[0]].header

    def in_place(self, place: Place, apart_from: frozenset[Place]) -> str:
        """Return a sentence, after the one it leans on, where that is not one of those to keep apart from it."""
        sentence, before = self.sentence(place), (place[0], place[1] - 1)
        return f"{self.sentence(before)} {sentence}" if self.leans(place) and before not in apart_from else sentence

    def leans(self, place: Place) -> bool:
        """Whether the sentence at a place leans on the one before it."""
        return place[1] > 0 and leans(self.sentence(place))

    def nearest(self, claim: WrittenClaim, count: int) -> list[Place]:
        """Return the sentences that leave a claim open and share most words with it, nearest first."""
        wanted = set(query_terms(claim.claim))
        left = [place for place in self.places() if place not in claim.decided_by]
        return sorted(left, key=lambda place: -len(wanted & set(terms(self.sentence(place)))))[:count]


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
    if any(
        claim.supports & claim.refutes or not {*claim.decided_by, *claim.mistaken} <= known for claim in dossier.claims
    ):
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
        supports, refutes = (frozenset(_place(one, several) for one in row[side]) for side in ("supports", "refutes"))
        mistaken = tuple(_place(one, several) for one in row.get("mistaken", ()))
        return WrittenClaim(row["claim"], supports, refutes, mistaken)
    except (KeyError, TypeError, ValueError) as error:
        raise line.refuse("a claim needs 'claim', 'supports' and 'refutes'; correct it") from error


def _place(given: Any, several: bool) -> Place:  # noqa: ANN401 - whatever the line holds
    document, sentence = given if several else (0, given)
    return int(document), int(sentence)


def written_examples(dossiers: Sequence[Dossier], rng: Rng) -> Iterator[Example]:
    """Yield each claim with every sentence that decides it and some that leave it open."""
    for dossier in dossiers:
        for claim in dossier.claims:
            for place in (*sorted(claim.decided_by), *sorted(_left_open(dossier, claim, rng))):
                # One that leaves the claim open must not stand after one that decides it.
                apart = frozenset[Place]() if place in claim.decided_by else claim.decided_by
                text = dossier.in_place(place, apart)
                yield entailing(claim.claim, text, claim.label(place), kind="written", header=dossier.header(place))


def _left_open(dossier: Dossier, claim: WrittenClaim, rng: Rng) -> set[Place]:
    left = [place for place in dossier.places() if place not in claim.decided_by]
    near = claim.mistaken or dossier.nearest(claim, _NEAREST)
    return {*rng.sample(left, min(1, len(left))), *rng.sample(near, min(1, len(near)))}
