"""Loaders of public formats: what they read, and refusals that name the line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import read_beir_corpus, read_beir_queries
from index.errors import InputError
from service.evidence.formats import read_squad


def squad_row(**changes: Any) -> str:
    row = {"id": "1", "title": "T", "context": "In 1916.", "question": "When?", "is_impossible": False}
    return json.dumps({**row, "answers": [{"text": "1916", "answer_start": 3}], **changes})


def test_squad_lines_plain_and_gzipped(tmp_path: Path) -> None:
    text = squad_row() + "\n" + squad_row(is_impossible=True, answers=[], src="squad") + "\n"
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    rows = list(read_squad(tmp_path / "a.jsonl"))
    assert rows == list(read_squad(tmp_path / "a.jsonl.gz"))
    assert rows[0].answers == (("1916", 3),)
    assert rows[1].is_impossible


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON .*; write one object a line"),
        ("3", "line 2: expected a JSON object, found int"),
        (squad_row(question=None), "line 2: 'question' is not a string"),
        (squad_row(answers={}), "line 2: 'answers' is not a list"),
        (squad_row(is_impossible=0), "line 2: 'is_impossible' is not true or false"),
        (squad_row(answers=["1916"]), "line 2: an answer needs 'text'"),
        (squad_row(answers=[{"text": "1916", "answer_start": 4}]), "line 2: the answer '1916' does not stand at 4"),
        ('{"id": "1"}', "line 2: 'context' is missing"),
    ],
)
def test_a_malformed_squad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "bad.jsonl").write_text(squad_row() + "\n" + line + "\n")
    with pytest.raises(InputError, match=message):
        list(read_squad(tmp_path / "bad.jsonl"))


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(squad_row().encode() * 100)
    for number, damaged in enumerate((whole[:-20], b"no gzip", whole[:30] + b"\0\0\0" + whole[33:])):
        path = tmp_path / f"{number}.jsonl.gz"
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"damaged gzip file"):
            list(read_squad(path))


def beir(folder: Path, **files: str) -> Path:
    (folder / "qrels").mkdir(parents=True)
    default = {
        "corpus.jsonl": '{"_id": "d1", "title": "T", "text": "x", "metadata": {}}\n{"_id": "d2", "text": "y"}\n',
        "queries.jsonl": '{"_id": "q1", "text": "one"}\n{"_id": "q2", "text": "two"}\n',
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq2\td1\t2\nq2\td2\t0\n",
    }
    for name, text in {**default, **files}.items():
        (folder / name).write_text(text)
    return folder


def test_a_beir_folder_gives_the_judged_queries(tmp_path: Path) -> None:
    folder = beir(tmp_path)
    assert [(made.id, made.title) for made in read_beir_corpus(folder)] == [("d1", "T"), ("d2", "")]
    (query,) = read_beir_queries(folder, "test")
    assert (query.text, query.relevance) == ("two", {"d1": 2, "d2": 0})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", '{"_id": "d1"}', "line 1: 'text' is missing"),
        ("queries.jsonl", '{"_id": "q1", "text": "one"}', "1 judged queries, 'q2' among them, are not in"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq2 d1 1\n", r"test\.tsv, line 2: expected query-id"),
        ("qrels/test.tsv", "q2\td1\tyes\n", r"test\.tsv, line 1: expected query-id"),
    ],
)
def test_a_malformed_beir_folder_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    folder = beir(tmp_path, **{name: text})
    with pytest.raises(InputError, match=message):
        (list(read_beir_corpus(folder)), list(read_beir_queries(folder, "test")))


def test_a_folder_that_is_not_beir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no corpus\.jsonl; give a folder in BEIR's layout"):
        list(read_beir_corpus(tmp_path))
