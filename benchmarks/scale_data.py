"""The folder of texts and vectors that benchmarks.scale_corpus makes and the scale benchmarks read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors


def document_text(passages: Sequence[str]) -> str:
    """Return the text of a document that is cut into exactly these passages."""
    return "\n\n".join(passages)


def write_atomically(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


class ScaleData:
    """Passages, a line each with an empty line between documents, spare ones and queries, a line each, and vectors."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which need not exist yet."""
        self.folder = folder
        self.passages_file = folder / "passages.txt"
        self.queries_file = folder / "queries.txt"
        self.spare_file = folder / "spare.txt"
        self.query_vectors_file = folder / "queries.npy"
        self._vectors_file = folder / "passages.f32"
        self._encoded_file = folder / "encoded.txt"

    def documents(self, count: int | None) -> Iterator[list[str]]:
        """Yield the passages of each document until `count` passages are out; all documents without `count`."""
        left = -1 if count is None else count
        held: list[str] = []
        with self.passages_file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                if left == 0:
                    break
                if line == "\n":
                    yield held
                    held = []
                else:
                    held.append(line.removesuffix("\n"))
                    left -= 1
        if held:
            yield held

    def texts(self, count: int | None) -> Iterator[str]:
        """Yield the first `count` passages, or all."""
        every = (text for held in self.documents(count) for text in held)
        return islice(every, count)

    def spare(self) -> list[str]:
        """Return passages that are in no document: for what is added in the course of a benchmark."""
        return self.spare_file.read_text(encoding="utf-8").splitlines()

    def queries(self) -> list[str]:
        """Return the queries."""
        return self.queries_file.read_text(encoding="utf-8").splitlines()

    def encoded(self) -> int:
        """Return how many passages have their vectors, from the first on."""
        return int(self._encoded_file.read_text()) if self._encoded_file.exists() else 0

    def save_encoded(self, count: int) -> None:
        """Note that the first `count` passages have their vectors."""
        write_atomically(self._encoded_file, str(count))

    def vectors(self, count: int, dimensions: int) -> Vectors:
        """Return the vectors of the first `count` passages, mapped from the disk; shape (count, dimensions)."""
        return np.memmap(self._vectors_file, dtype=np.float32, mode="r", shape=(count, dimensions))

    def vectors_to_fill(self, count: int, dimensions: int) -> np.memmap[tuple[int, int], np.dtype[np.float32]]:
        """Return the file of all vectors for writing; what is in it stays."""
        size = count * dimensions * np.dtype(np.float32).itemsize
        with self._vectors_file.open("ab") as file:
            file.truncate(size)
        return np.memmap(self._vectors_file, dtype=np.float32, mode="r+", shape=(count, dimensions))

    def query_vectors(self) -> Vectors:
        """Return the vectors of the queries, in their order."""
        vectors: npt.NDArray[np.float32] = np.load(self.query_vectors_file, allow_pickle=False)
        return vectors

    def save_query_vectors(self, vectors: Vectors) -> None:
        """Keep the vectors of the queries."""
        np.save(self.query_vectors_file, vectors)
