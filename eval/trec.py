"""A run's rankings of documents and the gold's judgements in TREC's formats, for other evaluation tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from eval.results import ItemResult, QueryResult, Run
from service.quotes import parse_address

RUN_FILE = "run.trec"
QRELS_FILE = "qrels.trec"
TAG = "citecheck"
_UNSAFE = re.compile(r"[\s%]")
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The documents found for a question or query, best first, and the grade of every judged one."""

    id: str
    documents: tuple[str, ...]
    relevance: dict[str, int]


def rankings(run: Run) -> tuple[Ranking, ...]:
    """Return the ranking of every question and query of a run; a document stands where its best passage stands."""
    return (*map(_of_question, run.items), *map(_of_query, run.queries))


def run_text(found: Iterable[Ranking]) -> str:
    """Return the lines `query Q0 document rank score tag`.

    The score counts down from the number of documents: trec_eval sorts by it and not by the rank, and the scores that
    passages have before and after the model ranks them cannot be compared.
    """
    return "".join(
        f"{_name(one.id)} Q0 {_name(document)} {rank} {len(one.documents) + 1 - rank} {TAG}\n"
        for one in found
        for rank, document in enumerate(one.documents, start=1)
    )


def qrels_text(found: Iterable[Ranking]) -> str:
    """Return the lines `query 0 document grade`."""
    return "".join(line for one in found for line in _judgements(one))


def _judgements(one: Ranking) -> Iterator[str]:
    for document, grade in one.relevance.items():
        yield f"{_name(one.id)} 0 {_name(document)} {grade}\n"


def _name(identity: str) -> str:
    """Return an id as TREC's formats can hold it: the same, or percent-encoded where white space would end it."""
    return _UNSAFE.sub(lambda found: quote(found[0]), identity) if _SPACE.search(identity) else identity


def _of_question(item: ItemResult) -> Ranking:
    documents = dict.fromkeys(parse_address(hit.id).document_id for hit in item.hits)
    return Ranking(item.id, tuple(documents), dict.fromkeys((one.document_id for one in item.evidence), 1))


def _of_query(result: QueryResult) -> Ranking:
    names = result.names
    documents = tuple(names.get(one, one) for one in result.documents)
    return Ranking(result.id, documents, {names.get(one, one): grade for one, grade in result.relevance.items()})
