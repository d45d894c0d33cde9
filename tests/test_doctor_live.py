"""The doctor on a folder that others change, and on one whose database is gone or has damaged records."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from backups_made import backed_up

from conftest import make_document
from index.doctor.findings import Finding
from index.encoder import Encoder
from index.errors import StoreError
from index.library import Library
from index.metadata import Metadata
from service.conversation.store import ConversationStore
from service.keeping.checkup import check_up
from service.keeping.files import need_index


def animals(folder: Path, encoder: Encoder) -> Library:
    library = Library(folder, encoder)
    for name in ("giraffe", "lion", "zebra"):
        library.add(make_document(f"The {name} crossed the river at dawn.", name))
    library.refresh()
    return library


def test_what_changes_meanwhile_is_no_finding(tmp_path: Path, encoder: Encoder) -> None:
    library, other = animals(tmp_path, encoder), Library(tmp_path, encoder)
    told: list[Finding] = []
    changed: list[str] = []

    def change(what: str, number: int, _total: int | None) -> None:
        if number or what in changed:
            return
        changed.append(what)
        other.add(make_document(f"The lion slept during the examination of {what}. It woke up later.", "lion"))
        if what == "passages":
            other.remove("zebra")
        if what == "texts":
            other.remove("giraffe", purge=True)

    found = check_up(tmp_path, library, repair=False, on_finding=told.append, on_progress=change)
    assert {"texts", "passages", "vectors", "search files"} <= set(changed)
    assert (told, found.open, found.documents) == ([], 0, 1)
    library.close()
    other.close()


@pytest.mark.parametrize("tags", ["[", "null", "[1]", '"river"', "[" * 90_000])
def test_damaged_tags_are_named_and_indexing_again_mends_them(tmp_path: Path, encoder: Encoder, tags: str) -> None:
    library = animals(tmp_path, encoder)
    tagged = replace(
        make_document("The hippo stayed in the river.", "hippo"), metadata=Metadata(None, None, None, ("x",), None)
    )
    library.add(tagged)
    with closing(sqlite3.connect(tmp_path / "citecheck.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE documents SET tags = ? WHERE id = 'hippo'", [tags])
    for repair in (False, True):
        found = check_up(tmp_path, library, repair=repair, on_finding=lambda _: None, on_progress=lambda *_: None)
        assert [(one.kind, one.about, one.done) for one in found.findings] == [("lost", "hippo", None)]
        assert "index it again" in found.findings[0].problem
    for read in (lambda: library.store.record("hippo"), lambda: library.store.records(limit=9, offset=0)):
        with pytest.raises(StoreError, match="tags of the document 'hippo' are damaged"):
            read()
    library.add(tagged)
    assert library.store.record("hippo").metadata.tags == ("x",)
    library.close()


def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eval.cli", command, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("size", [None, 0])
def test_no_index_is_made_by_looking(tmp_path: Path, size: int | None) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if size is not None:
        (data / "citecheck.sqlite").write_bytes(b"")
    before = sorted(data.iterdir())
    for arguments in (("doctor",), ("backup", str(tmp_path / "made.zip"))):
        refused = run(*arguments, "--data", str(data))
        assert refused.returncode == 3
        assert "citecheck restore" in refused.stderr
        assert "citecheck index" in refused.stderr
        assert refused.stdout == ""
    assert sorted(data.iterdir()) == before
    assert not (tmp_path / "made.zip").exists()
    assert sum(path.stat().st_size for path in before) == 0


def test_a_missing_database_is_missed(tmp_path: Path) -> None:
    ConversationStore(tmp_path).close()
    (tmp_path / "derived").mkdir()
    with pytest.raises(StoreError, match=r"missing, though there is conversations.sqlite and derived") as caught:
        need_index(tmp_path)
    assert caught.value.code == "database_missing"
    with pytest.raises(StoreError, match="missing"):
        backed_up(tmp_path, tmp_path / "made.zip")
    assert not (tmp_path / "citecheck.sqlite").exists()
