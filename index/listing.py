"""Listing: which files of the given paths become documents, and why the others do not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import DocumentClash, DocumentError
from index.files import digest_of_file
from index.messages import shown
from index.metadata import NO_DESCRIPTION, Description
from index.naming import SUPPORTED_SUFFIXES, check_suffix, document_id_for, is_document_id
from index.sidecars import SIDECAR, describe, read_sidecar, sidecar_of

MANIFEST = "manifest.json"
# What a manifest's entry may hold beside a description; those that say where a file is from are for people.
_ENTRY = ("file", "id", "sha256", "characters", "origin", "licence")
_MAX_MANIFEST_BYTES = 32_000_000
# What citecheck itself writes into a data folder, which may lie in a folder that is indexed.
_STORE = "citecheck.sqlite"
_OUR_FILES = re.compile(r"(citecheck|conversations)\.sqlite(-.+)?|(writer|open)\.lock|(restore|disagreements)\.json")
_OUR_FOLDERS = frozenset({"derived"})
_NOT_UNICODE = "The name is not valid UTF-8; rename the file or its folder."


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read; `said` is what a sidecar or a manifest says of it.

    `place` is its path resolved, `root` that of the folder given under which it was found, "" for a file named
    outright.
    """

    path: Path
    place: str
    document_id: str
    said: Description
    root: str

    @property
    def title(self) -> str | None:
        """What a sidecar or a manifest calls it."""
        return self.said.title


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not taken, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What was found under the given paths."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]


def find_files(paths: Sequence[Path]) -> FolderListing:
    """Return the documents among files and folders, in a fixed order.

    Raises DocumentError for a path that is missing, a file named outright in a format we cannot read, or a manifest
    that does not fit its files; DocumentClash when two files yield the same document id.
    """
    found: list[SourceFile | Skipped] = []
    for path in paths:
        found += _found_at(Path(path))
    files: dict[str, SourceFile] = {}
    for item in found:
        if isinstance(item, SourceFile):
            files.setdefault(item.place, item)
    _refuse_clashes(files.values())
    return FolderListing(tuple(files.values()), tuple(item for item in found if isinstance(item, Skipped)))


def _found_at(path: Path) -> Iterator[SourceFile | Skipped]:
    if path.is_dir():
        yield from _walk(path)
    elif path.exists():
        check_suffix(path.name)
        place = str(path.resolve())
        if not _is_unicode(path, place):
            raise DocumentError(f"{shown(str(path))}: {_NOT_UNICODE}", code="bad_file_name")
        yield SourceFile(path, place, document_id_for(path.name), _said_beside(path), "")
    else:
        raise DocumentError(f"There is no file or folder {shown(str(path))}; check the path.", code="path_missing")


def _walk(top: Path) -> Iterator[SourceFile | Skipped]:
    errors: list[OSError] = []
    root = str(top.resolve())
    seen = {root}
    for folder_name, folders, names in os.walk(top, followlinks=True, onerror=errors.append):
        folder = Path(folder_name)
        if _STORE in names:
            folders[:] = [name for name in folders if name not in _OUR_FOLDERS]
            names = [name for name in names if not _OUR_FILES.fullmatch(name)]
        entries = _manifest_entries(folder, root) if MANIFEST in names else None
        if entries is not None:
            folders.clear()
            yield from entries
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and _is_new(folder / name, seen))
        taken, real = frozenset(names), os.path.realpath(folder)
        yield from (
            found
            for name in sorted(names)
            if not name.startswith(".") and (found := _sorted_out(folder / name, real, taken, root)) is not None
        )
    yield from (Skipped(Path(str(error.filename)), "The folder cannot be read.") for error in errors)


def _is_new(folder: Path, seen: set[str]) -> bool:
    """Note a folder; links may lead in a circle or to the same folder twice."""
    target = os.path.realpath(folder)
    if target in seen:
        return False
    seen.add(target)
    return True


def _sorted_out(path: Path, folder: str, names: frozenset[str], root: str) -> SourceFile | Skipped | None:
    """Return what becomes of a file among `names` of its folder; nothing becomes of a sidecar by itself.

    `folder` is the folder's path resolved: resolving that of every file would take most of the time of a run.
    """
    if path.name.endswith(SIDECAR):
        lonely = path.name.removesuffix(SIDECAR) not in names
        return Skipped(path, "There is no file beside it that it could describe.") if lonely else None
    # Not Path.resolve: it raises RuntimeError for a link that leads to itself.
    place = os.path.realpath(path) if path.is_symlink() else f"{folder.rstrip(os.sep)}{os.sep}{path.name}"
    reason = _unusable(path, place)
    if reason is not None:
        return Skipped(path, reason)
    try:
        said = _said_beside(path) if path.name + SIDECAR in names else NO_DESCRIPTION
    except DocumentError as error:
        return Skipped(path, error.message)
    return SourceFile(path, place, document_id_for(path.name), said, root)


def _said_beside(path: Path) -> Description:
    sidecar = sidecar_of(path)
    return read_sidecar(sidecar) if sidecar.exists() else NO_DESCRIPTION


def _unusable(path: Path, place: str) -> str | None:
    """Return why a file in a folder is not taken, None if it is."""
    if path.suffix.lower() not in SUPPORTED_SUFFIXES:
        return f"Only {' '.join(SUPPORTED_SUFFIXES)} files are taken from folders."
    try:
        if not path.is_file():
            return "It is not a regular file or its link leads nowhere."
    except OSError as error:
        return f"It cannot be looked at ({error.strerror or 'input error'})."
    return None if _is_unicode(path, place) else _NOT_UNICODE


def _is_unicode(path: Path, place: str) -> bool:
    """Whether a path is text: Linux allows names of any bytes, but the store and the answers hold UTF-8 only."""
    try:
        f"{path}{place}".encode()
    except UnicodeEncodeError:
        return False
    return True


def _manifest_entries(folder: Path, root: str) -> list[SourceFile] | None:
    """Return the files a manifest names, or None if the file is some other program's manifest."""
    if not (folder / MANIFEST).is_file():
        raise DocumentError(f"{shown(str(folder / MANIFEST))} is not a regular file; mend it.", code="bad_manifest")
    try:
        content = json.loads(_manifest_text(folder / MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"{shown(str(folder / MANIFEST))} is not valid JSON; mend it.", code="bad_manifest"
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("documents"), list):
        return None
    return [_manifest_entry(folder, entry, root) for entry in content["documents"]]


def _manifest_text(path: Path) -> str:
    """Return what a manifest holds; raises OSError, ValueError, and DocumentError for one too large to be one."""
    with path.open("rb") as file:
        content = file.read(_MAX_MANIFEST_BYTES + 1)
    if len(content) > _MAX_MANIFEST_BYTES:
        raise DocumentError(
            f"{shown(str(path))} is larger than {_MAX_MANIFEST_BYTES // 1_000_000} MB; split the folder or rename the "
            "file.",
            code="bad_manifest",
        )
    return content.decode("utf-8")


def _manifest_entry(folder: Path, entry: object, root: str) -> SourceFile:
    fields = entry if isinstance(entry, dict) else {}
    name, title = fields.get("file"), fields.get("title")
    if not isinstance(name, str) or Path(name).name != name or not isinstance(title, str | None):
        raise _bad_entry(folder)
    said = describe(fields, where=f"the entry of {shown(name)} in {folder / MANIFEST}", others=_ENTRY)
    known = fields.get("id", document_id_for(name))
    if not isinstance(known, str) or not is_document_id(known):
        raise _bad_entry(folder)
    path = folder / name
    place = _check_manifest_file(path, fields.get("sha256"))
    return SourceFile(path, place, known, said, root)


def _bad_entry(folder: Path) -> DocumentError:
    return DocumentError(
        f"An entry of {shown(str(folder / MANIFEST))} is not usable; each needs a file beside it, a title and an id: "
        "letters, digits, '.', '_' and '-'.",
        code="bad_manifest",
    )


def _check_manifest_file(path: Path, sha256: object) -> str:
    """Return the file's path resolved; raises DocumentError for one that is not as the manifest says."""
    check_suffix(path.name)
    # Asked first: opening a pipe would wait for a writer, and a name with a null byte cannot be opened at all.
    if not path.is_file():
        raise DocumentError(
            f"The manifest names {shown(path.name)}, which is not a file; restore the file or drop the entry.",
            code="bad_manifest",
        )
    place = str(path.resolve())
    if not _is_unicode(path, place):
        raise DocumentError(f"The manifest names {shown(path.name)}. {_NOT_UNICODE}", code="bad_manifest")
    if sha256 is None:
        return place
    try:
        found = digest_of_file(path)
    except OSError as error:
        raise DocumentError(
            f"The manifest names {shown(path.name)}, which cannot be read; restore the file or drop the entry.",
            code="bad_manifest",
        ) from error
    if sha256 != found:
        raise DocumentError(
            f"{shown(path.name)} is not the file its manifest describes (its SHA-256 differs); restore the file or "
            "update the manifest.",
            code="manifest_mismatch",
        )
    return place


def _refuse_clashes(files: Iterable[SourceFile]) -> None:
    first: dict[str, Path] = {}
    for file in files:
        other = first.setdefault(file.document_id, file.path)
        if other is not file.path:
            raise DocumentClash(
                f"{shown(str(other))} and {shown(str(file.path))} would both be document {file.document_id}; "
                "rename one of them.",
                code="document_clash",
                document_id=file.document_id,
                paths=[str(other), str(file.path)],
            )
