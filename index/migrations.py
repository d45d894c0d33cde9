"""Databases written by earlier releases, brought to the present schema in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, select, update

from index import schema
from index.database import reading, writing


def migrate(engine: Engine) -> None:
    """Bring a database of an earlier release up to `schema.SCHEMA_VERSION`; any other is left as it is.

    All of it happens or nothing, and texts, addresses and passages stay what they were.
    """
    with reading(engine) as connection:
        needed = _written_format(connection) in schema.EARLIER_VERSIONS
    if not needed:
        return
    with writing(engine) as connection:
        # Another process may have done it meanwhile.
        written = _written_format(connection)
        if written == "1":
            _add_pages(connection)
        if written in schema.EARLIER_VERSIONS:
            _add_changes(connection)
            connection.execute(
                update(schema.facts).where(schema.facts.c.name == "schema").values(value=schema.SCHEMA_VERSION)
            )


def _written_format(connection: Connection) -> str | None:
    """Return the format of the schema, None for a database that is not citecheck's."""
    inspector = inspect(connection)
    if not set(inspector.get_table_names()) >= {schema.facts.name, schema.versions.name}:
        return None
    columns = {column["name"] for column in inspector.get_columns(schema.facts.name)}
    if not columns >= set(schema.facts.columns.keys()):
        return None
    return connection.execute(select(schema.facts.c.value).where(schema.facts.c.name == "schema")).scalar_one_or_none()


def _add_pages(connection: Connection) -> None:
    """From format 1: versions know their pages. What was stored before has none."""
    connection.exec_driver_sql("ALTER TABLE versions ADD COLUMN pages TEXT")


def _add_changes(connection: Connection) -> None:
    """From format 2: documents know their metadata and their file, and when each changed is kept."""
    for column in ("author TEXT", "date VARCHAR", "language VARCHAR", "tags TEXT NOT NULL DEFAULT '[]'", "address TEXT"):
        connection.exec_driver_sql(f"ALTER TABLE documents ADD COLUMN {column}")
    for column in ("root TEXT NOT NULL DEFAULT ''", "file_sha256 VARCHAR", "file_size INTEGER", "file_modified INTEGER"):
        connection.exec_driver_sql(f"ALTER TABLE documents ADD COLUMN {column}")
    schema.changes.create(connection)
    connection.exec_driver_sql(
        "INSERT INTO changes (document_id, generation) "
        "SELECT id, (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'generation') FROM documents"
    )
