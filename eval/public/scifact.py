"""SciFact's claims: each checked in a whole corpus of abstracts, its evidence given by the numbers of sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from eval.anchoring import Evidence
from eval.claimset import GoldClaim
from eval.public.beir import read_documents
from eval.public.collection import Collection, document_of, unique
from eval.public.pairs import checked_claim
from eval.public.reading import bounded_lines
from eval.sampling import sample
from index.documents import Document, Span
from index.errors import InputError
from index.sentences import split
from service.lines import Line, list_field, read_lines, text_field
from service.verdicts import VerdictLabel

CORPUS = "corpus.jsonl"
_SIDES = {"SUPPORT": "supported", "SUPPORTS": "supported", "CONTRADICT": "refuted", "REFUTES": "refuted"}
Abstracts = dict[str, tuple[Document, tuple[Span, ...]]]


@dataclass(frozen=True, slots=True)
class ScifactClaim:
    """A claim with the sentences (document id and number, from 0) that support and that refute it."""

    id: str
    text: str
    supporting: tuple[tuple[str, int], ...]
    refuting: tuple[tuple[str, int], ...]
    line: Line

    @property
    def label(self) -> VerdictLabel:
        """The verdict that its evidence makes."""
        if self.supporting and self.refuting:
            return "conflicting"
        return "supported" if self.supporting else "refuted" if self.refuting else "not_enough_info"

    @property
    def rationale(self) -> frozenset[tuple[str, int]]:
        """Its sentences of either kind."""
        return frozenset((*self.supporting, *self.refuting))


def read_scifact_collection(path: Path, limit: int | None) -> Collection:
    """Read a file of claims with the corpus.jsonl beside it, SciFact's own or as BEIR has it.

    BEIR's holds abstracts as running text; their sentences, which the claims number, are cut by our splitter. Raises
    InputError where either is malformed.
    """
    claims = tuple(read_claims(path))
    corpus = path.parent / CORPUS
    wanted = {name for claim in claims for name, _ in claim.rationale}
    sentences = {document.id: (document, spans) for document, spans in read_abstracts(corpus) if document.id in wanted}
    chosen = unique(path, (_claim(claim, sentences) for claim in sample(claims, limit)))
    return Collection(
        Collection.of((path, corpus), (), claims=chosen).gold,
        lambda: (document for document, _ in read_abstracts(corpus)),
    )


def read_abstracts(corpus: Path) -> Iterator[tuple[Document, tuple[Span, ...]]]:
    """Stream the abstracts of a corpus with the places of their sentences."""
    first = next(iter(bounded_lines(corpus)), None)
    if first is not None and "abstract" in first.json_object():
        for line in read_lines(corpus):
            yield _official(corpus, line)
    else:
        for document in read_documents(corpus.parent):
            yield document, tuple(split(document.text, Span(0, len(document.text))))


def _official(corpus: Path, line: Line) -> tuple[Document, tuple[Span, ...]]:
    row = line.json_object()
    sentences = [one.strip() for one in list_field(row, "abstract", line) if isinstance(one, str)]
    starts = accumulate((len(one) + 1 for one in sentences), initial=0)
    spans = tuple(Span(start, start + len(one)) for start, one in zip(starts, sentences, strict=False))
    identity = str(row.get("doc_id", ""))
    return document_of(corpus, " ".join(sentences), identity, text_field(row, "title", line)), spans


def read_claims(path: Path) -> Iterator[ScifactClaim]:
    """Stream SciFact's claims; raises InputError naming the line of a malformed one."""
    for line in bounded_lines(path):
        row = line.json_object()
        evidence = row.get("evidence")
        if not isinstance(evidence, dict):
            raise line.refuse("'evidence' is missing or not an object; correct it")
        sides: dict[str, list[tuple[str, int]]] = {"supported": [], "refuted": []}
        for name, groups in evidence.items():
            for group in groups if isinstance(groups, list) else [groups]:
                side, numbers = _group(group, line)
                sides[side] += [(str(name), number) for number in numbers]
        yield ScifactClaim(
            id=str(row.get("id", line.number)),
            text=text_field(row, "claim", line),
            supporting=tuple(dict.fromkeys(sides["supported"])),
            refuting=tuple(dict.fromkeys(sides["refuted"])),
            line=line,
        )


def _group(group: object, line: Line) -> tuple[str, Sequence[int]]:
    label = group.get("label") if isinstance(group, dict) else None
    numbers = group.get("sentences") if isinstance(group, dict) else None
    if label not in _SIDES:
        raise line.refuse(f"a label of the evidence is {label!r}; write one of {', '.join(_SIDES)}")
    if not isinstance(numbers, list) or not all(type(one) is int and one >= 0 for one in numbers):
        raise line.refuse("evidence needs 'sentences', a list of whole numbers; correct it")
    return _SIDES[label], numbers


def _claim(claim: ScifactClaim, abstracts: Abstracts) -> GoldClaim:
    def places(wanted: Sequence[tuple[str, int]]) -> tuple[Evidence, ...]:
        return tuple(_place(claim, name, number, abstracts) for name, number in wanted)

    return GoldClaim(
        id=claim.id,
        claim=checked_claim(claim.line.path, claim.id, claim.text),
        verdict=claim.label,
        kind="scifact",
        style="plain",
        split="dev",
        supporting=places(claim.supporting),
        refuting=places(claim.refuting),
        documents=None,
    )


def _place(claim: ScifactClaim, name: str, number: int, abstracts: Abstracts) -> Evidence:
    if name not in abstracts:
        raise claim.line.refuse(f"there is no document {name!r} in {CORPUS}; complete it")
    document, spans = abstracts[name]
    if not spans:
        raise InputError(f"{CORPUS}: the document {name!r} has no sentences.", code="bad_file")
    # Our splitter may find fewer sentences than the file counts; what it joined stands in the last.
    span = spans[min(number, len(spans) - 1)]
    return Evidence(document.id, span, document.quote(span))
