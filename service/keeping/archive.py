"""The file that a backup is: a zip of databases with a manifest of their sizes and SHA-256, read with suspicion."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from index.errors import InputError
from service.keeping.files import DATABASES

# Told how many more bytes are done.
Step = Callable[[int], None]

FORMAT = 1
_KIND = "citecheck backup"
_MANIFEST = "manifest.json"
_MANIFEST_BYTES = 100_000
_LINE_CHARACTERS = 200
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A database in a backup: its file's length and hash, and the number of the format of its tables."""

    name: str
    bytes: int
    sha256: str
    format: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `made_at` is ISO 8601 in UTC, `citecheck` the version that made it."""

    made_at: str
    citecheck: str
    documents: int
    databases: tuple[Packed, ...]

    @property
    def total(self) -> int:
        """The length of all databases together, in bytes."""
        return sum(database.bytes for database in self.databases)


def pack(archive: zipfile.ZipFile, path: Path, form: str, step: Step) -> Packed:
    """Put a database into an archive under its own name."""
    digest, length = hashlib.sha256(), 0
    info = zipfile.ZipInfo.from_file(path, path.name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            digest.update(chunk)
            length += len(chunk)
            step(len(chunk))
    return Packed(path.name, length, digest.hexdigest(), form)


def seal(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the manifest into an archive."""
    content = {"kind": _KIND, "format": FORMAT, **asdict(manifest)}
    archive.writestr(_MANIFEST, json.dumps(content, indent=1), zipfile.ZIP_DEFLATED)


def unpack(archive: zipfile.ZipFile, packed: Packed, target: Path, step: Step) -> None:
    """Write a database of an archive to a new file; raises InputError unless it is what the manifest says."""
    digest, length = hashlib.sha256(), 0
    try:
        with archive.open(packed.name) as source, target.open("xb") as file:
            # Never more than was announced, whatever the compressed bytes unfold to.
            while length < packed.bytes and (chunk := source.read(min(_CHUNK, packed.bytes - length))):
                file.write(chunk)
                digest.update(chunk)
                length += len(chunk)
                step(len(chunk))
            file.flush()
            os.fsync(file.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(packed.name) from error
    if (length, digest.hexdigest()) != (packed.bytes, packed.sha256):
        raise _damaged(packed.name)


def open_archive(file: IO[bytes], name: str) -> tuple[zipfile.ZipFile, Manifest]:
    """Return the archive in a file and what it says it holds; raises InputError for anything but a backup."""
    try:
        archive = zipfile.ZipFile(file)
        info = archive.getinfo(_MANIFEST)
        # Other ways of packing may ask for any amount of memory to unpack.
        if info.file_size > _MANIFEST_BYTES or any(one.compress_type not in _PACKINGS for one in archive.infolist()):
            raise _foreign(name)
        content = json.loads(archive.read(info))
        manifest = _manifest(content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise _foreign(name) from error
    if content.get("kind") != _KIND:
        raise _foreign(name)
    if content.get("format") != FORMAT:
        raise InputError(
            f"{name} is a backup of format {str(content.get('format'))[:20]} and this citecheck reads {FORMAT}; use "
            "the release that made it.",
            code="backup_format",
        )
    _check_members(archive.infolist(), manifest, name)
    return archive, manifest


def _manifest(content: dict[str, Any]) -> Manifest:
    databases = tuple(
        Packed(_line(item["name"]), _count(item["bytes"]), _line(item["sha256"]), _line(item["format"]))
        for item in content["databases"]
    )
    made_at = datetime.fromisoformat(_line(content["made_at"])).isoformat()
    return Manifest(made_at, _line(content["citecheck"]), _count(content["documents"]), databases)


def _line(value: object) -> str:
    """Return a short text that can be shown; raises ValueError for anything else."""
    if not isinstance(value, str) or len(value) > _LINE_CHARACTERS or not value.isprintable():
        raise ValueError("not a short line of text")
    return value


def _count(value: object) -> int:
    """Return a whole number from 0 on; raises ValueError for anything else, which JSON may well hold."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a whole number from 0 on")
    return value


def _check_members(members: Iterable[zipfile.ZipInfo], manifest: Manifest, name: str) -> None:
    """Take the databases by name and nothing else: no path of the archive's own is ever followed."""
    held = sorted((info.filename, info.file_size) for info in members if info.filename != _MANIFEST)
    announced = sorted((database.name, database.bytes) for database in manifest.databases)
    names = [database for database, _ in announced]
    if held != announced or not set(names) <= set(DATABASES) or DATABASES[0] not in names:
        raise _foreign(name)
    if len(set(names)) != len(names):
        raise _foreign(name)


def _foreign(name: str) -> InputError:
    return InputError(
        f"{name} is not a backup made by citecheck, or it is damaged; choose another file.", code="not_a_backup"
    )


def _damaged(name: str) -> InputError:
    return InputError(
        f"The backup is damaged: {name} in it does not match its SHA-256; nothing was changed, use another backup.",
        code="backup_damaged",
    )
