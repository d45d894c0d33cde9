"""What a conversation is called: its first question, or what a person chose."""

from __future__ import annotations

from index.errors import InputError

_SHOWN = 80
_LONGEST = 200


def title_of(message: str) -> str:
    """Return a conversation's title by its first message: its first words, on one line."""
    line = " ".join(message.split())
    if len(line) <= _SHOWN:
        return line
    head = line[:_SHOWN]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"


def checked_title(title: str) -> str:
    """Return a title a person chose, on one line; raises InputError for an empty or overlong one."""
    line = " ".join(title.split())
    if not line or len(line) > _LONGEST or any("\ud800" <= character <= "\udfff" for character in line):
        raise InputError(f"A title has 1 to {_LONGEST} characters; choose another.", code="bad_title")
    return line
