"""Run by Alembic for every command; :mod:`api.state.database` hands it a connection."""

from alembic import context
from sqlalchemy import Connection

from api.state.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
