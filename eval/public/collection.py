"""What a file of a public format gives: its gold, and the documents that gold is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eval.claimset import GoldClaim
from eval.goldfiles import Gold
from eval.goldset import GoldItem
from index.documents import Document
from index.errors import InputError
from index.loading import load_text

ItemT = TypeVar("ItemT", GoldItem, GoldClaim)


@dataclass(frozen=True, slots=True)
class Collection:
    """Gold, and its documents in the order of the file; `documents` streams them anew each time it is called."""

    gold: Gold
    documents: Callable[[], Iterator[Document]]

    @staticmethod
    def of(
        files: tuple[Path, ...],
        documents: Iterable[Document],
        *,
        questions: tuple[GoldItem, ...] = (),
        claims: tuple[GoldClaim, ...] = (),
    ) -> Collection:
        """Join gold and documents that fit in memory."""
        kept = tuple(documents)
        return Collection(Gold(questions, claims, (), (), (), files), lambda: iter(kept))


def document_of(path: Path, text: str, identity: str, title: str) -> Document:
    """Return a document of a file; raises InputError where its text is none."""
    try:
        return load_text(text, document_id=identity, title=title, source="")
    except InputError as error:
        raise InputError(f"{path.name}, document {identity!r}: {error.message}", code="bad_file") from error


def unique(path: Path, items: Iterable[ItemT]) -> tuple[ItemT, ...]:
    """Return the items; raises InputError where two have one id."""
    found: dict[str, ItemT] = {}
    for item in items:
        if item.id in found:
            raise InputError(f"{path.name}: the id {item.id!r} stands twice; give each item its own.", code="bad_file")
        found[item.id] = item
    return tuple(found.values())
