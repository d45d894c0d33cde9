"""The doctor finds each kind of damage, mends what is derived, and never touches a text."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index.doctor.findings import Finding
from index.encoder import Encoder
from index.errors import StoreError
from index.library import Library
from index.retriever import HybridRetriever
from service.conversation.store import ConversationStore
from service.keeping.checkup import Checkup, check_up

KIDAL = "003_2ac005a384697a87"


def examined(data: Path, encoder: Encoder, *, repair: bool = False) -> Checkup:
    library = Library(data, encoder)
    told: list[Finding] = []
    found = check_up(data, library, repair=repair, on_finding=told.append, on_progress=lambda *_: None)
    assert tuple(told) == found.findings
    library.close()
    return found


def changed(data: Path, *statements: str, name: str = "citecheck.sqlite", keys: bool = False) -> None:
    with closing(sqlite3.connect(data / name, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA foreign_keys={'ON' if keys else 'OFF'}")
        for statement in statements:
            connection.execute(statement)


def texts(data: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "citecheck.sqlite")) as connection:
        query = "SELECT document_id, version, CAST(text AS BLOB), title, source, pages FROM versions ORDER BY 1, 2"
        return connection.execute(query).fetchall()


def hits(data: Path, encoder: Encoder) -> object:
    library = Library(data, encoder)
    found = HybridRetriever(library).search("who held Kidal", 20, None)
    library.close()
    return [(hit.passage, hit.score) for hit in found]


def test_a_sound_folder_has_no_findings(data_folder: Path, encoder: Encoder) -> None:
    store = ConversationStore(data_folder)
    store.create("About Kidal")
    store.close()
    found = examined(data_folder, encoder)
    assert (found.documents, found.findings, found.open) == (5, (), 0)


def sql(*statements: str) -> Callable[[Path], None]:
    return lambda data: changed(data, *statements)


def spoil_vector(value: bytes) -> Callable[[Path], None]:
    def spoil(data: Path) -> None:
        with closing(sqlite3.connect(data / "citecheck.sqlite", isolation_level=None)) as connection:
            connection.execute("UPDATE vectors SET vector = ? WHERE rowid IN (1, 2)", [value])

    return spoil


def flip_search_files(data: Path) -> None:
    for path in (data / "derived").rglob("*.npy"):
        content = bytearray(path.read_bytes())
        content[-1] ^= 0x10
        path.write_bytes(bytes(content))


def leave_over(data: Path) -> None:
    for name in (".restore-abc", ".citecheck-backup-abc", "derived/.new-abc"):
        (data / name).mkdir()
        (data / name / "file").write_text("half")
        os.utime(data / name, (1, 1))


# A passage's place, a whole index of the database, ...: what is damaged, and in which check it is found.
DERIVED = {
    "a span beyond the text": ("passages", sql('UPDATE passages SET "end" = 99999999 WHERE id = 3')),
    "a span moved": ("passages", sql("UPDATE passages SET start = start + 1 WHERE id = 3")),
    "words that nobody wrote": ("passages", sql("UPDATE passages SET index_text = 'zebra' WHERE id = 3")),
    "units that are no JSON": ("passages", sql("UPDATE passages SET units = '[[' WHERE id = 3")),
    "a passage gone": ("passages", sql("DELETE FROM passages WHERE id = 3")),
    "a passage twice": (
        "passages",
        sql(
            'INSERT INTO passages SELECT 99999, document_id, version, start, "end", kind, section, units, cells, '
            "index_text FROM passages WHERE id = 3"
        ),
    ),
    "passages of nobody": ("passages", sql("UPDATE passages SET document_id = 'nobody' WHERE id = 3")),
    "a wrong count": ("passages", sql("UPDATE documents SET passages = 1")),
    "a change forgotten": ("passages", sql(f"DELETE FROM changes WHERE document_id = '{KIDAL}'")),
    "a change in the future": ("passages", sql("UPDATE changes SET generation = 999")),
    "a hash that is not of its text": ("texts", sql("UPDATE versions SET sha256 = 'x' WHERE rowid = 1")),
    "vectors too short": ("vectors", spoil_vector(b"\0" * 8)),
    "vectors of no number": ("vectors", spoil_vector(np.full(384, np.nan, dtype=np.float32).tobytes())),
    "vectors without end": ("vectors", spoil_vector(np.full(384, np.inf, dtype=np.float32).tobytes())),
    "vectors of another length": ("vectors", spoil_vector(np.ones(384, dtype=np.float32).tobytes())),
    "vectors that are text": ("vectors", sql("UPDATE vectors SET vector = 'text' WHERE rowid = 1")),
    "search files": ("search files", flip_search_files),
    "leftovers": ("leftovers", leave_over),
}


@pytest.mark.parametrize("damage", DERIVED)
def test_what_is_derived_is_mended(data_folder: Path, encoder: Encoder, damage: str) -> None:
    check, spoil = DERIVED[damage]
    expected, before = hits(data_folder, encoder), texts(data_folder)
    spoil(data_folder)
    found = examined(data_folder, encoder)
    assert {finding.kind for finding in found.findings if finding.check == check} == {"derived"}
    assert found.open == len(found.findings) > 0
    mended = examined(data_folder, encoder, repair=True)
    assert all(finding.done for finding in mended.findings if finding.kind == "derived")
    assert examined(data_folder, encoder).findings == ()
    assert hits(data_folder, encoder) == expected
    assert texts(data_folder) == before


LOST = {
    "a letter": f"UPDATE versions SET text = 'X' || substr(text, 2) WHERE document_id = '{KIDAL}'",
    "no text": f"DELETE FROM versions WHERE document_id = '{KIDAL}'",
    "no letters": f"UPDATE versions SET text = CAST(X'FF00FE' AS TEXT) WHERE document_id = '{KIDAL}'",
    "a number": f"UPDATE versions SET text = X'00' WHERE document_id = '{KIDAL}'",
    "pages": f"UPDATE versions SET pages = '[5, 0]' WHERE document_id = '{KIDAL}'",
}


@pytest.mark.parametrize("damage", LOST)
def test_a_lost_text_is_named_and_nothing_is_thrown_away(data_folder: Path, encoder: Encoder, damage: str) -> None:
    changed(data_folder, LOST[damage])
    before = texts(data_folder)
    for repair in (False, True):
        found = examined(data_folder, encoder, repair=repair)
        lost = [finding for finding in found.findings if finding.kind == "lost"]
        assert [finding.about.partition("@")[0] for finding in lost] == [KIDAL]
        assert "citecheck restore" in lost[0].problem
        assert found.open >= 1
    assert texts(data_folder) == before


def test_a_damaged_database_is_told_and_the_rest_is_still_examined(data_folder: Path, encoder: Encoder) -> None:
    path = data_folder / "citecheck.sqlite"
    changed(data_folder, "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(path)) as connection:
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'vectors'").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * page_size : root * page_size] = b"\xa5" * page_size
    path.write_bytes(bytes(content))
    found = examined(data_folder, encoder)
    assert {finding.check for finding in found.findings} >= {"database", "vectors"}
    assert not [finding for finding in found.findings if finding.check in ("texts", "passages")]
    assert found.open == len(found.findings)


def test_an_index_of_the_database_is_made_again(data_folder: Path, encoder: Encoder) -> None:
    # An index whose rows were taken away behind SQLite's back.
    with closing(sqlite3.connect(data_folder / "citecheck.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        (text,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_passages_document_id'").fetchone()
        connection.execute(
            "UPDATE sqlite_master SET sql = ? WHERE name = 'ix_passages_document_id'", [text + " WHERE 0"]
        )
    with closing(sqlite3.connect(data_folder / "citecheck.sqlite", isolation_level=None)) as connection:
        connection.execute("REINDEX ix_passages_document_id")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ix_passages_document_id'", [text])
    found = examined(data_folder, encoder)
    assert "database" in {finding.check for finding in found.findings}
    examined(data_folder, encoder, repair=True)
    assert examined(data_folder, encoder).findings == ()


def test_conversations_are_read_to_the_last_turn(data_folder: Path, encoder: Encoder) -> None:
    store = ConversationStore(data_folder)
    info = store.create("About Kidal")
    store.close()
    turn = f"INSERT INTO turns VALUES ('{info.conversation_id}', 1, 'Who?', 'Who?', NULL, '{{', NULL, 0)"
    changed(data_folder, turn, name="conversations.sqlite")
    found = examined(data_folder, encoder)
    assert [(finding.check, finding.about) for finding in found.findings] == [("conversations", info.conversation_id)]
    (data_folder / "conversations.sqlite").write_bytes(b"garbage " * 1000)
    assert {finding.kind for finding in examined(data_folder, encoder, repair=True).findings} == {"lost"}
    assert (data_folder / "conversations.sqlite").read_bytes() == b"garbage " * 1000


def test_the_disk_and_the_permissions(data_folder: Path, encoder: Encoder, monkeypatch) -> None:
    (data_folder / "citecheck.sqlite").chmod(0o666)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    found = examined(data_folder, encoder, repair=True)
    assert {(finding.check, finding.done is None) for finding in found.findings} == {
        ("disk", True),
        ("permissions", False),
    }
    assert (data_folder / "citecheck.sqlite").stat().st_mode & 0o777 == 0o664


def test_what_a_restore_set_aside_is_only_told(data_folder: Path, encoder: Encoder) -> None:
    (data_folder / "before-restore-1").mkdir()
    (data_folder / "before-restore-1" / "citecheck.sqlite").write_text("mine")
    found = examined(data_folder, encoder, repair=True)
    assert ([finding.kind for finding in found.findings], found.open) == (["note"], 0)
    assert (data_folder / "before-restore-1" / "citecheck.sqlite").exists()


def test_nothing_is_mended_while_another_process_writes(data_folder: Path, encoder: Encoder) -> None:
    code = (
        "import sys; from pathlib import Path; from index.lease import Lease\n"
        f"with Lease(Path({str(data_folder)!r})).held(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert examined(data_folder, encoder).findings == ()
        with pytest.raises(StoreError, match=f"process {process.pid}"):
            examined(data_folder, encoder, repair=True)
        process.kill()


def test_the_commands(data_folder: Path, tmp_path: Path) -> None:
    def run(*arguments: str, data: Path = data_folder) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "eval.cli", *arguments, "--data", str(data)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    fine = run("doctor")
    assert (fine.returncode, fine.stdout) == (0, "Nothing is wrong; 5 documents were checked.\n")
    changed(data_folder, "UPDATE passages SET start = start + 1 WHERE id = 3")
    sick = run("doctor", "--json")
    assert sick.returncode == 1
    assert json.loads(sick.stdout)["findings"][0]["check"] == "passages"
    assert "--repair mends" in run("doctor").stdout
    mended = run("doctor", "--repair")
    assert mended.returncode == 0, mended.stdout
    assert "Cut again" in mended.stdout
    backup = run("backup", str(tmp_path / "made.zip"))
    assert backup.returncode == 0, backup.stderr
    assert run("backup", str(tmp_path / "made.zip")).returncode == 2
    restored = run("restore", str(tmp_path / "made.zip"), "--json", data=tmp_path / "new")
    assert json.loads(restored.stdout)["manifest"]["documents"] == 5
    assert run("doctor", data=tmp_path / "new").returncode == 0
    assert run("restore", str(tmp_path / "made.zip"), data=tmp_path / "new").returncode == 2
    missing = run("doctor", data=tmp_path / "none")
    assert (missing.returncode, missing.stderr.count("\n")) == (3, 1)
    (tmp_path / "new" / "citecheck.sqlite").write_bytes(b"garbage " * 1000)
    ruined = run("doctor", data=tmp_path / "new")
    assert ruined.returncode == 3
    assert "citecheck restore" in ruined.stderr
    again = run("restore", str(tmp_path / "made.zip"), "--force", data=tmp_path / "new")
    assert again.returncode == 0, again.stderr
    assert run("doctor", data=tmp_path / "new").returncode == 0
