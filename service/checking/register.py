"""The register of disagreements: found in the background, kept in the data folder, found anew when documents change."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.documents import Span
from index.errors import CitecheckError
from index.library import Library
from index.retriever import Retriever
from service.checking.disagreements import Disagreement, Progress, find_disagreements
from service.evidence.reader import EvidenceReader
from service.quotes import Citation, make_citation, parse_address

_FORMAT = 2


@dataclass(frozen=True, slots=True)
class DisagreementReport:
    """What is known of the disagreements among the documents as they are now.

    `working` means that they are being looked for: `done` of `total` passages. `failed` says that the search ended in
    an error; the log has it. Only `ready` lists what was found.
    """

    status: Literal["ready", "working", "failed"]
    done: int
    total: int
    disagreements: tuple[Disagreement, ...]


class Stopped(CitecheckError):
    """The search was stopped before its end."""


class DisagreementRegister:
    """Finds, keeps and reads disagreements of one library. Thread-safe."""

    def __init__(self, folder: Path, library: Library, retriever: Retriever, reader: EvidenceReader) -> None:
        """Keep the register in `folder`; nothing is searched yet."""
        self._path = folder / "disagreements.json"
        self._library = library
        self._retriever = retriever
        self._reader = reader
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._progress = (0, 0)
        self._failed: str | None = None

    def report(self) -> DisagreementReport:
        """Return what was found; where documents have changed since, begin to look anew in the background."""
        key = self._key()
        found = self._load(key)
        if found is not None:
            return DisagreementReport("ready", 0, 0, found)
        with self._lock:
            working = self._thread is not None and self._thread.is_alive()
            if not working and self._failed != key:
                self._thread = threading.Thread(target=self._work, args=(key,), name="disagreements", daemon=True)
                self._thread.start()
                working = True
            return DisagreementReport("working" if working else "failed", *self._progress, ())

    def find(self, on_progress: Progress) -> tuple[Disagreement, ...]:
        """Return the disagreements, found now unless they are known; what is found is kept."""
        key = self._key()
        found = self._load(key)
        return self._search(key, on_progress) if found is None else found

    def close(self) -> None:
        """Stop a search that is under way and wait for its end."""
        self._stopping.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _key(self) -> str:
        """Name the documents and the verifier that a register was made with."""
        generation = self._library.store.generation()
        return f"{_FORMAT}|{self._library.store.identity}|{generation}|{self._reader.verifier_fingerprint}"

    def _work(self, key: str) -> None:
        failed: str | None = key
        try:
            self._search(key, self._step)
            failed = None
        except Stopped:
            failed = None
        finally:
            # Whatever else went wrong is reported by the thread's own hook; asking again must not repeat it.
            with self._lock:
                self._failed = failed

    def _step(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise Stopped("The search for disagreements was stopped.", code="stopped")
        with self._lock:
            self._progress = (done, total)

    def _search(self, key: str, on_progress: Progress) -> tuple[Disagreement, ...]:
        # Over the documents as they are now: a search may otherwise still see those of before a change.
        self._library.refresh()
        found = find_disagreements(self._library, self._retriever, self._reader.verifier, on_progress)
        content = {"key": key, "disagreements": [_row(one) for one in found]}
        # A name of its own: a server and a command may both be at it.
        waiting = self._path.with_suffix(f".{os.getpid()}.new")
        waiting.write_text(json.dumps(content), encoding="utf-8")
        waiting.replace(self._path)
        return tuple(found)

    def _load(self, key: str) -> tuple[Disagreement, ...] | None:
        """Read the register; None when there is none for these documents, or when it was damaged."""
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            if content["key"] != key:
                return None
            return tuple(self._read(row) for row in content["disagreements"])
        except (OSError, ValueError, KeyError, TypeError, CitecheckError):
            return None

    def _read(self, row: dict[str, Any]) -> Disagreement:
        first, second = (self._read_side(row[side]) for side in ("first", "second"))
        return Disagreement(row["kind"], first, second, row["confidence"])

    def _read_side(self, side: dict[str, Any]) -> Citation:
        address = parse_address(side["id"])
        document = self._library.document(address.document_id, address.version)
        highlight = None if side["highlight"] is None else Span(*side["highlight"])
        return make_citation(document, address.span, section=tuple(side["section"]), highlight=highlight)


def _row(found: Disagreement) -> dict[str, Any]:
    sides = {"first": _side(found.first), "second": _side(found.second)}
    return {"kind": found.kind, **sides, "confidence": found.confidence}


def _side(citation: Citation) -> dict[str, Any]:
    marked = citation.highlight
    return {
        "id": citation.id,
        "section": list(citation.section),
        "highlight": None if marked is None else [marked.start, marked.end],
    }
