"""Mutated files: bytes changed, cut out, doubled or swapped, in a file or in a member of a zipped one."""

from __future__ import annotations

import io
import random
import zipfile

# Sizes, offsets and nesting that readers trip over.
_NASTY = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"-1", b"99999999999", b"(" * 200)
_NASTY_TEXT = (
    b"<div>" * 300,
    b"<table><tr><td>" * 50,
    b"[" * 500,
    b'{"a":' * 100,
    b'"',
    b"&#1114112;",
    b"\r\n\r\n",
    b"--",
)
_MARKS = b"<>\"'&;,{}[]=/\\-: \n09aZ"


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with one or several changes; of a zipped file now and then within a member, packed again."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.6:
        return _with_member_changed(data, chance)
    return _changed(data, chance)


def _changed(data: bytes, chance: random.Random) -> bytes:
    # Text that is no text any more is refused before a reader sees it: most changes leave it text.
    as_text = _is_text(data) and chance.random() < 0.8
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(changed) or 1)
        length = chance.choice((1, 1, 4, 40, 400))
        piece = bytes(changed[at : at + length])
        changed[at : at + length] = _instead(piece, chance, as_text=as_text)
    return bytes(changed)


def _instead(piece: bytes, chance: random.Random, *, as_text: bool) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        return b""
    if kind == 1:
        return piece * chance.choice((2, 31, 300))
    if kind == 2:
        return chance.choice(_NASTY_TEXT if as_text else _NASTY)
    if kind == 3:
        return bytes(chance.choices(_MARKS, k=len(piece))) if as_text else chance.randbytes(len(piece))
    if kind == 4 and not as_text:
        return bytes([piece[0] ^ (1 << chance.randrange(8))]) + piece[1:] if piece else b"\0"
    return piece[len(piece) // 2 :] + piece[: len(piece) // 2]


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _with_member_changed(data: bytes, chance: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        members = old.infolist()
        victim = chance.choice(members).filename
        for info in members:
            content = old.read(info)
            new.writestr(info.filename, _changed(content, chance) if info.filename == victim else content)
    return made.getvalue()
