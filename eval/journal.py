"""A run while it is made: what was begun, and every finished piece of work, kept so that it can be gone on with."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter, ValidationError

from eval.holding import held
from eval.request import Request
from eval.results import ItemResult, Provenance, QueryResult
from eval.scored import Scored
from index.errors import InputError

BEGUN_FILE = "begun.json"
DONE_FILE = "done.jsonl"
# What must not have changed when a run is gone on with: its items would not be of one product.
_SAME = ("settings", "models", "index", "gold", "code")


@dataclass(frozen=True, slots=True)
class Begun:
    """What a run was asked for, and where it comes from."""

    request: Request
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Done:
    """A finished piece of a run, by its name: a question, a query, or the items of anything else."""

    name: str
    question: ItemResult | None
    query: QueryResult | None
    scored: tuple[Scored, ...]


_BEGUN = TypeAdapter(Begun)
_DONE = TypeAdapter(Done)


class Journal:
    """The finished pieces of a run in its folder, one line each, whole or not at all. Thread-safe."""

    def __init__(self, stream: IO[bytes], known: dict[str, Done]) -> None:
        """Go on after the lines that are `known`."""
        self._stream = stream
        self._lock = threading.Lock()
        self.known = known

    def keep(self, done: Done) -> None:
        """Add a finished piece; raises InputError where it cannot be written."""
        line = _DONE.dump_json(done) + b"\n"
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError as error:
                raise InputError(
                    f"{self._stream.name} cannot be written ({error.strerror}); make room, then go on with --resume.",
                    code="bad_out",
                ) from error


@contextmanager
def begin(folder: Path, begun: Begun) -> Iterator[Journal]:
    """Begin a run in `folder`, which is new or empty; raises InputError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{BEGUN_FILE}"
        with partial.open("wb") as stream:
            stream.write(_BEGUN.dump_json(begun, indent=2))
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(folder / BEGUN_FILE)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); name another.", code="bad_out") from error
    with held(folder, wait=False), (folder / DONE_FILE).open("wb") as stream:
        yield Journal(stream, {})


@contextmanager
def go_on(folder: Path, begun: Begun, now: Provenance) -> Iterator[Journal]:
    """Go on with a run; raises InputError where `now` is not what it was begun with, or another process is at it."""
    changed = [name for name in _SAME if getattr(begun.provenance, name) != getattr(now, name)]
    if changed:
        raise InputError(
            f"{folder} was begun with other {', '.join(changed)}: {_differences(begun.provenance, now, changed)}; "
            "restore that or begin a new run.",
            code="run_changed",
        )
    path = folder / DONE_FILE
    with held(folder, wait=False):
        known = _read_done(path)
        with path.open("ab") as stream:
            yield Journal(stream, known)


def read_begun(folder: Path) -> Begun:
    """Read what a run in `folder` was begun with; raises InputError where there is none to go on with."""
    try:
        return _BEGUN.validate_json((folder / BEGUN_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        finished = (folder / "run.json").is_file()
        raise InputError(
            f"{folder} is {'finished' if finished else 'no run that was begun'}; "
            "name the folder of a run that was interrupted.",
            code="not_begun",
        ) from error


def is_unfinished(folder: Path) -> bool:
    """Whether a run was begun in `folder` and is not finished."""
    return (folder / BEGUN_FILE).exists()


def end(folder: Path) -> None:
    """Mark a run whose results are all written as finished."""
    (folder / DONE_FILE).unlink(missing_ok=True)
    (folder / BEGUN_FILE).unlink(missing_ok=True)


def _read_done(path: Path) -> dict[str, Done]:
    """Read the finished pieces and cut off a line that was not finished, with all behind it."""
    known: dict[str, Done] = {}
    whole = 0
    try:
        with path.open("r+b") as stream:
            for line in stream:
                done = _whole(line)
                if done is None:
                    break
                known[done.name] = done
                whole += len(line)
            stream.truncate(whole)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).", code="bad_out") from error
    return known


def _whole(line: bytes) -> Done | None:
    if not line.endswith(b"\n"):
        return None
    try:
        return _DONE.validate_json(line)
    except ValidationError:
        return None


def _differences(before: Provenance, now: Provenance, names: list[str]) -> str:
    return "; ".join(f"{name} {_short(getattr(before, name), getattr(now, name))}" for name in names)


def _short(before: object, now: object) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
        return ", ".join(f"{key} {before.get(key)} and now {now.get(key)}" for key in keys)
    return f"{before} and now {now}"
