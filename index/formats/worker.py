"""The process that reads risky files: one forked child for each file, under limits of memory and time.

It is run by `index/formats/isolation.py`. A job comes on standard input as a line of JSON and the file's bytes; its
answer goes to standard output as lines of JSON: what was extracted or the error in our words, then how the child ended.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any

from index.errors import InputError
from index.formats.extracted import Extracted, nested_too_deeply
from index.formats.registry import NOT_INSTALLED
from index.messages import shown

MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 25
_IDLE_SECONDS = 60
_FRAMES = 5_000


def main() -> None:
    """Serve jobs until the input ends or none has come for a while."""
    # What a library prints must not get between the answers.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        while select.select([sys.stdin], [], [], _IDLE_SECONDS)[0]:
            header = sys.stdin.buffer.readline()
            if not header:
                return
            job = json.loads(header)
            data = sys.stdin.buffer.read(job["size"])
            _write(answers, {"status": _run(answers, job, data)})


def _run(answers: IO[bytes], job: dict[str, Any], data: bytes) -> int:
    """Do a job in a child and return its exit code, negative for the signal that ended it."""
    # Imported here and not in the child, so that only the first file of a format waits for its library.
    try:
        module = importlib.import_module(job["module"])
    except ImportError as error:
        _write(answers, {"error": NOT_INSTALLED, "message": _cannot_import(job["name"], error)})
        return 0
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _limit()
            _write(answers, _answer(module.read, job["name"], data, job["max_bytes"]))
            code = 0
        finally:
            # Whatever goes wrong in a library ends here: the parent says that the file is broken.
            if code:
                _write(answers, {"failure": traceback.format_exc(limit=-2)})
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _cannot_import(name: str, error: ImportError) -> str:
    return f"{shown(name)} cannot be read ({error}); run pip install 'citecheck[formats]'."


def _limit() -> None:
    sys.setrecursionlimit(_FRAMES)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems know a limit and do not let it be set; the time limit of the parent holds anyway.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _answer(read: Any, name: str, data: bytes, max_bytes: int) -> dict[str, Any]:  # noqa: ANN401 - a module's function
    try:
        found: Extracted = read(data, name)
    except InputError as error:
        return {"error": error.code, "message": error.message}
    except MemoryError:
        return {"error": "memory"}
    except RecursionError:
        deep = nested_too_deeply(name)
        return {"error": deep.code, "message": deep.message}
    if len(found.text.encode("utf-8", "replace")) > max_bytes:
        return {"error": "size"}
    return {"found": asdict(found)}


def _write(answers: IO[bytes], answer: dict[str, Any]) -> None:
    # The line before may have been cut off when a child was ended.
    answers.write(b"\n" + json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
