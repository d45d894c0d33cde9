"""A chat turn as its reader meets it: server-sent events read as they come, with the time of the first and the last."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# What people say next, of any subject: an ellipsis, a pronoun, another aspect, a correction.
_FOLLOW_UPS = (
    "And when was that?",
    "Where did it happen?",
    "who led them?",
    "Why?",
    "What happened next?",
    "and a year later?",
    "No, I meant the other group.",
    "How many people were involved?",
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn: seconds to its first event and to `done`; how it was answered, or what went wrong (one is None)."""

    first: float | None
    full: float | None
    status: str | None
    problem: str | None
    conversation_id: str | None


def conversation(openings: Sequence[str], chance: random.Random) -> list[str]:
    """Return the messages of one conversation: a question and one to four follow-ups, now and then another question."""
    messages = [chance.choice(openings), *chance.sample(_FOLLOW_UPS, chance.randint(1, 3))]
    if chance.random() < 0.5:
        messages.append(chance.choice(openings))
    return messages


def events(chunks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield each event's name and data as soon as it is whole; comments and unfinished events are left out."""
    held = b""
    for chunk in chunks:
        held += chunk
        *blocks, held = _BLANK_LINE.split(held)
        for block in blocks:
            lines = [line.partition(":") for line in block.decode().splitlines()]
            fields = {name: value.removeprefix(" ") for name, _, value in lines if name}
            if "data" in fields:
                yield fields.get("event", "message"), json.loads(fields["data"])


def listen(chunks: Iterable[bytes], started: float) -> Heard:
    """Read a turn's stream to its end; `started` is the time.perf_counter() at which it was asked for."""
    first = full = status = problem = conversation_id = None
    for name, data in events(chunks):
        now = time.perf_counter() - started
        first = now if first is None else first
        if name == "error":
            problem = str(data["error"]["code"])
        elif name == "done":
            full, status, conversation_id = now, str(data["status"]), str(data["conversation_id"])
    if full is None and problem is None:
        problem = "no_done"
    return Heard(first, full, status, problem, conversation_id)
