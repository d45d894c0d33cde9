"""A purge leaves nothing of a document in the data folder: not its texts, and not the vectors made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import make_document
from index.encoder import Encoder
from index.library import Library
from index.retriever import HybridRetriever

OLD = make_document("The zebra crossed the river at dawn.", "zebra")
NEW = make_document("The zebra crossed the river at noon, and a lion watched.", "zebra")


def files_with(folder: Path, content: bytes) -> list[str]:
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and content in path.read_bytes()]


@pytest.mark.parametrize("taken_out_before", [False, True])
def test_vectors_of_every_version_are_purged(tmp_path: Path, encoder: Encoder, taken_out_before: bool) -> None:
    library = Library(tmp_path, encoder)
    library.add(make_document("The giraffe stayed at home.", "giraffe"))
    gone = []
    for document in (OLD, NEW):
        library.add(document)
        library.refresh()
        texts = [passage.index_text for passage in library.passages_of(document)]
        gone += [vector.tobytes() for vector in library.vectors(texts)]
    (stays,) = library.vectors(["The giraffe stayed at home."])
    assert all("citecheck.sqlite" in " ".join(files_with(tmp_path, vector)) for vector in gone)
    assert [name for name in files_with(tmp_path, gone[-1]) if name.endswith(".npy")]
    if taken_out_before:
        library.remove("zebra")
    library.remove("zebra", purge=True)
    assert [files_with(tmp_path, vector) for vector in gone] == [[]] * len(gone)
    assert files_with(tmp_path, stays.tobytes())
    again = library.vectors([passage.index_text for passage in library.passages_of(NEW)])
    assert np.allclose(again[-1], np.frombuffer(gone[-1], dtype=np.float32), atol=1e-6)
    library.close()


def test_a_vector_that_another_document_shares_is_made_again(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.add(OLD)
    library.add(make_document(OLD.text, "copy"))
    library.refresh()
    library.remove("zebra", purge=True)
    library.live.compact(always=True)
    library.close()
    for path in (tmp_path / "derived").rglob("*.npy"):
        path.unlink()
    library = Library(tmp_path, encoder)
    assert HybridRetriever(library).search("zebra", 5, None)[0].passage.document_id == "copy"
    library.close()
