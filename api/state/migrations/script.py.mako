"""${message}"""

from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None

# A column of SQLite is changed by making its table anew: op.batch_alter_table(…, table_kwargs={"sqlite_autoincrement":
# True}) for tables whose numbers are never used again, or they would be.


def upgrade() -> None:
    """To this version."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back to the one before."""
    ${downgrades if downgrades else "pass"}
