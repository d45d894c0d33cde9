"""The library: nothing acknowledged is lost, nothing half-built is served, nothing is encoded twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from conftest import SEEDS, make_document
from index.encoder import Encoder, Progress, Vectors
from index.errors import DocumentClash, DocumentError, NotFound, StoreError
from index.library import Library
from index.loading import find_files, load_text
from index.retriever import HybridRetriever


class CountingEncoder:
    """The real encoder, counting what it is asked to encode."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.texts: list[str] = []
        self.fingerprint = encoder.fingerprint
        self.dimensions = encoder.dimensions
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens

    def encode(self, texts: list[str], on_progress: Progress | None = None) -> Vectors:
        self.texts += texts
        return self._encoder.encode(texts, on_progress)


def found(library: Library, query: str) -> list[str]:
    return [hit.passage.document_id for hit in HybridRetriever(library).search(query, 10, None)]


def test_add_update_unchanged_remove(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    assert found(library, "zebra") == []
    first = make_document("The zebra crossed the river at dawn.")
    assert library.add(first).status == "added"
    assert library.add(first).status == "unchanged"
    assert found(library, "zebra") == ["doc"]
    second = make_document("The giraffe crossed the river at dusk.")
    assert library.add(second).status == "updated"
    hits = HybridRetriever(library).search("zebra giraffe", 10, None)
    assert [library.document("doc", hit.passage.version).text for hit in hits] == [second.text]
    assert library.document("doc", first.version) == first
    library.remove("doc")
    assert found(library, "giraffe") == []
    assert library.document("doc", second.version) == second
    with pytest.raises(NotFound):
        library.remove("doc")
    library.add(second)
    library.remove("doc", purge=True)
    with pytest.raises(NotFound):
        library.document("doc", first.version)


def test_an_unchanged_passage_is_never_encoded_twice(tmp_path: Path, encoder: Encoder) -> None:
    counting = CountingEncoder(encoder)
    library = Library(tmp_path, counting)
    kept = "The first paragraph stays as it is, word for word.\n\n"
    library.add(make_document(kept + "The second one says zebra."))
    before = len(counting.texts)
    library.add(make_document(kept + "The second one says giraffe."))
    fresh = counting.texts[before:]
    assert fresh
    assert all("giraffe" in text for text in fresh)
    before = len(counting.texts)
    library.remove("doc")
    library.add(make_document(kept + "The second one says giraffe."))
    shutil.rmtree(tmp_path / "derived")
    library.close()
    Library(tmp_path, counting).refresh()
    assert counting.texts[before:] == []


def test_two_sources_cannot_share_an_id(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path / "data", encoder)
    library.add(make_document("One text.", source="notes.txt"))
    with pytest.raises(DocumentClash, match=r"notes\.md"):
        library.add(make_document("Another text.", source="notes.md"))
    paths = [tmp_path / "a" / "x.txt", tmp_path / "b" / "x.txt"]
    for path in paths:
        path.parent.mkdir()
        path.write_text("text")
    library.add(make_document("One.", "x", source="x.txt"), path=str(paths[0]))
    with pytest.raises(DocumentClash):
        library.add(make_document("Two.", "x", source="x.txt"), path=str(paths[1]))
    paths[0].unlink()
    assert library.add(make_document("Two.", "x", source="x.txt"), path=str(paths[1])).status == "updated"


def test_a_renamed_file_keeps_its_id(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path / "data", encoder)
    old, new = tmp_path / "a.txt", tmp_path / "a.md"
    old.write_text("One.")
    library.add(make_document("One.", "a", source="a.txt"), path=str(old))
    with pytest.raises(DocumentClash):
        library.add(make_document("One.", "a", source="a.md"), path=str(new))
    old.rename(new)
    renamed = make_document("One.", "a", source="a.md")
    assert library.add(renamed, path=str(new)).status == "updated"
    assert library.store.record("a").path == str(new)
    assert library.document("a", renamed.version).source == "a.md"
    assert library.add(renamed, path=str(new)).status == "unchanged"


def test_typed_texts_of_one_title_are_two_documents(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    texts = [load_text(text, document_id=None, title="Notes", source="") for text in ("One.", "Two.", "One.")]
    assert [library.add(document).status for document in texts] == ["added", "added", "unchanged"]
    library.add(load_text("Three.", document_id=texts[0].id, title="Notes", source=""))
    assert library.store.count() == 2


def test_a_name_that_is_not_utf8_is_skipped(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"b.txt"):
        (tmp_path / os.fsdecode(name)).write_text("words")
    listing = find_files([tmp_path])
    assert [file.path.name for file in listing.files] == ["b.txt"]
    assert ["UTF-8" in item.reason for item in listing.skipped] == [True]
    with pytest.raises(DocumentError, match="UTF-8"):
        find_files([listing.skipped[0].path])


def test_a_purge_is_complete_and_noticed_elsewhere(tmp_path: Path, encoder: Encoder) -> None:
    ours, theirs = Library(tmp_path, encoder), Library(tmp_path, encoder)
    document = make_document("The zebra crossed the river.")
    ours.add(document)
    assert found(ours, "zebra") == ["doc"]
    theirs.remove("doc")
    assert ours.document("doc", document.version) == document
    theirs.remove("doc", purge=True)
    with pytest.raises(NotFound):
        ours.document("doc", document.version)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"zebra" in data for data in files)


def damage_missing(folder: Path) -> None:
    shutil.rmtree(folder / "derived")


def damage_truncated(folder: Path) -> None:
    for path in (folder / "derived").rglob("vectors.npy"):
        path.write_bytes(path.read_bytes()[:100])


def damage_flipped(folder: Path) -> None:
    for path in (folder / "derived").rglob("postings-counts.npy"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(bytes(data))


def damage_manifest(folder: Path) -> None:
    for path in (folder / "derived").rglob("manifest.json"):
        path.write_text('{"format": []}')


@pytest.mark.parametrize("damage", [damage_missing, damage_truncated, damage_flipped, damage_manifest])
def test_damaged_derived_files_come_back(data_folder: Path, encoder: Encoder, damage) -> None:
    whole = Library(data_folder, encoder)
    expected = found(whole, "who held Kidal")
    whole.close()
    damage(data_folder)
    library = Library(data_folder, encoder)
    assert found(library, "who held Kidal") == expected
    library.close()
    manifests = list((data_folder / "derived").rglob("manifest.json"))
    assert len(manifests) == 1


def test_stale_derived_files_are_not_served(data_folder: Path, encoder: Encoder, tmp_path: Path) -> None:
    Library(data_folder, encoder).refresh()
    kept = shutil.copytree(data_folder / "derived", tmp_path / "old")
    library = Library(data_folder, encoder)
    library.add(make_document("The zebra crossed the river."))
    library.close()
    shutil.rmtree(data_folder / "derived")
    shutil.copytree(kept, data_folder / "derived")
    assert found(Library(data_folder, encoder), "zebra")[0] == "doc"


def test_a_change_by_another_process_is_noticed(data_folder: Path, encoder: Encoder) -> None:
    ours, theirs = Library(data_folder, encoder), Library(data_folder, encoder)
    assert "doc" not in found(ours, "zebra")
    theirs.add(make_document("The zebra crossed the river."))
    assert found(ours, "zebra")[0] == "doc"


def test_searching_goes_on_while_documents_change(data_folder: Path, encoder: Encoder) -> None:
    library = Library(data_folder, encoder)
    library.refresh()
    stop, failures = threading.Event(), []

    def keep_searching() -> None:
        retriever = HybridRetriever(library)
        while not stop.is_set():
            for hit in retriever.search("rebels Kidal zebra", 5, None):
                document = library.document(hit.passage.document_id, hit.passage.version)
                if not document.quote(hit.passage.span):
                    failures.append(hit)

    threads = [threading.Thread(target=keep_searching) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        library.add(make_document(f"Zebra number {number} crossed the river."))
        library.refresh()
        library.remove("doc")
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []


def test_equal_content_gives_equal_rankings_whatever_the_order(tmp_path: Path, encoder: Encoder) -> None:
    documents = [
        make_document(path.read_text(encoding="utf-8"), path.stem) for path in sorted(SEEDS.glob("0*.txt"))[:3]
    ]
    forward, backward = Library(tmp_path / "a", encoder), Library(tmp_path / "b", encoder)
    for document in documents:
        forward.add(document)
    for document in reversed(documents):
        backward.add(document)
    one = HybridRetriever(forward).search("when did the rebels take Timbuktu?", 20, None)
    two = HybridRetriever(backward).search("when did the rebels take Timbuktu?", 20, None)
    assert one == two


def test_a_filter_limits_both_legs(data_folder: Path, encoder: Encoder) -> None:
    library = Library(data_folder, encoder)
    wanted = "003_2ac005a384697a87"
    hits = HybridRetriever(library).search("Who led the MNLA?", 20, [wanted])
    assert {hit.passage.document_id for hit in hits} == {wanted}
    assert HybridRetriever(library).search("Who led the MNLA?", 20, []) == ()


def test_every_leg_tells_its_rank_and_score(data_folder: Path, encoder: Encoder) -> None:
    library = Library(data_folder, encoder)
    hits = HybridRetriever(library).search("when did the rebels take Timbuktu?", 100, None)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for leg in ("lexical", "dense"):
        ranked = sorted((hit.legs[leg].rank, -hit.legs[leg].score) for hit in hits if hit.legs[leg].rank)
        assert [score for _, score in ranked] == sorted(score for _, score in ranked)
        assert ranked[0][0] == 1


def test_an_unusable_folder_is_a_clear_error(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="--data"):
        Library(tmp_path / "file", encoder)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "citecheck.sqlite").write_bytes(b"garbage " * 1000)
    with pytest.raises(StoreError, match="--data"):
        Library(tmp_path / "data", encoder)


def test_killed_at_any_moment_the_index_is_whole(tmp_path: Path, encoder: Encoder) -> None:
    """kill -9 at 20 random moments of indexing; each time what is there is complete and the run can go on."""
    data = tmp_path / "data"
    command = [sys.executable, "-m", "eval.cli", "index", str(SEEDS), "--data", str(data)]
    generator = random.Random(os.environ.get("TEST_SEED", "7"))
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole_run = time.perf_counter() - started
    shutil.rmtree(data)
    killed = 0
    for _ in range(100):
        if killed == 20:
            break
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.1, 1.0) * whole_run)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        if not data.exists():
            continue
        library = Library(data, encoder)
        arrays = library.refresh()
        records = library.store.records(limit=100, offset=0)
        assert len(arrays.passage_ids) == sum(record.passages for record in records)
        assert set(arrays.document_ids) == {record.document_id for record in records}
        for record in records:
            text = library.document(record.document_id, record.version).text
            assert text == (SEEDS / f"{record.document_id}.txt").read_text(encoding="utf-8")
        assert np.isfinite(arrays.dense.cosines(encoder.encode(["x"])[0], np.arange(len(arrays.passage_ids)))).all()
        library.close()
        if len(records) == 5:
            shutil.rmtree(data)
    assert killed == 20
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    library = Library(data, encoder)
    assert library.store.count() == 5
