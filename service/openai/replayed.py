"""The messages a client sends again: the question asked now, and what was said before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import InputError
from service.conversation.chat import Chat, Scope
from service.conversation.exchange import Exchange, Understood
from service.openai.content import BROKEN_OFF, CONFLICT, LEFT_OUT, READ_AS, REFUSALS
from service.openai.requests import Message

# So many of the last exchanges may be leant on, and so much of each.
MAX_EXCHANGES = 8
_MAX_CHARACTERS = 2_000
_MAX_QUOTES = 8
_ANYWHERE = Scope(None, None, None)
_MARKER = re.compile(r"\[\^(\d{1,4})\]")
_DEFINED = re.compile(r"\[\^(\d{1,4})\]: “")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Replayed:
    """An earlier message and what stands in the reply to it, its footnotes taken apart.

    `read_as` is how we said that we read the message; `ours` tells that the reply shows signs of this service.
    """

    message: str
    read_as: str | None
    answer: str | None
    evidence: tuple[str, ...]
    ours: bool


@dataclass(frozen=True, slots=True)
class _Body:
    """The lines of a reply without our footnotes' definitions and notes."""

    read_as: str | None
    lines: tuple[str, ...]
    quotes: Mapping[int, str]


def question_of(messages: Sequence[Message]) -> str:
    """Return the words asked now: the last message, of the user. Raises InputError for anything but text."""
    place = len(messages) - 1
    while place > 0 and messages[place].role in ("system", "developer"):
        place -= 1
    last = messages[place]
    if last.role != "user":
        raise InputError(
            "The last message is not the user's; end with the question.", code="no_question", param="messages"
        )
    for number, part in enumerate(last.content):
        if part.words is None:
            raise InputError(
                f"A part of the message is {part.type[:40]!r}, and only text can be read; send its words as text.",
                code="unsupported_content",
                param=f"messages[{place}].content[{number}].type",
            )
    return last.text


def earlier_exchanges(messages: Sequence[Message]) -> tuple[Replayed, ...]:
    """Return the last exchanges before the question asked now, oldest first; instructions and tools are passed over."""
    talk = [message for message in messages if message.role in ("user", "assistant") and message.text.strip()]
    pairs: list[tuple[Message, Message | None]] = []
    for message in talk[:-1]:
        if message.role == "user":
            pairs.append((message, None))
        elif pairs and pairs[-1][1] is None:
            pairs[-1] = (pairs[-1][0], message)
    return tuple(_replayed(asked.text, reply) for asked, reply in pairs[-MAX_EXCHANGES:])


def history_of(chat: Chat, earlier: Sequence[Replayed]) -> tuple[Exchange, ...]:
    """Return the exchanges as the conversation understood them; only replies not ours are understood again.

    A message that cannot be a question got no answer then and is passed over.
    """
    history: list[Exchange] = []
    for one in earlier:
        question = one.read_as or (one.message if one.ours else _understood(chat, one.message, history))
        if question is not None:
            history.append(Exchange(question, one.answer, one.evidence))
    return tuple(history)


def _understood(chat: Chat, message: str, history: Sequence[Exchange]) -> str | None:
    try:
        events = chat.reply(message, history, _ANYWHERE)
    except InputError:
        return None
    # The first event tells how the message was understood; nothing is looked up for it.
    return next((event.standalone_question for event in events if isinstance(event, Understood)), None)


def _replayed(message: str, reply: Message | None) -> Replayed:
    if reply is None:
        return Replayed(message, None, None, (), ours=False)
    body = _read(reply.text)
    annotated = _annotated(reply.annotations)
    declined = bool(body.lines) and body.lines[0] in REFUSALS.values()
    ours = declined or body.read_as is not None or bool(body.quotes or annotated)
    if declined:
        return Replayed(message, body.read_as, None, (), ours)
    rivals = body.lines[1:] if body.lines[:1] == (CONFLICT,) else ()
    # Of rival answers the best supported stands first; it is the one a follow-up leans on.
    said = rivals[0].removeprefix("- ") if rivals else "\n".join(body.lines)
    numbers = dict.fromkeys(int(found) for found in _MARKER.findall(said))
    evidence = [body.quotes[number] for number in numbers if number in body.quotes] or annotated
    words = _MARKER.sub("", said) if body.quotes else said
    return Replayed(message, body.read_as, _plain(words) or None, tuple(evidence[:_MAX_QUOTES]), ours)


def _read(text: str) -> _Body:
    read_as: str | None = None
    lines: list[str] = []
    quotes: dict[int, str] = {}
    for line in map(str.strip, text.splitlines()):
        quote = _definition(line)
        if quote is not None:
            quotes |= quote
        elif line.startswith(READ_AS) and line.endswith("*") and not lines:
            read_as = _plain(line[len(READ_AS) : -1]) or None
        elif line and line != BROKEN_OFF and not line.startswith(LEFT_OUT):
            lines.append(line)
    return _Body(read_as, tuple(lines), quotes)


def _definition(line: str) -> dict[int, str] | None:
    """Return the number and the quote of one of our footnotes; another's footnotes stay text."""
    found = _DEFINED.match(line)
    if found is None or not line.endswith("`)"):
        return None
    quote, closed, _ = line[found.end() :].rpartition("” — ")
    return {int(found[1]): _plain(quote)} if closed else None


def _annotated(annotations: object) -> list[str]:
    """Return the quotes of our annotations, those of the best of rival answers."""
    given = annotations if isinstance(annotations, list) else []
    found = [one for one in given if isinstance(one, dict) and _quote(one)]
    return [_quote(one)[:_MAX_CHARACTERS] for one in found if _start(one) == _start(found[0])]


def _quote(annotation: Mapping[str, Any]) -> str:
    citation = annotation.get("citation")
    text = citation.get("text") if isinstance(citation, dict) else None
    return text if isinstance(text, str) else ""


def _start(annotation: Mapping[str, Any]) -> object:
    place = annotation.get("url_citation")
    return place.get("start_index") if isinstance(place, dict) else None


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text[:_MAX_CHARACTERS]).strip()
