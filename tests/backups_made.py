"""Backups made, and changed in ways that must be noticed."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

from conftest import make_document
from index.encoder import Encoder
from index.library import Library
from service.conversation.store import ConversationStore
from service.keeping.backup import Backup, back_up


def ignore(_done: int, _total: int) -> None:
    pass


def backed_up(data: Path, target: Path) -> Backup:
    return back_up(data, target, force=False, on_progress=ignore)


def contents(data: Path) -> dict[str, tuple[str, ...]]:
    """Return every row of every table of both databases."""
    found = {}
    for name in ("citecheck.sqlite", "conversations.sqlite"):
        if (data / name).exists():
            with sqlite3.connect(data / name) as connection:
                found[name] = tuple(connection.iterdump())
            connection.close()
    return found


def rewritten(source: Path, target: Path, **changes: bytes | None) -> Path:
    """Copy an archive with the content of some members changed, or the members left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = changes.get(info.filename.partition(".")[0], old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return target


def repacked(source: Path, target: Path) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info), zipfile.ZIP_LZMA)
    return target


def with_manifest(source: Path, target: Path, **fields: object) -> Path:
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return rewritten(source, target, manifest=json.dumps({**manifest, **fields}).encode())


def archives(source: Path, folder: Path) -> dict[str, Path]:
    """Return files that must not be restored, by what is wrong with them."""
    with zipfile.ZipFile(source) as archive:
        documents, manifest = archive.read("citecheck.sqlite"), json.loads(archive.read("manifest.json"))
    flipped = bytearray(documents)
    flipped[len(flipped) // 2] ^= 1
    truncated, text = folder / "truncated.zip", folder / "text.zip"
    truncated.write_bytes(source.read_bytes()[:-200])
    text.write_text("a shopping list")
    first, second = manifest["databases"]
    outside = rewritten(source, folder / "outside.zip")
    with zipfile.ZipFile(outside, "a") as archive:
        archive.writestr("../outside.txt", b"x")
    bomb = b"\0" * 50_000_000
    lying = rewritten(source, folder / "plain.zip", citecheck=bomb)
    sized = {**first, "bytes": len(bomb)}
    return {
        "flipped": rewritten(source, folder / "flipped.zip", citecheck=bytes(flipped)),
        "shorter": rewritten(source, folder / "shorter.zip", citecheck=documents[:-1]),
        "truncated": truncated,
        "text": text,
        "nothing": rewritten(source, folder / "nothing.zip", manifest=None),
        "outside": outside,
        "outside and listed": with_manifest(
            outside, folder / "listed.zip", databases=[first, second, {**first, "name": "../outside.txt", "bytes": 1}]
        ),
        "larger than it says": lying,
        "not what it says": with_manifest(lying, folder / "sized.zip", databases=[sized, second]),
        "twice the same": with_manifest(source, folder / "twice.zip", databases=[first, first]),
        "no documents": with_manifest(
            rewritten(source, folder / "none.zip", citecheck=None), folder / "some.zip", databases=[second]
        ),
        "a later format": with_manifest(source, folder / "later.zip", format=2),
        "another kind": with_manifest(source, folder / "kind.zip", kind="cake"),
        "a list": rewritten(source, folder / "list.zip", manifest=b"[]"),
        "packed otherwise": repacked(source, folder / "lzma.zip"),
        "deep": rewritten(source, folder / "deep.zip", manifest=b"[" * 90_000),
    }


def small_folder(folder: Path, encoder: Encoder) -> tuple[Path, Path]:
    """Make a data folder with two documents and a conversation, and its backup."""
    library = Library(folder / "data", encoder)
    library.add(make_document("The zebra crossed the river at dawn.", "zebra"))
    library.add(make_document("The giraffe stayed at home.", "giraffe"))
    library.refresh()
    library.close()
    conversations = ConversationStore(folder / "data")
    conversations.create("About animals")
    conversations.close()
    backed_up(folder / "data", folder / "made.zip")
    return folder / "data", folder / "made.zip"
