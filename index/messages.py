"""Messages: names from outside made fit for one line."""

from __future__ import annotations


def shown(name: str, *, limit: int = 200) -> str:
    """Return a name fit for a one-line message."""
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:limit])
    return printable or "The document"
