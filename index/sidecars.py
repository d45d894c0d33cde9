"""Sidecars: `report.pdf.meta.json` beside `report.pdf` says what a person knows of the document in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from index.errors import DocumentError
from index.messages import shown
from index.metadata import METADATA_NAMES, Description, one_line, stated_metadata

SIDECAR = ".meta.json"
DESCRIBING = ("title", *METADATA_NAMES)
_MAX_BYTES = 100_000


def sidecar_of(path: Path) -> Path:
    """Return where the sidecar of a file would stand."""
    return path.with_name(path.name + SIDECAR)


def read_sidecar(path: Path) -> Description:
    """Return what a sidecar says; raises DocumentError for one that cannot be read or says what nobody understands."""
    # Asked first: opening a pipe would wait for a writer.
    if not path.is_file():
        raise DocumentError(f"{shown(path.name)} is not a regular file; remove it.", code="bad_sidecar")
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        said = json.loads(content.decode("utf-8-sig")) if len(content) <= _MAX_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise _bad_sidecar(path) from error
    if not isinstance(said, dict):
        raise _bad_sidecar(path)
    return describe(said, where=path.name, others=())


def describe(said: Mapping[str, object], *, where: str, others: Collection[str]) -> Description:
    """Return the title and metadata in a mapping that may have keys in `others` too.

    Raises DocumentError that names the first key nobody understands, or the value that cannot be kept.
    """
    unknown = next((key for key in said if key not in DESCRIBING and key not in others), None)
    if unknown is not None:
        raise DocumentError(
            f"{shown(where)} has the key {shown(unknown, limit=80)!r}, which says nothing here; the keys are "
            f"{', '.join((*DESCRIBING, *others))}.",
            code="unknown_metadata",
            key=unknown,
        )
    title = said.get("title")
    if title is not None and not (isinstance(title, str) and one_line(title)):
        raise DocumentError(f"The title in {shown(where)} cannot be used; write it as text.", code="bad_metadata")
    return Description(one_line(title) if isinstance(title, str) else None, stated_metadata(said, where=where))


def _bad_sidecar(path: Path) -> DocumentError:
    return DocumentError(
        f"{shown(path.name)} is not a JSON object in UTF-8 of at most {_MAX_BYTES // 1000} kB; mend it or remove it.",
        code="bad_sidecar",
    )
