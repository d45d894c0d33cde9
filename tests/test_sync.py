"""Folder sync: unchanged files are not read, vanished ones leave, cut-off runs go on, no accident empties the index."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_cli import as_json, citecheck

from conftest import SEEDS
from index import files, loading
from index.documents import Span
from index.encoder import Encoder
from index.errors import DocumentError
from index.library import Library
from index.retriever import HybridRetriever
from service.ingest import IngestReport, ingest_paths
from service.progress import index_progress

MEGABYTE = 1_000_000
HOUR_AGO = time.time() - 3600


class CountingEncoder:
    """Counts what is encoded by the real encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.count = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: list[str], on_progress: object = None) -> object:
        self.count += len(texts)
        return self._encoder.encode(texts)


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    return CountingEncoder(encoder)


@pytest.fixture
def library(tmp_path: Path, counting: CountingEncoder) -> Iterator[Library]:
    opened = Library(tmp_path / "data", counting)  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    for name, text in (
        ("one.txt", "The zebra crossed the river at dawn."),
        ("two.md", "# Two\n\nThe giraffe stayed at home."),
        ("sub/three.txt", "The quagga was seen in the valley."),
    ):
        write(made / name, text)
    return made


def write(path: Path, text: str, modified: float = HOUR_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (modified, modified))
    return path


def sync(library: Library, *paths: Path, keep_missing: bool = False) -> IngestReport:
    return ingest_paths(library, paths, max_bytes=MEGABYTE, keep_missing=keep_missing)


def told(report: IngestReport) -> dict[str, str]:
    return {change.document_id: change.status for change in report.documents}


def counts(report: IngestReport, **expected: int) -> None:
    kinds = ("added", "updated", "removed", "unchanged", "skipped")
    assert report.counts == {kind: expected.get(kind, 0) for kind in kinds}


def found(library: Library, query: str) -> list[str]:
    return [hit.passage.document_id for hit in HybridRetriever(library).search(query, 10, None)]


def test_a_folder_is_added_updated_and_removed_by_content(library: Library, folder: Path) -> None:
    counts(sync(library, folder), added=3)
    counts(sync(library, folder), unchanged=3)
    write(folder / "two.md", "# Two\n\nThe giraffe went away.")
    (folder / "one.txt").unlink()
    write(folder / "four.txt", "The lion slept.")
    report = sync(library, folder)
    assert told(report) == {"two": "updated", "three": "unchanged", "four": "added", "one": "removed"}
    assert "one" not in found(library, "zebra river dawn")
    counts(sync(library, folder), unchanged=3)


def test_old_citations_of_a_vanished_file_still_resolve(library: Library, folder: Path) -> None:
    (first,) = [change for change in sync(library, folder).documents if change.document_id == "one"]
    (folder / "one.txt").unlink()
    sync(library, folder)
    assert library.document("one", first.version).quote(Span(4, 9)) == "zebra"


def test_an_unchanged_file_is_not_read(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(library, folder)
    monkeypatch.setattr("index.syncing.read_data", None)
    counts(sync(library, folder), unchanged=3)


def test_files_of_one_size_and_time_that_were_swapped_are_noticed(library: Library, folder: Path) -> None:
    dawn, dusk = (write(folder / f"{name}.txt", f"The zebra crossed the river at {name}.") for name in ("dawn", "dusk"))
    sync(library, folder)
    dawn.rename(folder / "spare")
    dusk.rename(dawn)
    (folder / "spare").rename(dusk)
    report = sync(library, folder)
    assert {name for name, status in told(report).items() if status == "updated"} == {"dawn", "dusk"}
    # As `cp -p` and `unzip` do: written over, and the old time put back.
    dawn.write_text("The zebra crossed the river at noon.")
    os.utime(dawn, (HOUR_AGO, HOUR_AGO))
    assert told(sync(library, folder))["dawn"] == "updated"
    counts(sync(library, folder), unchanged=5)


def test_a_stamp_without_the_file_s_state_is_read_once_more(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(library, folder)
    described = library.store.described
    for record in described.under(str(folder)):
        assert record.stamp is not None
        older = replace(record.stamp, digest="+".join(record.stamp.digest.split("+")[:2]))
        described.stamp([(record.document_id, older)])
    monkeypatch.setattr("index.syncing.load_bytes", None)
    counts(sync(library, folder), unchanged=3)
    monkeypatch.setattr("index.syncing.read_data", None)
    counts(sync(library, folder), unchanged=3)


def test_a_link_that_leads_to_itself_is_skipped(library: Library, folder: Path) -> None:
    for name in ("self.txt", "self", "self.bin"):
        (folder / name).symlink_to(folder / name)
    for status in ("added", "unchanged"):
        report = sync(library, folder)
        counts(report, **{status: 3}, skipped=3)
    assert all(item.reason for item in report.skipped)


def test_a_data_folder_in_the_folder_is_passed_over_and_its_neighbours_are_not(
    library: Library, tmp_path: Path, folder: Path
) -> None:
    shutil.move(folder, tmp_path / "data" / "texts")
    write(tmp_path / "data" / "beside.txt", "The lion slept.")
    write(tmp_path / "data" / "noise.bin", "x")
    library.refresh()
    counts(sync(library, tmp_path), added=4, skipped=1)
    report = sync(library, tmp_path / "data")
    counts(report, unchanged=4, skipped=1)
    assert [item.path.name for item in report.skipped] == ["noise.bin"]
    assert (tmp_path / "data" / "derived").is_dir()


def test_a_touched_file_is_read_and_not_extracted(
    library: Library, folder: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(library, folder)
    encoded, generation = counting.count, library.store.generation()
    os.utime(folder / "one.txt", (HOUR_AGO - 60, HOUR_AGO - 60))
    monkeypatch.setattr("index.syncing.load_bytes", None)
    counts(sync(library, folder), unchanged=3)
    assert (counting.count, library.store.generation()) == (encoded, generation)
    # The new time was noted: now it is not even read.
    monkeypatch.setattr("index.syncing.read_data", None)
    counts(sync(library, folder), unchanged=3)


def test_a_file_changed_a_moment_ago_is_compared_by_content(library: Library, folder: Path) -> None:
    path = write(folder / "one.txt", "The zebra crossed the river at dawn.", time.time())
    sync(library, folder)
    before = path.stat()
    # Within one tick of a file system's clock.
    path.write_text("The zebra crossed the river at dusk.")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert told(sync(library, folder))["one"] == "updated"


def test_a_renamed_file_is_removed_and_added_without_encoding(
    library: Library, folder: Path, counting: CountingEncoder
) -> None:
    sync(library, folder)
    before = counting.count
    (folder / "one.txt").rename(folder / "uno.txt")
    report = sync(library, folder)
    assert told(report) == {"uno": "added", "one": "removed", "two": "unchanged", "three": "unchanged"}
    assert counting.count == before
    assert found(library, "zebra river dawn")[0] == "uno"


def test_a_file_moved_between_folders_stays_the_same_document(
    library: Library, folder: Path, counting: CountingEncoder
) -> None:
    sync(library, folder)
    before, generation = counting.count, library.store.generation()
    (folder / "one.txt").rename(folder / "sub" / "one.txt")
    assert told(sync(library, folder)) == {"one": "updated", "two": "unchanged", "three": "unchanged"}
    assert (counting.count, library.store.generation()) == (before, generation)
    assert library.store.record("one").path == str(folder / "sub" / "one.txt")
    counts(sync(library, folder), unchanged=3)


def test_a_release_that_reads_otherwise_reads_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(library, folder)
    monkeypatch.setattr(files, "READING_VERSION", "next")
    read: list[str] = []
    load = loading.load_bytes
    monkeypatch.setattr(
        "index.syncing.load_bytes", lambda data, **said: read.append(said["name"]) or load(data, **said)
    )
    counts(sync(library, folder), unchanged=3)
    counts(sync(library, folder), unchanged=3)
    assert sorted(read) == ["one.txt", "three.txt", "two.md"]


def test_vanished_files_are_kept_on_request(library: Library, folder: Path) -> None:
    sync(library, folder)
    (folder / "one.txt").unlink()
    report = sync(library, folder, keep_missing=True)
    counts(report, unchanged=2, skipped=1)
    assert "vanished" in report.skipped[0].reason
    assert found(library, "zebra river dawn")[0] == "one"


def test_an_empty_or_missing_folder_empties_nothing(library: Library, folder: Path, tmp_path: Path) -> None:
    sync(library, folder)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(DocumentError, match="no file or folder"):
        sync(library, folder)
    folder.mkdir()
    with pytest.raises(DocumentError, match="holds no file that can be read, though 3 documents") as caught:
        sync(library, folder)
    assert caught.value.code == "folder_empty"
    assert library.store.count() == 3
    counts(sync(library, folder, keep_missing=True), skipped=3)
    shutil.rmtree(folder)
    (tmp_path / "elsewhere").rename(folder)
    counts(sync(library, folder), unchanged=3)


def test_a_folder_that_never_had_documents_may_be_empty(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    counts(sync(library, tmp_path / "empty"))


def test_files_that_turned_bad_are_skipped_and_keep_their_documents(library: Library, folder: Path) -> None:
    sync(library, folder)
    write(folder / "one.txt", "")
    write(folder / "two.md.meta.json", "{")
    (folder / "three.txt").symlink_to(folder / "nowhere")
    report = sync(library, folder)
    assert told(report) == {"three": "unchanged"}
    assert sorted(item.path.name for item in report.skipped) == ["one.txt", "three.txt", "two.md"]
    assert library.store.count() == 3


def test_a_folder_that_cannot_be_read_for_now_keeps_its_documents(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, whom no permission stops: the refusal comes from the file system's edge."""
    sync(library, folder)
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = sync(library, folder)
    counts(report, unchanged=2, skipped=2)
    assert {item.reason for item in report.skipped} == {
        "The folder cannot be read.",
        "Its folder cannot be read; the document stays as it was.",
    }
    assert library.store.count() == 3


def test_only_what_was_found_in_a_folder_leaves_with_it(library: Library, folder: Path, tmp_path: Path) -> None:
    outright = write(tmp_path / "outright.txt", "The lion slept.")
    sync(library, folder, outright)
    sync(library, folder / "one.txt")
    outright.unlink()
    (folder / "sub" / "three.txt").unlink()
    report = sync(library, folder)
    assert told(report) == {"one": "unchanged", "two": "unchanged", "three": "removed"}
    assert library.store.find_record("outright") is not None


def test_a_folder_below_may_be_synced_by_itself(library: Library, folder: Path) -> None:
    write(folder / "sub" / "five.txt", "The crane flew.")
    sync(library, folder)
    (folder / "sub" / "three.txt").unlink()
    (folder / "one.txt").unlink()
    assert told(sync(library, folder / "sub")) == {"five": "unchanged", "three": "removed"}
    assert told(sync(library, folder))["one"] == "removed"
    write(folder / "sub" / "six.txt", "The heron stood.")
    sync(library, folder / "sub")
    (folder / "sub" / "six.txt").unlink()
    assert told(sync(library, folder)) == {"two": "unchanged", "five": "unchanged", "six": "removed"}


def test_a_document_a_manifest_drops_is_removed(library: Library, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
    counts(sync(library, folder), added=5)
    counts(sync(library, folder), unchanged=5)
    manifest = json.loads((folder / "manifest.json").read_text())
    dropped = manifest["documents"].pop()
    manifest["documents"][0]["tags"] = ["Azawad"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    report = sync(library, folder)
    assert {name for name, status in told(report).items() if status == "removed"} == {dropped["id"]}
    assert {name for name, status in told(report).items() if status == "updated"} == {manifest["documents"][0]["id"]}
    assert library.store.record(manifest["documents"][0]["id"]).metadata.tags == ("azawad",)


def test_an_error_in_a_file_named_outright_keeps_what_came_before(library: Library, folder: Path) -> None:
    bad = write(folder / "bad.txt", "")
    with pytest.raises(DocumentError, match="empty"):
        sync(library, folder / "one.txt", bad)
    assert library.store.count() == 1


def test_two_documents_of_one_id_do_not_replace_each_other(library: Library, folder: Path, tmp_path: Path) -> None:
    sync(library, folder)
    other = write(tmp_path / "other" / "one.txt", "Another one.")
    report = sync(library, other.parent)
    assert ["taken by" in item.reason for item in report.skipped] == [True]
    assert told(report) == {}


def test_people_see_what_changed_and_the_counts(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    first = citecheck("index", str(folder), data=data)
    assert "3 added, 0 updated, 0 removed, 0 unchanged, 0 skipped" in first.stdout
    (folder / "one.txt").unlink()
    (folder / "noise.bin").write_bytes(b"\x00")
    again = citecheck("index", str(folder), data=data)
    lines = again.stdout.splitlines()
    assert lines[0].startswith("removed   one@")
    assert lines[1].startswith("skipped")
    assert lines[2] == "0 added, 0 updated, 1 removed, 2 unchanged, 1 skipped"
    (folder / "two.md").unlink()
    kept = as_json("index", str(folder), "--keep-missing", data=data)
    assert kept["counts"] == {"added": 0, "updated": 0, "removed": 0, "unchanged": 1, "skipped": 2}


def test_a_killed_run_is_gone_on_with(tmp_path: Path, counting: CountingEncoder) -> None:
    folder, data = tmp_path / "many", tmp_path / "data"
    total = 12
    for number in range(total):
        lines = [f"Herd {number} of line {line} crossed the river {number * line} at dawn." for line in range(20)]
        write(folder / f"h{number:02}.txt", "\n\n".join(lines))
    command = [sys.executable, "-c", _SLOW, str(folder), str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = 0
    while done < 3 and process.poll() is None:
        done = stored(data)
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = stored(data)
    assert 3 <= done < total
    library = Library(data, counting)  # type: ignore[arg-type]
    counts(sync(library, folder), added=total - done, unchanged=done)
    assert 0 < counting.count <= 20 * (total - done)
    counts(sync(library, folder), unchanged=total)
    library.close()


def test_people_see_files_done_a_rate_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with index_progress(2, 100) as quiet:
        quiet.finish(100)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with index_progress(2, 100) as progress:
        progress.begin("one.txt")
        progress.encoded(3)
        progress.finish(60)
    shown = capsys.readouterr().err
    for part in ("one.txt", "1/2 files", "3 passages", "/s", ":"):
        assert part in shown


# Indexes a few documents at a time, slowly enough to be caught in the middle.
_SLOW = """
import sys, time
from pathlib import Path
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from service import ingest
ingest._TOGETHER_DOCUMENTS = 1
library = Library(Path(sys.argv[2]), load_encoder(PACKAGED))
add = library.add_many
def slowly(*arguments):
    time.sleep(0.15)
    return add(*arguments)
library.add_many = slowly
ingest.ingest_paths(library, [Path(sys.argv[1])], max_bytes=10_000_000)
"""


def stored(data: Path) -> int:
    """Return how many documents another process has put in."""
    import sqlite3

    try:
        connection = sqlite3.connect(f"file:{data / 'citecheck.sqlite'}?mode=ro", uri=True)
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error:
        return 0
