"""Messages by their words, so that what was said is found among a million.

The words are folded by `bot.core.search_words`, the same on both databases. On SQLite an FTS5 table that keeps no text
of its own, which triggers fill: who writes `messages` anew with a batch has to make them anew. On PostgreSQL a tsvector
with its index. A change of how words are folded needs a migration that folds them all again, as this one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

from bot.core.search_words import stored_words
from bot.db.tables import SearchWords

if TYPE_CHECKING:
    from sqlalchemy import Connection

revision = "20261201_search"
down_revision = "20261130_deaths"

AT_ONCE = 1_000  # messages in memory

# Nothing is taken out that was not put in, which FTS5 would call a damaged file: the triggers ask for the same.
# https://www.sqlite.org/fts5.html#external_content_tables
SQLITE = (
    "ALTER TABLE messages ADD COLUMN search_words TEXT CHECK (search_words IS NULL OR text <> '')",
    """CREATE VIRTUAL TABLE message_search
        USING fts5(search_words, content = 'messages', content_rowid = 'id', tokenize = 'ascii', columnsize = 0)""",
    # Whether there is something in the index that was taken out of it, and is to be removed from the file.
    "CREATE TABLE message_search_stale (id INTEGER PRIMARY KEY CHECK (id = 1))",
    """CREATE TRIGGER message_search_new AFTER INSERT ON messages WHEN new.search_words IS NOT NULL BEGIN
        INSERT INTO message_search (rowid, search_words) VALUES (new.id, new.search_words); END""",
    """CREATE TRIGGER message_search_changed AFTER UPDATE OF search_words ON messages
        WHEN old.search_words IS NOT new.search_words BEGIN
        INSERT INTO message_search (message_search, rowid, search_words)
        SELECT 'delete', old.id, old.search_words WHERE old.search_words IS NOT NULL;
        INSERT OR IGNORE INTO message_search_stale SELECT 1 WHERE old.search_words IS NOT NULL;
        INSERT INTO message_search (rowid, search_words)
        SELECT new.id, new.search_words WHERE new.search_words IS NOT NULL; END""",
    """CREATE TRIGGER message_search_gone AFTER DELETE ON messages WHEN old.search_words IS NOT NULL BEGIN
        INSERT INTO message_search (message_search, rowid, search_words) VALUES ('delete', old.id, old.search_words);
        INSERT OR IGNORE INTO message_search_stale VALUES (1); END""",
)
POSTGRESQL = (
    """ALTER TABLE messages ADD COLUMN search_words tsvector,
        ADD CONSTRAINT ck_messages_search_words CHECK (search_words IS NULL OR text <> '')""",
)
INDEX = "CREATE INDEX ix_messages_search_words ON messages USING gin (search_words)"

messages = sa.table(
    "messages", sa.column("id"), sa.column("thread_id"), sa.column("text"), sa.column("search_words", SearchWords())
)
threads = sa.table("threads", sa.column("id"), sa.column("workspace"), sa.column("channel"))


def upgrade() -> None:
    """Create the index, with what is there already."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(sa.text(statement))
    fold(connection)
    if not is_sqlite:
        op.execute(sa.text(INDEX))


def fold(connection: Connection) -> None:
    """Fold the words of all messages, some at a time."""
    query = (
        sa.select(messages.c.id, messages.c.text, threads.c.workspace, threads.c.channel)
        .join_from(messages, threads, threads.c.id == messages.c.thread_id)
        .where(messages.c.id > sa.bindparam("after"), messages.c.text != "")
        .order_by(messages.c.id)
        .limit(AT_ONCE)
    )
    found = sa.update(messages).where(messages.c.id == sa.bindparam("its_id"))
    found = found.values(search_words=sa.bindparam("words", type_=SearchWords()))
    after = 0
    while rows := connection.execute(query, {"after": after}).all():
        words = [{"its_id": row.id, "words": stored_words(row.text, row.workspace, row.channel)} for row in rows]
        connection.execute(found, words)
        after = rows[-1].id
