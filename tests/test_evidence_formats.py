"""Pairs of premise and hypothesis: what is read, and refusals that name the line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import InputError
from service.evidence.formats import LABELS, PairRow, read_pairs, read_squad


def pair_row(**changes: Any) -> str:
    row = {"id": "p1", "premise": "The mill closed in May.", "hypothesis": "The mill shut.", "label": "entailment"}
    return json.dumps({**row, **changes})


def without(key: str) -> str:
    row = json.loads(pair_row())
    del row[key]
    return json.dumps(row)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_pair_is_read_as_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, pair_row(src="made", premise="Où — 東京"))
    assert list(read_pairs(path)) == [PairRow("p1", "Où — 東京", "The mill shut.", "entailment", "made")]


def test_pairs_plain_and_gzipped_are_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, *(pair_row(label=label) for label in LABELS))
    packed = tmp_path / "pairs.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert [row.label for row in read_pairs(path)] == list(LABELS)
    assert list(read_pairs(path)) == list(read_pairs(packed))


def test_a_pair_without_id_or_source_is_named_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, pair_row(), "", without("id"))
    assert [(row.id, row.source) for row in read_pairs(path)] == [("p1", ""), ("3", "")]


MALFORMED = [
    ("[", "line 2: not JSON .*; write one object a line"),
    ("[]", "line 2: expected a JSON object, found list"),
    (without("premise"), "line 2: 'premise' is missing"),
    (without("hypothesis"), "line 2: 'hypothesis' is missing"),
    (without("label"), "line 2: 'label' is missing"),
    (pair_row(premise=None), "line 2: 'premise' is not a string"),
    (pair_row(hypothesis=["x"]), "line 2: 'hypothesis' is not a string"),
    (pair_row(label=0), "line 2: 'label' is not a string"),
    (pair_row(label="maybe"), "line 2: label is 'maybe'; write one of entailment, neutral, contradiction"),
    (pair_row(label="Entailment"), "line 2: label is 'Entailment'"),
    (pair_row(src=3), "line 2: 'src' is not a string"),
]


@pytest.mark.parametrize(("line", "message"), MALFORMED)
def test_a_malformed_pair_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = written(tmp_path, pair_row(), line)
    with pytest.raises(InputError, match=rf"pairs\.jsonl, {message}"):
        list(read_pairs(path))


def test_malformed_pairs_can_be_collected_and_the_good_ones_read(tmp_path: Path) -> None:
    path = written(tmp_path, *(line for line, _ in MALFORMED), pair_row(id="last"))
    refused: list[InputError] = []
    assert [row.id for row in read_pairs(path, refused)] == ["last"]
    assert [f"line {number}:" in str(error) for number, error in enumerate(refused, start=1)] == [True] * len(MALFORMED)


def test_malformed_questions_can_be_collected_and_the_good_ones_read(tmp_path: Path) -> None:
    good = {"id": "q", "title": "T", "context": "Ada left.", "question": "Who?", "answers": []}
    misplaced = {**good, "answers": [{"text": "Ada", "answer_start": 1}]}
    refused: list[InputError] = []
    rows = list(read_squad(written(tmp_path, json.dumps(misplaced), json.dumps(good)), refused))
    assert [row.id for row in rows] == ["q"]
    assert ["line 1: the answer 'Ada'" in str(error) for error in refused] == [True]
