"""The gold files of an evaluation: which are read, how they are cut to a split, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import SEEDS, make_document
from eval.goldfiles import BUILT_IN, FILES, load_sets
from eval.scored import GoldSet
from index.documents import Document
from index.errors import InputError

DOCUMENTS = {path.stem: make_document(path.read_bytes().decode("utf-8"), path.stem) for path in SEEDS.glob("0*.txt")}


def find(identity: str) -> Document:
    return DOCUMENTS[identity]


def test_every_set_has_a_file_and_the_issue_s_number_of_items() -> None:
    gold = load_sets(None, frozenset(), "all", find)
    assert len(gold.questions) >= 200
    assert len(gold.claims) >= 120
    assert len(gold.conversations) >= 30
    assert len(gold.lookups) >= 40
    assert [path.name for path in gold.files] == list(FILES.values())
    turns = sum(len(one.turns) for one in gold.conversations)
    assert gold.items == len(gold.questions) + len(gold.claims) + turns + len(gold.lookups)


def test_the_splits_share_nothing_and_make_up_the_whole() -> None:
    dev, test, whole = (load_sets(None, frozenset(), split, find) for split in ("dev", "test", "all"))
    for name in FILES:
        ids = [[one.id for one in getattr(gold, name)] for gold in (dev, test, whole)]
        assert set(ids[0]).isdisjoint(ids[1])
        assert sorted([*ids[0], *ids[1]]) == sorted(ids[2])


@pytest.mark.parametrize("name", FILES)
def test_one_set_alone_reads_one_file(name: GoldSet, tmp_path: Path) -> None:
    shutil.copy(BUILT_IN / FILES[name], tmp_path)
    gold = load_sets(tmp_path, frozenset({name}), "all", find)
    assert gold.files == (tmp_path / FILES[name],)
    assert [other for other in FILES if getattr(gold, other)] == [name]
    # A folder that holds no other set has nothing else to ask for.
    assert load_sets(tmp_path, frozenset(), "all", find) == gold


def test_a_file_is_read_as_questions(tmp_path: Path) -> None:
    row = {"id": "a", "question": "Who?", "type": "person", "style": "plain", "split": "dev", "answerable": False}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({**row, "answers": [], "evidence": []}))
    assert [item.id for item in load_sets(path, frozenset({"questions"}), "all", find).questions] == ["a"]
    with pytest.raises(InputError, match="is read as questions; for other sets name a folder"):
        load_sets(path, frozenset({"claims"}), "all", find)
    with pytest.raises(InputError, match="no gold items to evaluate; choose another split"):
        load_sets(path, frozenset(), "test", find)


def test_a_folder_without_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds none of questions\.jsonl, claims\.jsonl"):
        load_sets(tmp_path, frozenset(), "all", find)
    shutil.copy(BUILT_IN / "lookups.jsonl", tmp_path)
    with pytest.raises(InputError, match="holds none of"):
        load_sets(tmp_path, frozenset({"claims"}), "all", find)
