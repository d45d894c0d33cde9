"""Written texts for the verifier's training: read whole or refused, held against claims and one another, mined."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_files import write_lines

from index.errors import InputError
from service.evidence.model import Pair, WindowLogits
from service.evidence.training.verifying.mining import ALARM, mark_file
from service.evidence.training.verifying.rivals import rival_examples
from service.evidence.training.verifying.written import read_written, written_examples

PASSAGE = {
    "title": "Orvik",
    "section": "Fire",
    "sentences": ["The mill burned in 1901.", "The next day it was rebuilt.", "Ada Voss paid.", "Rain fell."],
    "claims": [
        {"claim": "Fire took Orvik's mill at the start of the century.", "supports": [0], "refutes": []},
        {"claim": "Orvik's mill lay in ruins for years.", "supports": [], "refutes": [1]},
        {"claim": "The town paid for the mill.", "supports": [], "refutes": []},
    ],
}


DOSSIER = {
    "documents": [
        {"title": "Orvik", "section": "", "sentences": ["The mill burned in 1901.", "Nobody was hurt."]},
        {"title": "Mills", "section": "Fires", "sentences": ["Orvik, burned 1902", "Dunmore, burned 1893"]},
    ],
    "claims": [{"claim": "Orvik's mill went up in flames in 1901.", "supports": [[0, 0]], "refutes": [[1, 0]]}],
}


def test_written_claims_are_held_against_what_decides_them_and_what_leaves_them_open(tmp_path: Path) -> None:
    write_lines(tmp_path / "written.jsonl", [PASSAGE])
    dossiers = list(read_written([tmp_path / "written.jsonl"]))
    for seed in range(20):
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for example in written_examples(dossiers, random.Random(seed)):
            assert example.header == "Orvik\nFire\n"
            found[example.question][example.context] = str(example.label)
        burned, ruins, paid = found.values()
        assert burned.pop("The mill burned in 1901.") == "entailment"
        assert ruins.pop("The mill burned in 1901. The next day it was rebuilt.") == "contradiction"
        for left in (burned, ruins, paid):
            assert 1 <= len(left) <= 2
            assert set(left.values()) == {"neutral"}
        assert not any("burned" in context for context in burned)


def test_a_claim_is_held_against_every_document_of_its_dossier(tmp_path: Path) -> None:
    write_lines(tmp_path / "written.jsonl", [PASSAGE, DOSSIER])
    dossiers = list(read_written([tmp_path / "written.jsonl"]))
    made = {(one.header, one.context): one.label for one in written_examples(dossiers[1:], random.Random(0))}
    assert made.pop(("Orvik\n", "The mill burned in 1901.")) == "entailment"
    assert made.pop(("Mills\nFires\n", "Orvik, burned 1902")) == "contradiction"
    assert set(made.values()) == {"neutral"}


@pytest.mark.parametrize(
    "claim", [{"claim": "x", "supports": [0], "refutes": [0]}, {"claim": "x", "supports": [4], "refutes": []}, {}]
)
def test_a_written_claim_that_contradicts_itself_is_refused(tmp_path: Path, claim: dict[str, object]) -> None:
    write_lines(tmp_path / "written.jsonl", [{**PASSAGE, "claims": [claim]}])
    with pytest.raises(InputError, match="line 1"):
        list(read_written([tmp_path / "written.jsonl"]))


@pytest.mark.parametrize(
    "changed",
    [
        {"documents": "Orvik"},
        {"documents": ["Orvik"]},
        {"documents": [{"title": "Orvik"}]},
        {"claims": [{"claim": "x", "supports": [[2, 0]], "refutes": []}]},
        {"claims": [{"claim": "x", "supports": [[0]], "refutes": []}]},
        {"claims": [{"claim": "x", "supports": [0], "refutes": []}]},
    ],
)
def test_a_dossier_that_is_not_whole_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    write_lines(tmp_path / "written.jsonl", [PASSAGE, {**DOSSIER, **changed}])
    with pytest.raises(InputError, match="line 2"):
        list(read_written([tmp_path / "written.jsonl"]))


def test_the_written_texts_that_ship_are_whole_and_not_about_the_seeds() -> None:
    dossiers = list(read_written())
    claims = [claim for dossier in dossiers for claim in dossier.claims]
    assert len(claims) > 8000
    assert sum(bool(claim.supports) for claim in claims) > 3000
    assert sum(bool(claim.refutes) for claim in claims) > 3000
    assert sum(not claim.supports and not claim.refutes for claim in claims) > 1000
    documents = [document for dossier in dossiers for document in dossier.documents]
    text = " ".join(part for document in documents for part in (document.header, *document.sentences))
    assert not re.search(r"\b(?:Mali|Tuaregs?|Azawad|MNLA|Sahel|Ansar Dine|Timbuktu)\b", text)


def test_sentences_that_decide_a_claim_differently_are_rivals_either_way(tmp_path: Path) -> None:
    write_lines(tmp_path / "written.jsonl", [DOSSIER])
    dossiers = list(read_written([tmp_path / "written.jsonl"]))
    made = [one for seed in range(20) for one in rival_examples(dossiers, random.Random(seed))]
    odds = {(one.question, one.header, one.context) for one in made if one.label == "contradiction"}
    assert odds == {
        ("“The mill burned in 1901.”", "Mills\nFires\n", "Orvik, burned 1902"),
        ("“Orvik, burned 1902”", "Orvik\n", "The mill burned in 1901."),
    }
    peaceful = [one for one in made if one.label != "contradiction"]
    assert len(peaceful) == len(made) / 2
    for one in peaceful:
        assert one.label == "neutral"
        assert one.question != f"“{one.context}”"
        assert (one.question, one.context) not in {(said, told) for said, _, told in odds}


def test_a_sentence_that_leans_on_another_is_no_rival_by_itself(tmp_path: Path) -> None:
    claim = {"claim": "Orvik's mill lay in ruins.", "supports": [3], "refutes": [1]}
    write_lines(tmp_path / "written.jsonl", [{**PASSAGE, "claims": [claim]}])
    dossiers = list(read_written([tmp_path / "written.jsonl"]))
    made = [one for seed in range(20) for one in rival_examples(dossiers, random.Random(seed))]
    assert {one.question for one in made} == {"“Rain fell.”"}
    odds = {one.context for one in made if one.label == "contradiction"}
    assert odds == {"The mill burned in 1901. The next day it was rebuilt."}


def test_the_sentences_that_were_mistaken_are_drawn_before_the_nearest(tmp_path: Path) -> None:
    claim = {"claim": "Fire took the mill.", "supports": [0], "refutes": [], "mistaken": [3]}
    write_lines(tmp_path / "written.jsonl", [{**PASSAGE, "claims": [claim]}])
    dossiers = list(read_written([tmp_path / "written.jsonl"]))
    for seed in range(20):
        drawn = {one.context: one.label for one in written_examples(dossiers, random.Random(seed))}
        assert drawn["Rain fell."] == "neutral"


class Alarmist:
    """A verifier that takes whatever speaks of a fire for a refutation."""

    def judge(self, pairs: list[Pair]) -> list[list[WindowLogits]]:
        return [[WindowLogits((), np.zeros(1), np.zeros(1), 0.0, 0.0, self._said(pair.text))] for pair in pairs]

    def _said(self, text: str) -> Any:
        alarm = 0.9 if "burned" in text else 0.9 * ALARM
        return np.log([0.1 * alarm, 1.0 - alarm, 0.9 * alarm])


def test_mining_marks_what_is_mistaken_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "written.jsonl.gz"
    write_lines(path, [PASSAGE, DOSSIER])
    before = list(read_written([path]))
    model: Any = Alarmist()
    for _ in range(2):
        mark_file(path, model)
        passage, dossier = read_written([path])
        assert [one.documents for one in (passage, dossier)] == [one.documents for one in before]
        assert [claim.mistaken for claim in passage.claims] == [(), ((0, 0),), ((0, 1), (0, 0))]
        assert [claim.mistaken for claim in dossier.claims] == [((1, 1),)]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_place_that_is_mistaken_must_be_there(tmp_path: Path) -> None:
    claim = {"claim": "x", "supports": [], "refutes": [], "mistaken": [9]}
    write_lines(tmp_path / "written.jsonl", [{**PASSAGE, "claims": [claim]}])
    with pytest.raises(InputError, match="line 1"):
        list(read_written([tmp_path / "written.jsonl"]))
