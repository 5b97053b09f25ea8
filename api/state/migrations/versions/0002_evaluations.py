"""Evaluations know the collections that they asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version. An evaluation of before, of which there are none, would count as one of all collections: then
    only who may read all of them sees it."""
    with op.batch_alter_table("evaluations", recreate="always") as table:
        table.add_column(sa.Column("collections", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(op.f("ix_evaluations_created_by"), "evaluations", ["created_by"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index(op.f("ix_evaluations_created_by"), table_name="evaluations")
    with op.batch_alter_table("evaluations", recreate="always") as table:
        table.drop_column("collections")
