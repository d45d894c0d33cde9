"""Reading a risky file in another process, which is killed when it takes too long."""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from index.errors import DocumentError, InputError, TooLarge
from index.formats.extracted import Extracted, broken
from index.formats.registry import NOT_INSTALLED, Format, check_libraries
from index.messages import shown
from index.metadata import Metadata

WALL_SECONDS = 30.0
_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parent.parent.parent


def read_apart(found: Format, data: bytes, *, name: str, max_bytes: int) -> Extracted:
    """Return what a file says, read by the module of its format.

    Raises DocumentError for a file that cannot be read, TooLarge for a text of more than `max_bytes` of UTF-8,
    InputError when a library is not installed.

    Whatever the file does to its reader happens in a process with 1 GB of memory, 25 seconds of computing and 30
    seconds in all. The process stays for the next file and ends when there was none for a minute.
    """
    check_libraries(found, name=name)
    job = {"module": found.module, "name": name, "max_bytes": max_bytes, "size": len(data)}
    answer, status, late = _worker.run(json.dumps(job).encode() + b"\n" + data)
    if late or status == -signal.SIGXCPU:
        raise DocumentError(
            f"{shown(name)} takes longer to read than {WALL_SECONDS:g} seconds; split it or simplify it.",
            code="takes_too_long",
        )
    if answer.get("error") == "memory" or status == -signal.SIGKILL:
        raise DocumentError(f"{shown(name)} needs too much memory to be read; split it.", code="takes_too_much_memory")
    if status != 0 or not answer:
        _log.info("the reader of %s failed (%s): %s", shown(name), status, answer.get("failure", "no trace"))
        raise broken(name, found.label)
    if answer.get("error") == "size":
        raise TooLarge(
            f"The text of {shown(name)} is larger than the limit of {max_bytes / 1_000_000:g} MB; split it or raise "
            "CITECHECK_MAX_DOCUMENT_MB.",
            code="document_too_large",
            limit_bytes=max_bytes,
        )
    if "error" in answer:
        kind = InputError if answer["error"] == NOT_INSTALLED else DocumentError
        raise kind(answer["message"], code=answer["error"])
    text, title, pages, unread = (answer["found"][key] for key in ("text", "title", "pages", "unread"))
    said = answer["found"]["metadata"]
    return Extracted(text, title, tuple(pages), tuple(unread), Metadata(**{**said, "tags": tuple(said["tags"])}))


class _Worker:
    """The other process, started when it is needed. Thread-safe: one file at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, job: bytes) -> tuple[dict[str, Any], int, bool]:
        """Return the answer, the exit code of the child that gave it, and whether the job was stopped for time."""
        with self._lock:
            try:
                lines, late = self._exchange(job)
                if not lines and not late:
                    # It was just leaving for lack of work.
                    self.close()
                    lines, late = self._exchange(job)
            except BaseException:
                # What it still answers must not be taken for the answer to the next job.
                self.close()
                raise
        if not lines or "status" not in lines[-1]:
            return {}, 1, late
        return (lines[0] if len(lines) > 1 else {}), lines[-1]["status"], late

    def _exchange(self, job: bytes) -> tuple[list[dict[str, Any]], bool]:
        process = self._running()
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(WALL_SECONDS, stop)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                _stream(process.stdin).write(job)
                _stream(process.stdin).flush()
            return list(_answers(_stream(process.stdout))), late.is_set()
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start()
        return self._process

    def close(self) -> None:
        """End the process and all it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            _kill(process)
        with suppress(BrokenPipeError):
            _stream(process.stdin).close()
        _stream(process.stdout).close()
        process.wait()

    def forget(self) -> None:
        """Leave the process to the one that started it: a forked copy of us must not use it."""
        self._process = None
        self._lock = threading.Lock()


def _answers(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the answers to a job up to the one that tells how its child ended, or until the process ends."""
    for line in stream:
        # A child that was ended while it wrote leaves half a line.
        with suppress(ValueError):
            answer = json.loads(line)
            yield answer
            if "status" in answer:
                return


def _start() -> subprocess.Popen[bytes]:
    # The same text on every machine: no locale, no time zone, no random order.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", "")))),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "index.formats.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("The process was started without its pipes.")
    return stream


_worker = _Worker()
atexit.register(_worker.close)
os.register_at_fork(after_in_child=_worker.forget)
