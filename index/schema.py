"""The tables of the store, the one truth; everything else is derived from them."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = "2"
# What `index/migrations.py` brings up to it.
EARLIER_VERSIONS = frozenset({"1"})

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
# passages were cut, so that a changed setting re-cuts it.
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
