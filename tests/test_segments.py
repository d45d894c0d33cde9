"""Segments: an index that grew piece by piece finds exactly what one built at once finds."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SEEDS, make_document
from index import dense, derived, live
from index.analysis import query_terms
from index.arrays import Arrays, join, numbers_of
from index.dense import DenseIndex, build_dense
from index.encoder import Encoder, Vectors
from index.lexical import LexicalIndex
from index.library import Library
from index.postings import build_postings, merge_postings
from index.retriever import HybridRetriever
from index.segment import NONE_DEAD, Row, Segment, build_segment, merge_segments
from index.vocabulary import build_vocabulary

WORDS = [f"w{number}" for number in range(12)]
DIMENSIONS = 8
TEXT = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
DOCUMENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(TEXT, min_size=1, max_size=4), max_size=8)


def encode(texts: Sequence[str]) -> Vectors:
    """Unit vectors that depend on the text alone."""
    rows = [np.random.default_rng(list(text.encode())).standard_normal(DIMENSIONS) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32).reshape(len(texts), DIMENSIONS)


def segment_of(documents: dict[str, list[str]], ids: dict[tuple[str, int], int]) -> Segment:
    rows = [
        Row(ids.setdefault((name, place), len(ids)), name, f"title {name}", text)
        for name, texts in sorted(documents.items())
        for place, text in enumerate(texts)
    ]
    return build_segment(rows, encode, DIMENSIONS)


def everything(arrays: Arrays, query: str) -> list[tuple[str, int, float, float]]:
    """Every living passage in address order, with both legs' scores."""
    dead = {
        int(number) + offset
        for offset, gone in zip(np.cumsum([0, *(one.size for one in arrays.segments)]), arrays.dead, strict=False)
        for number in gone
    }
    alive = np.array([n for n in range(len(arrays.passage_ids)) if n not in dead], dtype=np.int64)
    alive = alive[np.argsort(arrays.order[alive])]
    scores = arrays.lexical.scores(query_terms(query))
    assert all(scores[number] == 0 for number in dead)
    found = arrays.dense.search(encode([query])[0], len(arrays.passage_ids), None)
    assert sorted(found[0].tolist()) == sorted(alive.tolist())
    cosine = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
    names = [arrays.document_ids[owner] for owner in arrays.owners.tolist()]
    return [(names[n], int(arrays.passage_ids[n]), scores[n], cosine[n]) for n in alive.tolist()]


@settings(max_examples=150)
@given(st.lists(DOCUMENTS, min_size=1, max_size=4), TEXT)
def test_pieces_score_as_the_whole_does(versions: list[dict[str, list[str]]], query: str) -> None:
    """Each piece replaces the documents it names, as an update does."""
    segments: list[Segment] = []
    dead = []
    current: dict[str, list[str]] = {}
    ids: dict[tuple[str, int], int] = {}
    for number, documents in enumerate(versions):
        fresh: dict[tuple[str, int], int] = {
            (name, place): 1000 * number + 10 * ord(name) + place
            for name, texts in documents.items()
            for place in range(len(texts))
        }
        dead = [
            np.union1d(gone, numbers_of(segment, documents)) for segment, gone in zip(segments, dead, strict=True)
        ] + [NONE_DEAD]
        segments.append(segment_of(documents, fresh))
        ids.update(fresh)
        current.update(documents)
    ids = {key: value for key, value in ids.items() if key[0] in current and key[1] < len(current[key[0]])}
    whole = segment_of(current, ids)
    expected = everything(join(1, [whole], [NONE_DEAD]), query)
    pieces = join(1, segments, dead)
    merged = merge_segments(segments, dead)
    assert everything(pieces, query) == expected
    assert everything(join(1, [merged], [NONE_DEAD]), query) == expected
    assert pieces.alive == whole.size
    for one, other in (
        (merged.postings.vocabulary.all(), whole.postings.vocabulary.all()),
        (merged.postings.starts.tolist(), whole.postings.starts.tolist()),
        (merged.postings.passages.tolist(), whole.postings.passages.tolist()),
        (merged.postings.counts.tolist(), whole.postings.counts.tolist()),
        (merged.postings.lengths.tolist(), whole.postings.lengths.tolist()),
        (merged.passage_ids.tolist(), whole.passage_ids.tolist()),
    ):
        assert one == other
    assert sorted(pieces.lexical.terms()) == sorted(join(1, [whole], [NONE_DEAD]).lexical.terms())
    for term in WORDS:
        held = pieces.lexical.postings(term)
        assert len(held) == len(join(1, [whole], [NONE_DEAD]).lexical.postings(term))
        assert (term in pieces.lexical) == bool(len(held))


@given(st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=9), st.integers(0, 9))
def test_merged_postings_are_those_of_the_whole(corpus: list[list[str]], cut: int) -> None:
    whole = build_postings(corpus)
    first, second = build_postings(corpus[:cut]), build_postings(corpus[cut:])
    merged = merge_postings(
        [(first, np.arange(first.size)), (second, np.arange(second.size) + first.size)], len(corpus)
    )
    assert merged.vocabulary.all() == whole.vocabulary.all()
    for name in ("starts", "passages", "counts", "lengths"):
        assert np.array_equal(getattr(merged, name), getattr(whole, name)), name


def test_merging_in_blocks_changes_nothing(monkeypatch) -> None:
    generator = random.Random(5)
    corpus = [generator.choices(WORDS, k=generator.randint(1, 9)) for _ in range(60)]
    parts = [(build_postings(corpus[:40]), np.arange(40)), (build_postings(corpus[40:]), np.arange(40, 60))]
    monkeypatch.setattr("index.postings._BLOCK", 17)
    merged, whole = merge_postings(parts, 60), build_postings(corpus)
    assert np.array_equal(merged.passages, whole.passages)
    assert np.array_equal(merged.starts, whole.starts)


@given(st.sets(st.text(max_size=5), max_size=40), st.text(max_size=5))
def test_a_vocabulary_finds_its_terms_and_no_others(terms: set[str], other: str) -> None:
    ordered = sorted(term.encode() for term in terms)
    vocabulary = build_vocabulary(ordered)
    assert vocabulary.all() == ordered == [vocabulary[number] for number in range(len(vocabulary))]
    assert [vocabulary.find(term) for term in ordered] == list(range(len(ordered)))
    assert (vocabulary.find(other.encode()) is not None) == (other in terms)


def test_no_segments_and_empty_ones_find_nothing() -> None:
    assert LexicalIndex([], []).scores(["a"]).tolist() == []
    assert DenseIndex([], []).search(np.ones(3, dtype=np.float32), 5, None)[0].tolist() == []
    nothing = build_segment([], encode, DIMENSIONS)
    arrays = join(1, [nothing, nothing], [NONE_DEAD, NONE_DEAD])
    assert arrays.dense.search(encode(["w1"])[0], 5, None)[0].tolist() == []
    assert arrays.alive == 0
    assert merge_segments([nothing, nothing], [NONE_DEAD, NONE_DEAD]).size == 0


def test_cells_find_nearly_all_that_an_exact_search_finds(encoder: Encoder, monkeypatch) -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt"))).split()
    vectors = encoder.encode([" ".join(text[at : at + 12]) for at in range(0, 12_000, 12)])
    queries = encoder.encode([" ".join(text[at : at + 5]) for at in range(0, 5_000, 100)])
    exact = DenseIndex([build_dense(vectors)], [NONE_DEAD])
    monkeypatch.setattr(dense, "EXACT_UP_TO", 500)
    # So few vectors make cells of eight: more of them are to be looked into.
    monkeypatch.setattr(dense, "_PROBED_ONE_IN", 2)
    segment = build_dense(vectors)
    assert segment.cells is not None
    cells = DenseIndex([segment], [NONE_DEAD])
    shared = 0
    for query in queries:
        wanted, cosines = exact.search(query, 10, None)
        found, ours = cells.search(query, 10, None)
        known = dict(zip(wanted.tolist(), cosines.tolist(), strict=True))
        assert all(known.get(number, cosine) == cosine for number, cosine in zip(found.tolist(), ours, strict=True))
        shared += len(set(found.tolist()) & known.keys())
    assert shared >= 0.95 * 10 * len(queries)
    dead = np.arange(0, len(vectors), 2)
    found, _ = DenseIndex([segment], [dead]).search(queries[0], 10, None)
    assert all(number % 2 for number in found.tolist())
    allowed = np.arange(100, 140)
    assert np.array_equal(cells.search(queries[0], 10, allowed)[0], exact.search(queries[0], 10, allowed)[0])


def hits(one: Library, query: str) -> list[tuple[str, int, float, object]]:
    found = HybridRetriever(one).search(query, 20, None)
    return [(hit.passage.document_id, hit.passage.span.start, hit.score, hit.legs) for hit in found]


def test_an_index_of_pieces_ranks_like_a_fresh_one(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    """Added, changed and removed one by one, never joined: byte for byte what an index built at once gives."""
    monkeypatch.setattr(live, "_SMALL", 0)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt"))}
    names = list(texts)
    grown = Library(tmp_path / "grown", encoder)
    for name in reversed(names):
        grown.add(make_document(texts[name], name))
        grown.refresh()
    grown.add(make_document("The zebra crossed the river at dawn.", names[1]))
    grown.refresh()
    grown.add(make_document(texts[names[1]], names[1]))
    grown.remove(names[3])
    assert len(grown.refresh().segments) > 1
    monkeypatch.undo()
    fresh = Library(tmp_path / "fresh", encoder)
    for name in names[:3] + names[4:]:
        fresh.add(make_document(texts[name], name))
    queries = ["when did the rebels take Timbuktu?", "who led the MNLA", "zebra", "how many people were displaced"]
    expected = [hits(fresh, query) for query in queries]
    assert [hits(grown, query) for query in queries] == expected
    assert "zebra" not in grown.arrays().lexical
    grown.close()
    # What was saved is old by now: the changes since are caught up with.
    monkeypatch.setattr(live, "_SMALL", 0)
    again = Library(tmp_path / "grown", encoder)
    assert [hits(again, query) for query in queries] == expected
    again.live.compact()
    assert len(again.arrays().segments) == 1
    assert [hits(again, query) for query in queries] == expected


def test_large_search_files_that_go_bad_are_built_again(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    monkeypatch.setattr(derived, "MAPPED_FROM", 100)
    one = Library(tmp_path, encoder)
    one.add(make_document("The zebra crossed the river at dawn."))
    expected = hits(one, "zebra")
    one.close()
    (folder,) = derived.saved_folders(tmp_path / "derived")
    data = bytearray((folder / "vectors.npy").read_bytes())
    data[-1] ^= 0xFF
    (folder / "vectors.npy").write_bytes(bytes(data))
    again = Library(tmp_path, encoder)
    again.refresh()
    again.live.verify_soon()
    for thread in threading.enumerate():
        if thread.name == "verify":
            thread.join()
    assert hits(again, "zebra") == expected
    (folder,) = derived.saved_folders(tmp_path / "derived")
    assert derived.verify(folder) == []


def test_more_changes_than_content_are_built_anew(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    one = Library(tmp_path, encoder)
    one.add(make_document("The zebra crossed the river.", "doc0"))
    one.refresh()
    for number in range(1, 6):
        one.add(make_document(f"Zebra number {number} crossed the river.", f"doc{number}"))
    monkeypatch.setattr(live, "_READ_WHOLE", 2)
    monkeypatch.setattr(one.store, "changes", lambda _since: pytest.fail("all changes were read into memory"))
    assert {name for name, *_ in hits(one, "zebra")} == {f"doc{number}" for number in range(6)}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_background_join_misses_no_change(tmp_path: Path, encoder: Encoder, monkeypatch, count: int) -> None:
    """Documents put in while the segments are being joined are found afterwards."""
    monkeypatch.setattr(live, "_SMALL", 0)
    one = Library(tmp_path, encoder)
    for number in range(3):
        one.add(make_document(f"Zebra number {number} crossed the river.", f"doc{number}"))
        one.refresh()
    saving = one.live._saved

    def interrupted(generation: int, segment: Segment) -> Arrays:
        for number in range(count):
            one.add(make_document(f"Giraffe number {number} crossed the river.", f"late{number}"))
        one.store.remove("doc1", purge=False)
        return saving(generation, segment)

    monkeypatch.setattr(one.live, "_saved", interrupted)
    one.live.compact()
    found = {name for name, *_ in hits(one, "zebra giraffe river")}
    assert found == {"doc0", "doc2"} | {f"late{number}" for number in range(count)}


def test_a_search_that_never_meets_a_quiet_moment_gives_what_is_there(
    tmp_path: Path, encoder: Encoder, monkeypatch
) -> None:
    one = Library(tmp_path, encoder)
    for number in range(4):
        one.add(make_document(f"Zebra number {number} crossed the river.", f"doc{number}"))
    reading = one.store.passages

    def changing(ids: Sequence[int]) -> dict[int, object]:
        return {identity: passage for identity, passage in reading(ids).items() if passage.document_id != "doc2"}

    monkeypatch.setattr(one.store, "passages", changing)
    assert {name for name, *_ in hits(one, "zebra")} == {"doc0", "doc1", "doc3"}


def test_impossible_scores_are_not_served(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    """A page of a mapped file that went bad is met by the search before anybody verified the file."""
    monkeypatch.setattr(derived, "MAPPED_FROM", 100)
    one = Library(tmp_path, encoder)
    one.add(make_document("The zebra crossed the river at dawn."))
    expected = hits(one, "zebra")
    one.close()
    (folder,) = derived.saved_folders(tmp_path / "derived")
    data = (folder / "vectors.npy").read_bytes()
    (folder / "vectors.npy").write_bytes(data[:-1536] + b"\x7f" * 1536)
    assert hits(Library(tmp_path, encoder), "zebra") == expected


def test_what_another_process_saved_is_opened_rather_than_made_again(
    tmp_path: Path, encoder: Encoder, monkeypatch
) -> None:
    ours, theirs = Library(tmp_path, encoder), Library(tmp_path, encoder)
    ours.add(make_document("The zebra crossed the river.", "doc0"))
    ours.refresh()
    for number in range(1, 5):
        theirs.add(make_document(f"Zebra number {number} crossed the river.", f"doc{number}"))
    theirs.refresh()
    monkeypatch.setattr(ours.store, "changes", lambda _since: pytest.fail("what is saved was read again"))
    assert {name for name, *_ in hits(ours, "zebra")} == {f"doc{number}" for number in range(5)}


def test_a_purge_from_a_large_index_leaves_no_words(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    monkeypatch.setattr(live, "_SMALL", 0)
    one = Library(tmp_path, encoder)
    one.add(make_document("The zebra crossed the river.", "doc0"))
    one.add(make_document("The quixotic giraffe stayed.", "doc1"))
    one.refresh()
    one.remove("doc1", purge=True)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"quixot" in data for data in files)
    assert hits(one, "zebra")
