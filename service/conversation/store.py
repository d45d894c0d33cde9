"""The store of conversations: kept in whole transactions, so that a turn is either there with its quotes or not."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from index.database import connect, erase_freed, reading, writing
from index.errors import NotFound, StoreError
from service.conversation import records, schema
from service.conversation.records import UNTITLED, RequestKey
from service.conversation.titles import checked_title
from service.conversation.turns import Conversation, ConversationInfo, ConversationList, Draft, Feedback, Turn

FILE = "conversations.sqlite"
# A turn is written in milliseconds; who holds the file longer is stuck, and must not hold up those who only ask.
_BUSY_SECONDS = 3.0


class ConversationStore:
    """Thread-safe; several processes may open the same folder."""

    def __init__(self, folder: Path) -> None:
        """Open the conversations of a data folder that exists; raises StoreError when they cannot be used."""
        self._engine = connect(folder / FILE, _BUSY_SECONDS)
        try:
            self._open()
        except StoreError as error:
            self.close()
            message = f"The conversations ({FILE} in {folder}) cannot be used: {error.message}"
            raise StoreError(message, code=error.code) from error

    def _open(self) -> None:
        with reading(self._engine) as connection:
            tables = set(inspect(connection).get_table_names())
        if not tables:
            self._create()
        with reading(self._engine) as connection:
            known = set(inspect(connection).get_table_names()) >= set(schema.metadata.tables)
            form = connection.execute(select(schema.facts.c.value)).scalar() if known else None
        if form != schema.SCHEMA_VERSION:
            raise StoreError(
                "The file is not this release's; move it away to begin a new one.",
                code="data_folder_format",
            )

    def _create(self) -> None:
        with writing(self._engine) as connection:
            schema.metadata.create_all(connection)
            facts = upsert(schema.facts).on_conflict_do_nothing()
            connection.execute(facts, [{"name": "schema", "value": schema.SCHEMA_VERSION}])

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    def create(self, title: str | None) -> ConversationInfo:
        """Begin an empty conversation."""
        conversation_id = records.new_id()
        with writing(self._engine) as connection:
            records.begin(connection, conversation_id, UNTITLED if title is None else checked_title(title))
        return self.info(conversation_id)

    def list(self, *, limit: int, offset: int) -> ConversationList:
        """List the conversations, the last used first."""
        table = schema.conversations
        order = (table.c.updated_at.desc(), table.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(records.infos().order_by(*order).limit(limit).offset(offset)).all()
            total = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return ConversationList(tuple(records.read_info(row) for row in rows), int(total), limit, offset)

    def info(self, conversation_id: str) -> ConversationInfo:
        """Return what a list shows of a conversation; raises NotFound."""
        with reading(self._engine) as connection:
            row = connection.execute(records.infos().where(schema.conversations.c.id == conversation_id)).first()
        if row is None:
            raise records.unknown(conversation_id)
        return records.read_info(row)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation with all its turns; raises NotFound."""
        return Conversation(self.info(conversation_id), self.turns(conversation_id, records.MAX_TURNS))

    def turns(self, conversation_id: str, most: int) -> tuple[Turn, ...]:
        """Return the last `most` turns, oldest first; none for a conversation that is not there."""
        query = records.turns().where(schema.turns.c.conversation_id == conversation_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(schema.turns.c.turn.desc()).limit(most)).all()
        return tuple(records.read_turn(row) for row in reversed(rows))

    def turn(self, conversation_id: str, number: int) -> Turn:
        """Return one turn; raises NotFound."""
        table = schema.turns
        query = records.turns().where(table.c.conversation_id == conversation_id, table.c.turn == number)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            self.info(conversation_id)
            raise NotFound(f"The conversation has no turn {number}; turns count from 1.", code="turn_not_found")
        return records.read_turn(row)

    def rename(self, conversation_id: str, title: str) -> ConversationInfo:
        """Give a conversation another title; raises NotFound, or InputError for an unusable title."""
        table = schema.conversations
        change = update(table).where(table.c.id == conversation_id).values(title=checked_title(title))
        with writing(self._engine) as connection:
            connection.execute(change)
        return self.info(conversation_id)

    def remove(self, conversation_id: str) -> None:
        """Erase a conversation with its turns and feedback; raises NotFound."""
        table = schema.conversations
        with writing(self._engine) as connection:
            found = connection.execute(delete(table).where(table.c.id == conversation_id)).rowcount
        if not found:
            raise records.unknown(conversation_id)
        erase_freed(self._engine)

    def append(self, conversation_id: str, draft: Draft, request: RequestKey | None, *, begins: bool) -> Turn:
        """Keep a turn, and return it as kept; the first one `begins` the conversation.

        Raises NotFound when the conversation was removed meanwhile, TooLarge when it is full. Of two tries of the same
        request that ran at once, the second gets the turn of the first.
        """
        with writing(self._engine) as connection:
            earlier = None if request is None else records.made_by(connection, request)
            if earlier is None:
                earlier = records.insert_turn(connection, conversation_id, draft, request, begins=begins)
        return self.turn(*earlier)

    def made_by(self, request: RequestKey) -> Turn | None:
        """Return the turn an earlier try of a request made, or None; raises InputError for another request's key."""
        with reading(self._engine) as connection:
            found = records.made_by(connection, request)
        return None if found is None else self.turn(*found)

    def give_feedback(self, conversation_id: str, number: int, feedback: Feedback) -> Turn:
        """Keep what a person thinks of a turn, instead of what they thought before; raises NotFound."""
        self.turn(conversation_id, number)
        values = {"verdict": feedback.verdict, "comment": feedback.comment, "given_at": time.time()}
        change = (
            upsert(schema.feedback)
            .values(conversation_id=conversation_id, turn=number, **values)
            .on_conflict_do_update(index_elements=["conversation_id", "turn"], set_=values)
        )
        with writing(self._engine) as connection:
            connection.execute(change)
        return self.turn(conversation_id, number)

    def forget(self, document_id: str) -> int:
        """Erase every turn that shows words of a document, and return how many there were."""
        quoted, turns = schema.quoted, schema.turns
        showing = select(quoted.c.conversation_id, quoted.c.turn).where(quoted.c.document_id == document_id)
        with writing(self._engine) as connection:
            rows = connection.execute(showing).all()
            for conversation_id, number in rows:
                one = (turns.c.conversation_id == conversation_id) & (turns.c.turn == number)
                connection.execute(delete(turns).where(one))
        if rows:
            erase_freed(self._engine)
        return len(rows)
