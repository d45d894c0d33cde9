"""Text files read line by line, gzipped or not, with refusals that name file and line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from index.errors import InputError


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank, and where it stands."""

    path: Path
    number: int
    text: str

    def refuse(self, problem: str) -> InputError:
        """Build the error to raise: `problem` says what is wrong and what to do, without a full stop."""
        return InputError(
            f"{self.path.name}, line {self.number}: {problem}.",
            code="bad_line",
            path=str(self.path),
            line=self.number,
        )

    def json_object(self) -> dict[str, Any]:
        """Parse the line; raises InputError unless it is a JSON object."""
        try:
            value = json.loads(self.text)
        except json.JSONDecodeError as error:
            raise self.refuse(f"not JSON ({error.msg} at column {error.colno}); write one object a line") from error
        except (ValueError, RecursionError) as error:
            raise self.refuse("its JSON is nested too deeply or has too long a number; correct it") from error
        if not isinstance(value, dict):
            raise self.refuse(f"expected a JSON object, found {type(value).__name__}; write one object a line")
        return value


def read_lines(path: Path) -> Iterator[Line]:
    """Stream the lines of a UTF-8 file that are not blank; raises InputError when it cannot be read as such."""
    number = 0
    try:
        with _open(path) as stream:
            for number, text in enumerate(stream, start=1):
                if text.strip():
                    yield Line(path, number, text.rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 after line {number}; convert it.", code="bad_file") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file; fetch it again.", code="bad_file") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path.", code="bad_file") from error


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def text_field(row: dict[str, Any], key: str, line: Line) -> str:
    """Return the value of `key`, a string; raises InputError for anything else."""
    value = row.get(key)
    if not isinstance(value, str):
        raise line.refuse(f"{key!r} is {'not a string' if key in row else 'missing'}; correct it")
    return value


def list_field(row: dict[str, Any], key: str, line: Line) -> list[Any]:
    """Return the value of `key`, a list; raises InputError for anything else."""
    value = row.get(key)
    if not isinstance(value, list):
        raise line.refuse(f"{key!r} is {'not a list' if key in row else 'missing'}; correct it")
    return value


def flag_field(row: dict[str, Any], key: str, line: Line) -> bool:
    """Return the value of `key`, true or false, false when absent; raises InputError for anything else."""
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise line.refuse(f"{key!r} is not true or false; correct it")
    return value
