"""Run by Alembic: migrates over the connection that `bot.db.migrate` hands in."""

from alembic import context

from bot.db.tables import Base
from bot.work.table import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[Base.metadata, metadata],
    compare_server_default=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
