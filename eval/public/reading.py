"""Files of other people, read within bounds: no line or document of JSON is taken in that would fill the memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from index.errors import InputError
from service.lines import Line, read_lines

MAX_LINE_BYTES = 16_000_000
MAX_JSON_BYTES = 512_000_000
_MEGABYTE = 1_000_000
_CHUNK = 1 << 20


def bounded_lines(path: Path) -> Iterator[Line]:
    """Stream the lines of a file, gzipped or not; raises InputError for one beyond MAX_LINE_BYTES before reading it."""
    check_lines(path)
    return read_lines(path)


def check_lines(path: Path) -> None:
    """Raise InputError naming the first line that is longer than MAX_LINE_BYTES."""
    number, length = 1, 0
    for chunk in _chunks(path):
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            _check_line(path, number, length + len(part))
            number, length = number + 1, 0
        length += len(rest)
        _check_line(path, number, length)


def read_whole(path: Path) -> bytes:
    """Return the content of a file, gzipped or not, without a byte order mark; raises InputError beyond the limit."""
    parts, size = [], 0
    for chunk in _chunks(path):
        size += len(chunk)
        if size > MAX_JSON_BYTES:
            raise InputError(
                f"{path.name} is larger than {MAX_JSON_BYTES // _MEGABYTE} MB; split it, or write one object a line.",
                code="too_large",
            )
        parts.append(chunk)
    return b"".join(parts).removeprefix(b"\xef\xbb\xbf")


def first_line(path: Path) -> bytes:
    """Return the first line with anything in it, or as much of it as stands in the first megabyte."""
    for chunk in _chunks(path):
        return chunk.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    return b""


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with _open(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file; fetch it again.", code="bad_file") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path.", code="bad_file") from error


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _check_line(path: Path, number: int, length: int) -> None:
    if length > MAX_LINE_BYTES:
        raise Line(path, number, "").refuse(f"longer than {MAX_LINE_BYTES // _MEGABYTE} MB; write one object a line")
