"""Claim files: a claim, the text it is held against, and what the one says of the other; JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from eval.anchoring import Evidence
from eval.claimset import GoldClaim
from eval.public.collection import Collection, document_of, unique
from eval.public.reading import check_lines
from eval.sampling import sample
from index.documents import Document, Span, content_sha256
from index.errors import InputError
from index.naming import document_id_for_text
from service.bounds import checked_text
from service.evidence.formats import Label, PairRow, read_pairs
from service.verdicts import VerdictLabel

VERDICTS: dict[Label, VerdictLabel] = {
    "entailment": "supported",
    "contradiction": "refuted",
    "neutral": "not_enough_info",
}


def read_pair_collection(path: Path, limit: int | None) -> Collection:
    """Read a file as claims that are each checked in their own premise; raises InputError where it is malformed."""
    check_lines(path)
    rows = sample(tuple(_named_apart(read_pairs(path))), limit)
    documents = {row.premise: _document(path, row.premise) for row in rows}
    claims = unique(path, (_claim(path, row, documents[row.premise]) for row in rows))
    return Collection.of((path,), documents.values(), claims=claims)


def _named_apart(rows: Iterable[PairRow]) -> Iterator[PairRow]:
    """Give rows ids of their own: files that join several sets use some twice."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.id] += 1
        yield row if seen[row.id] == 1 else replace(row, id=f"{row.id}-{seen[row.id]}")


def _document(path: Path, premise: str) -> Document:
    identity = document_id_for_text("", content_sha256(premise.encode("utf-8", "replace").decode()))
    return document_of(path, premise, identity, "")


def _claim(path: Path, row: PairRow, document: Document) -> GoldClaim:
    verdict = VERDICTS[row.label]
    # The premise is all there is, so that any quote of it is of the right place.
    whole = (Evidence(document.id, Span(0, len(document.text)), document.text),)
    return GoldClaim(
        id=row.id,
        claim=checked_claim(path, row.id, row.hypothesis),
        verdict=verdict,
        kind=row.source or "pair",
        style="plain",
        split="dev",
        supporting=whole if verdict == "supported" else (),
        refuting=whole if verdict == "refuted" else (),
        documents=(document.id,),
    )


def checked_claim(path: Path, identity: str, claim: str) -> str:
    """Return a claim that can be checked; raises InputError for any other."""
    if not any(map(str.isalpha, claim)):
        raise InputError(f"{path.name}, claim {identity!r} has no words; write a sentence.", code="bad_file")
    try:
        return checked_text(claim, "claim", strip=False)
    except InputError as error:
        raise InputError(f"{path.name}, claim {identity!r}: {error.message}", code="bad_file") from error
