"""Watching files and folders: every change is followed soon, and no error in them ends the watch."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from index.errors import CitecheckError, InputError
from service.ingest import IngestReport

# Changes that come close together are followed at once: half a second of quiet, but five seconds at most.
_QUIET_MILLISECONDS = 500
_MOST_MILLISECONDS = 5_000
# What failed is tried again after so long, and so is a path that cannot be watched.
_AGAIN_MILLISECONDS = 5_000
_log = logging.getLogger(__name__)


def check_installed() -> None:
    """Raise InputError where the package that tells of changes is missing."""
    if find_spec("watchfiles") is None:
        raise InputError(
            "Watching needs the package watchfiles; install it with: pip install watchfiles.", code="package_missing"
        )


def follow(
    run: Callable[[], IngestReport], paths: Sequence[Path], *, ignored: Path, show: Callable[[IngestReport], None]
) -> None:
    """Run again after every change below `paths` and show what came of it, until Ctrl-C.

    What goes wrong is logged and tried again. Changes below `ignored`, the data folder, and in hidden files are none.
    """
    watched = [path.resolve() for path in paths]
    stopped = threading.Event()
    with suppress(KeyboardInterrupt), _noting_interrupts(stopped):
        _follow(run, _changes(watched, ignored.resolve(), stopped), show)


def _follow(run: Callable[[], IngestReport], changes: Iterator[bool], show: Callable[[IngestReport], None]) -> None:
    due, told, skipped = False, "", None
    for changed in changes:
        if not (changed or due):
            continue
        try:
            report = run()
        except (CitecheckError, OSError) as error:
            message = error.message if isinstance(error, CitecheckError) else f"Something cannot be read: {error}."
            # Said once, however often it is tried.
            if message != told:
                _log.error("%s", message)
            due, told = True, message
        else:
            due, told = False, ""
            if report.counts["unchanged"] < len(report.documents) or report.skipped != skipped:
                show(report)
            skipped = report.skipped


@contextmanager
def _noting_interrupts(stopped: threading.Event) -> Iterator[None]:
    """Set `stopped` on Ctrl-C as well as raising it: an exception raised while memory is tidied up is lost."""

    def note(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _changes(watched: Sequence[Path], ignored: Path, stopped: threading.Event) -> Iterator[bool]:
    """Yield True after changes and False after a while without, until `stopped`; KeyboardInterrupt ends it too."""
    from watchfiles import Change, watch

    def counts(_change: Change, name: str) -> bool:
        return _is_ours(Path(name), watched, ignored)

    while not stopped.is_set():
        known = [_identity(path) for path in watched]
        # What changed before the watch began has to be seen too.
        begins = True
        there = [path for path, identity in zip(watched, known, strict=True) if identity is not None]
        try:
            for changes in watch(
                *there,
                watch_filter=counts,
                debounce=_MOST_MILLISECONDS,
                step=_QUIET_MILLISECONDS,
                rust_timeout=_AGAIN_MILLISECONDS,
                stop_event=stopped,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            ):
                yield bool(changes) or begins
                begins = False
                if known != [_identity(path) for path in watched]:
                    break
        except OSError as error:
            # Perhaps there are more folders than the system lets anybody watch: then it is looked every few seconds.
            _log.info("changes cannot be told: %s", error)
            stopped.wait(_AGAIN_MILLISECONDS / 1000)
            yield True
        stopped.wait(_QUIET_MILLISECONDS / 1000)


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a folder from another one that was put or mounted in its place; None while there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_ours(path: Path, watched: Sequence[Path], ignored: Path) -> bool:
    """Whether a change is to be followed: hidden files are never taken, and the data folder changes with every run."""
    if path == ignored or ignored in path.parents:
        return False
    for top in watched:
        if path == top or top in path.parents:
            return not any(part.startswith(".") for part in path.relative_to(top).parts)
    return False
