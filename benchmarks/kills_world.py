"""What a data folder must hold after so many writes: the writes follow from a seed, so two processes agree on them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from index.documents import Document, content_sha256
from index.metadata import Metadata

Kind = Literal["put", "several", "describe", "remove", "purge"]

_NAMES = tuple(f"doc{number}" for number in range(10))
_KINDS: tuple[Kind, ...] = ("put", "put", "put", "put", "several", "describe", "describe", "remove", "purge", "purge")
_WORDS = ("river", "bridge", "market", "harvest", "army", "council", "winter", "teacher", "border", "paper", "engine")


@dataclass(frozen=True, slots=True)
class Write:
    """The `number`-th write, from 0: documents to put in together, or one to take out."""

    number: int
    kind: Kind
    documents: tuple[Document, ...]
    document_id: str


class World:
    """What is there after the writes so far: current documents, and every text that is kept for old citations."""

    def __init__(self, seed: int) -> None:
        """Begin with an empty folder."""
        self._seed = seed
        self.done = 0
        self.current: dict[str, Document] = {}
        self.kept: dict[tuple[str, str], str] = {}
        self.gone: list[str] = []

    def advance(self, count: int) -> World:
        """Make so many writes happen."""
        for _ in range(count):
            self._apply(self.next())
        return self

    def next(self) -> Write:
        """Return the write that comes next."""
        chance = random.Random(f"{self._seed}/{self.done}")
        kind = chance.choice(_KINDS)
        names = sorted(self.current)
        # Taking out or describing wants a document that is there; a purge one that was ever there.
        if kind in ("describe", "remove") and names:
            document_id = chance.choice(names)
        elif kind == "purge" and self.kept:
            document_id = chance.choice(sorted(self.kept))[0]
        else:
            kind = "several" if kind == "several" else "put"
            chosen = chance.sample(_NAMES, 3 if kind == "several" else 1)
            return Write(self.done, kind, tuple(self._new(name, chance) for name in chosen), "")
        if kind == "describe":
            described = _described(self.current[document_id], chance)
            return Write(self.done, kind, (described,), document_id)
        return Write(self.done, kind, (), document_id)

    def marks(self) -> dict[str, str]:
        """Return a word that stands in one current document only, for each of them."""
        return {name: _mark(document.text) for name, document in self.current.items()}

    def _new(self, name: str, chance: random.Random) -> Document:
        mark = f"{name}mark{self.done}x"
        sentences = [f"The {mark} was seen at the {chance.choice(_WORDS)}."]
        sentences += [
            f"In the {chance.choice(_WORDS)} a {chance.choice(_WORDS)} met the {chance.choice(_WORDS)}."
            for _ in range(chance.choice((0, 3, 30, 120)))
        ]
        text = " ".join(sentences)
        return Document(name, f"About {name}", text, content_sha256(text), "", metadata=_metadata(chance))

    def _apply(self, write: Write) -> None:
        self.done += 1
        for document in write.documents:
            replaced = self.current.get(document.id)
            if replaced is not None and replaced.version != document.version:
                self.gone.append(_mark(replaced.text))
            self.current[document.id] = document
            self.kept[document.id, document.version] = document.text
        if write.kind in ("remove", "purge"):
            taken = self.current.pop(write.document_id, None)
            if taken is not None:
                self.gone.append(_mark(taken.text))
        if write.kind == "purge":
            self.kept = {key: text for key, text in self.kept.items() if key[0] != write.document_id}


def _mark(text: str) -> str:
    return text.split()[1]


def _described(document: Document, chance: random.Random) -> Document:
    return Document(
        document.id, document.title, document.text, document.sha256, document.source, metadata=_metadata(chance)
    )


def _metadata(chance: random.Random) -> Metadata:
    tags = tuple(sorted(chance.sample(_WORDS, 2)))
    return Metadata(f"Author {chance.randrange(1000)}", f"20{chance.randrange(10, 30)}-01", "en", tags, None)
