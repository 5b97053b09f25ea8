"""Files of uploads know what couldn't be read in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version. Of files of before nothing is known."""
    with op.batch_alter_table("job_files", recreate="always") as table:
        table.add_column(sa.Column("warnings", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("job_files", recreate="always") as table:
        table.drop_column("warnings")
