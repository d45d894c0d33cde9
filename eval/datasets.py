"""BEIR folders, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputError
from service.lines import read_lines, text_field


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """One document of a BEIR corpus; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirQuery:
    """One query with the graded relevance of the documents judged for it (zero: judged, not relevant)."""

    id: str
    text: str
    relevance: dict[str, int]


def read_beir_corpus(folder: Path) -> Iterator[BeirDocument]:
    """Stream `corpus.jsonl` of a BEIR folder."""
    for line in read_lines(_member(folder, "corpus.jsonl")):
        row = line.json_object()
        title = text_field(row, "title", line) if "title" in row else ""
        yield BeirDocument(text_field(row, "_id", line), title, text_field(row, "text", line))


def read_beir_queries(folder: Path, split: str) -> Iterator[BeirQuery]:
    """Stream the queries of a BEIR folder that `qrels/<split>.tsv` judges."""
    judged = read_qrels(_member(folder, f"qrels/{split}.tsv"))
    for line in read_lines(_member(folder, "queries.jsonl")):
        row = line.json_object()
        query_id = text_field(row, "_id", line)
        if query_id in judged:
            yield BeirQuery(query_id, text_field(row, "text", line), judged.pop(query_id))
    if judged:
        raise InputError(
            f"{folder}: {len(judged)} judged queries, {min(judged)!r} among them, are not in queries.jsonl; "
            "complete the folder.",
            code="bad_file",
        )


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read BEIR judgements (`query-id corpus-id score`, one header line) as query -> document -> grade."""
    judged: dict[str, dict[str, int]] = {}
    for line in read_lines(path):
        cells = line.text.split("\t")
        if line.number == 1 and cells[-1] == "score":
            continue
        if len(cells) != 3 or not cells[2].strip().lstrip("-").isdecimal():
            raise line.refuse("expected query-id, corpus-id and a whole number between tabs; correct it")
        judged.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    return judged


def _member(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise InputError(f"{folder} has no {name}; give a folder in BEIR's layout.", code="bad_file")
