"""The vocabulary: the terms of a segment, sorted, in two plain arrays that can be mapped from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt


class Vocabulary:
    """Terms numbered in the order of their UTF-8 bytes; a term is found by bisection.

    Two arrays instead of a dictionary: a million terms are opened without being read.
    """

    def __init__(self, letters: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> None:
        """Term t is `letters[ends[t - 1]:ends[t]]`; `ends` ascends and starts with 0 left out."""
        self.letters = letters
        self.ends = ends

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        return (self[number].decode() for number in range(len(self)))

    def __getitem__(self, number: int) -> bytes:
        start = int(self.ends[number - 1]) if number else 0
        return self.letters[start : int(self.ends[number])].tobytes()

    def find(self, term: bytes) -> int | None:
        """Return the number of a term in UTF-8, or None."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < term:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.ends) and self[low] == term else None

    def all(self) -> list[bytes]:
        """Return every term, by number."""
        whole, ends = self.letters.tobytes(), self.ends.tolist()
        return [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def build_vocabulary(ordered: Iterable[bytes]) -> Vocabulary:
    """Return the vocabulary of terms that are distinct and in order."""
    terms = list(ordered)
    ends = np.cumsum([len(term) for term in terms], dtype=np.int64) if terms else np.empty(0, np.int64)
    return Vocabulary(np.frombuffer(b"".join(terms), dtype=np.uint8), ends)
