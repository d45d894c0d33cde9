"""The tables that hold conversations, in a database of their own beside the documents'."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, ForeignKeyConstraint, Integer, MetaData, String, Table, Text

SCHEMA_VERSION = "1"

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    # Turns are numbered once: a number is not given out again when a turn is erased.
    Column("last_turn", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False, index=True),
)

# `answer` and `written` hold JSON: what was said then, whatever the documents say by now.
turns = Table(
    "turns",
    metadata,
    Column("conversation_id", String, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("message", Text, nullable=False),
    Column("standalone_question", Text, nullable=False),
    Column("context", Text, nullable=True),
    Column("answer", Text, nullable=False),
    Column("written", Text, nullable=True),
    Column("created_at", Float, nullable=False),
)


def _of_a_turn() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"], ondelete="CASCADE"
    )


# Which documents a turn shows words of, so that purging a document finds them.
quoted = Table(
    "quoted",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("document_id", String, primary_key=True, index=True),
    _of_a_turn(),
)

feedback = Table(
    "feedback",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("verdict", String, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", Float, nullable=False),
    _of_a_turn(),
)

# Requests that named themselves: a retry finds the turn its first try made.
requests = Table(
    "requests",
    metadata,
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("conversation_id", String, nullable=False),
    Column("turn", Integer, nullable=False),
    _of_a_turn(),
)
