"""Run by Alembic: migrates over the connection that `bot.db.migrate` hands in."""

from alembic import context

from bot.db.tables import Base
from bot.work.table import metadata


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave out what words are found by: each database has a way of its own."""
    feedback, messages = ("feedback_words", "ix_feedback_words"), ("message_search", "ix_messages_search")
    knowledge = ("knowledge_search", "ix_knowledge_passages_search")
    index = (*feedback, "feedback_search", "ix_feedback_search", *messages, *knowledge)
    return not (name or "").startswith(index) and (kind, name) != ("column", "words")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[Base.metadata, metadata],
    compare_server_default=True,
    render_as_batch=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
