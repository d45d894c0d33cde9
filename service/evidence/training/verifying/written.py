"""Passages and claims that were written for this training: paraphrases and contradictions that public rows lack.

`written.jsonl.gz` holds a passage a line: `title`, `section` (or ""), `sentences` in order (or table rows), and
`claims`, each with the places (from 0) of the sentences that support and that refute it; the others leave it open. None
is about what the seeds are about.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.evidence.formats import Label
from service.evidence.leaning import leans
from service.evidence.training.examples import Example, entailing
from service.lines import Line, list_field, read_lines, text_field

Rng = random.Random
WRITTEN = Path(__file__).parent / "written.jsonl.gz"
# Of the sentences that leave a claim open so many are drawn each time.
_OPEN = 1


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim with the places of the sentences that support and refute it."""

    claim: str
    supports: frozenset[int]
    refutes: frozenset[int]

    def label(self, place: int) -> Label:
        """Return what the sentence at a place says of the claim."""
        if place in self.supports:
            return "entailment"
        return "contradiction" if place in self.refutes else "neutral"


@dataclass(frozen=True, slots=True)
class WrittenPassage:
    """Sentences under a title, and claims about them."""

    header: str
    sentences: tuple[str, ...]
    claims: tuple[WrittenClaim, ...]


def read_written(path: Path = WRITTEN) -> Iterator[WrittenPassage]:
    """Yield the passages of a file; raises InputError naming the line and what to correct."""
    for line in read_lines(path):
        row = line.json_object()
        sentences = tuple(str(sentence) for sentence in list_field(row, "sentences", line))
        claims = tuple(_claim(one, len(sentences), line) for one in list_field(row, "claims", line))
        parts = [part for part in (text_field(row, "title", line), text_field(row, "section", line)) if part]
        yield WrittenPassage("".join(f"{part}\n" for part in parts), sentences, claims)


def _claim(row: Any, count: int, line: Line) -> WrittenClaim:  # noqa: ANN401 - whatever the line holds
    try:
        claim = WrittenClaim(row["claim"], frozenset(row["supports"]), frozenset(row["refutes"]))
    except (KeyError, TypeError) as error:
        raise line.refuse("a claim needs 'claim', 'supports' and 'refutes'; correct it") from error
    if claim.supports & claim.refutes or not claim.supports | claim.refutes <= set(range(count)):
        raise line.refuse("'supports' and 'refutes' are places of sentences, each on one side; correct them")
    return claim


def written_examples(passages: list[WrittenPassage], rng: Rng) -> Iterator[Example]:
    """Yield each claim with every sentence that decides it and some that leave it open."""
    for passage in passages:
        for claim in passage.claims:
            decided = claim.supports | claim.refutes
            left = [place for place in range(len(passage.sentences)) if place not in decided]
            for place in (*sorted(decided), *rng.sample(left, min(_OPEN, len(left)))):
                yield entailing(
                    claim.claim,
                    _in_place(passage, place, decided),
                    claim.label(place),
                    kind="written",
                    header=passage.header,
                )


def _in_place(passage: WrittenPassage, place: int, decided: frozenset[int]) -> str:
    """Return a sentence, after the one it leans on; but not one that leaves open after one that decides."""
    sentence = passage.sentences[place]
    if place and leans(sentence) and (place in decided or place - 1 not in decided):
        return f"{passage.sentences[place - 1]} {sentence}"
    return sentence
