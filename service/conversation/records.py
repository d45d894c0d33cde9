"""Turns and conversations as rows of the database, and back."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from index.errors import InputError, NotFound, TooLarge
from index.messages import shown
from service.answers import Answer
from service.clock import iso_utc
from service.conversation import schema
from service.conversation.titles import title_of
from service.conversation.turns import ConversationInfo, Draft, Feedback, Turn, quotes_of
from service.llm.written import Written

MAX_TURNS = 1000
UNTITLED = "New conversation"
_ANSWER = TypeAdapter[Answer](Answer)
_WRITTEN = TypeAdapter[Written](Written)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A client's name for one request, and what it asked: the same key with another request is a mistake."""

    key: str
    fingerprint: str


def new_id() -> str:
    """Return an id for a new conversation that nobody can guess."""
    return uuid.uuid4().hex


def infos() -> Select[Any]:
    """Return the query for what a list shows of conversations."""
    table, turns = schema.conversations, schema.turns
    count = select(func.count()).where(turns.c.conversation_id == table.c.id).scalar_subquery()
    return select(table, count.label("turns"))


def read_info(row: Row[Any]) -> ConversationInfo:
    """Read a row of `infos`."""
    return ConversationInfo(row.id, row.title, row.turns, iso_utc(row.created_at), iso_utc(row.updated_at))


def turns() -> Select[Any]:
    """Return the query for turns with what people think of them."""
    table, given = schema.turns, schema.feedback
    same = and_(given.c.conversation_id == table.c.conversation_id, given.c.turn == table.c.turn)
    return select(table, given.c.verdict, given.c.comment).outerjoin(given, same)


def read_turn(row: Row[Any]) -> Turn:
    """Read a row of `turns`."""
    return Turn(
        conversation_id=row.conversation_id,
        turn=row.turn,
        message=row.message,
        standalone_question=row.standalone_question,
        context=row.context,
        answer=_ANSWER.validate_json(row.answer),
        written=None if row.written is None else _WRITTEN.validate_json(row.written),
        feedback=None if row.verdict is None else Feedback(row.verdict, row.comment),
        created_at=iso_utc(row.created_at),
    )


def begin(connection: Connection, conversation_id: str, title: str) -> None:
    """Insert an empty conversation."""
    now = time.time()
    values = {"id": conversation_id, "title": title, "last_turn": 0, "created_at": now, "updated_at": now}
    connection.execute(insert(schema.conversations).values(**values))


def made_by(connection: Connection, request: RequestKey) -> tuple[str, int] | None:
    """Return where the turn stands that an earlier try of a request made; raises InputError for another's key."""
    row = connection.execute(select(schema.requests).where(schema.requests.c.key == request.key)).first()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise InputError(
            "This idempotency key belongs to another request; use a new key for each message.",
            code="idempotency_key_reused",
        )
    return row.conversation_id, row.turn


def insert_turn(
    connection: Connection, conversation_id: str, draft: Draft, request: RequestKey | None, *, begins: bool
) -> tuple[str, int]:
    """Insert a turn with the documents it shows and the request that made it; returns where it stands.

    Raises NotFound when there is no such conversation and the turn does not begin it, TooLarge when it is full.
    """
    if begins:
        begin(connection, conversation_id, title_of(draft.message))
    number = _next_number(connection, conversation_id, draft)
    key = {"conversation_id": conversation_id, "turn": number}
    connection.execute(
        insert(schema.turns).values(
            **key,
            message=draft.message,
            standalone_question=draft.standalone_question,
            context=draft.context,
            answer=_ANSWER.dump_json(draft.answer).decode(),
            written=None if draft.written is None else _WRITTEN.dump_json(draft.written).decode(),
            created_at=time.time(),
        )
    )
    quotes = quotes_of(draft.answer)
    copies = (copy.document_id for one in quotes for copy in one.copies)
    documents = sorted({*(one.document_id for one in quotes), *copies})
    if documents:
        connection.execute(insert(schema.quoted), [{**key, "document_id": one} for one in documents])
    if request is not None:
        made = {**key, "key": request.key, "fingerprint": request.fingerprint}
        connection.execute(insert(schema.requests).values(**made))
    return conversation_id, number


def _next_number(connection: Connection, conversation_id: str, draft: Draft) -> int:
    """Count the conversation's turns on by one; an empty conversation without a name gets its first message's."""
    table = schema.conversations
    row = connection.execute(select(table).where(table.c.id == conversation_id)).first()
    if row is None:
        raise unknown(conversation_id)
    if row.last_turn >= MAX_TURNS:
        raise TooLarge(f"A conversation has at most {MAX_TURNS} turns; begin a new one.", code="conversation_full")
    title = title_of(draft.message) if row.last_turn == 0 and row.title == UNTITLED else row.title
    values = {"last_turn": row.last_turn + 1, "updated_at": time.time(), "title": title}
    connection.execute(update(table).where(table.c.id == conversation_id).values(**values))
    return int(row.last_turn) + 1


def unknown(conversation_id: str) -> NotFound:
    """Return the error for an id that names no conversation."""
    return NotFound(
        f"There is no conversation {shown(conversation_id, limit=80)!r}; list them with GET /v1/conversations.",
        code="conversation_not_found",
    )
