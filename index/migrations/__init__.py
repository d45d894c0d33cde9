"""Databases written by earlier releases, brought to the present schema in one transaction.

Each format is an Alembic revision beside this file: `format_N.py` makes N of the format before it, and the first makes
format 1 of nothing. Alembic is imported only when there is something to migrate.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, update

from index import schema
from index.database import reading, writing

REVISIONS = Path(__file__).parent
# The operations of a revision module (`alembic.op`) are one per process.
_migrating = threading.Lock()


def migrate(engine: Engine) -> None:
    """Bring a database of an earlier release up to `schema.SCHEMA_VERSION`; any other is left as it is.

    All of it happens or nothing, and texts, addresses and passages stay what they were.
    """
    with reading(engine) as connection:
        needed = _written_format(connection) in schema.EARLIER_VERSIONS
    if not needed:
        return
    with _migrating, writing(engine) as connection:
        # Another process may have done it meanwhile.
        written = _written_format(connection)
        if written in schema.EARLIER_VERSIONS:
            upgrade(connection, written)
            connection.execute(
                update(schema.facts).where(schema.facts.c.name == "schema").values(value=schema.SCHEMA_VERSION)
            )


def upgrade(connection: Connection, written: str | None) -> None:
    """Apply what a database of format `written` (None: an empty one) lacks, in the connection's own transaction.

    The format number stands in `facts`, where every release looks for it, so Alembic's own table of versions is not
    needed; who calls this writes the number.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(REVISIONS, version_locations=[REVISIONS])
    steps = list(script.iterate_revisions(script.get_current_head(), written))
    with Operations.context(MigrationContext.configure(connection)):
        for step in reversed(steps):
            step.module.upgrade()


def _written_format(connection: Connection) -> str | None:
    """Return the format of the schema, None for a database that is not citecheck's."""
    inspector = inspect(connection)
    if not set(inspector.get_table_names()) >= {schema.facts.name, schema.versions.name}:
        return None
    columns = {column["name"] for column in inspector.get_columns(schema.facts.name)}
    if not columns >= set(schema.facts.columns.keys()):
        return None
    return connection.execute(select(schema.facts.c.value).where(schema.facts.c.name == "schema")).scalar_one_or_none()
