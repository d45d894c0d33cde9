"""Format 3: documents know their metadata and their file, and when each changed is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add the columns and the table of changes; what was stored before changed, for all we know, just now."""
    for column in (
        sa.Column("author", sa.Text, nullable=True),
        sa.Column("date", sa.String, nullable=True),
        sa.Column("language", sa.String, nullable=True),
        sa.Column("tags", sa.Text, nullable=False, server_default="[]"),
        sa.Column("address", sa.Text, nullable=True),
        sa.Column("root", sa.Text, nullable=False, server_default=""),
        sa.Column("file_sha256", sa.String, nullable=True),
        sa.Column("file_size", sa.Integer, nullable=True),
        sa.Column("file_modified", sa.Integer, nullable=True),
    ):
        op.add_column("documents", column)
    op.create_table(
        "changes",
        sa.Column("document_id", sa.String, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
    )
    op.create_index("ix_changes_generation", "changes", ["generation"])
    op.execute(
        "INSERT INTO changes (document_id, generation) "
        "SELECT id, (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'generation') FROM documents"
    )
