"""Format 2: versions know their pages. What was stored before has none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add the pages."""
    op.add_column("versions", sa.Column("pages", sa.Text, nullable=True))
