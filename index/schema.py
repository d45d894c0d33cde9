"""The tables of the store, the one truth; everything else is derived from them."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = "3"
# What `index/migrations.py` brings up to it.
EARLIER_VERSIONS = frozenset({"1", "2"})

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

# Every text a document ever had: what makes old citations resolvable. `pages` is a JSON array of the offsets at which
# its pages start, NULL for a document without pages.
versions = Table(
    "versions",
    metadata,
    Column("document_id", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("title", String, nullable=False),
    Column("source", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("pages", Text, nullable=True),
)

# What is in the index now. `path` is where the command line read it from, "" for an upload; `recipe` names how its
# passages were cut, so that a changed setting re-cuts it. `author`, `date` (ISO 8601, as exact as it is known),
# `language` and `address` are NULL when nobody says; `tags` is a JSON array. `root` is the folder given to `index` in
# which the file was found, "" for none; `file_sha256`, `file_size` and `file_modified` (nanoseconds since 1970) tell a
# file that did not change without reading it again.
documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("title", String, nullable=False),
    Column("source", String, nullable=False),
    Column("path", String, nullable=False),
    Column("recipe", String, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("added_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("author", Text, nullable=True),
    Column("date", String, nullable=True),
    Column("language", String, nullable=True),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("address", Text, nullable=True),
    Column("root", Text, nullable=False, server_default=""),
    Column("file_sha256", String, nullable=True),
    Column("file_size", Integer, nullable=True),
    Column("file_modified", Integer, nullable=True),
)

# The generation at which each document was last put in or taken out: what search arrays built earlier have to catch up
# with. A document that is here and not in `documents` was taken out.
changes = Table(
    "changes",
    metadata,
    Column("document_id", String, primary_key=True),
    Column("generation", Integer, nullable=False, index=True),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("document_id", String, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("section", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Column("index_text", Text, nullable=False),
    # A snapshot may still hold the id of a removed passage: ids are never given out twice.
    sqlite_autoincrement=True,
)

# Keyed by what was embedded, not by where it stands: an unchanged text is never embedded twice.
vectors = Table(
    "vectors",
    metadata,
    Column("encoder", String, primary_key=True),
    Column("content", LargeBinary, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
