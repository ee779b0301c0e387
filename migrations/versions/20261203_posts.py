"""Posts of feedback channels by their words, as `20261201_search` has it for messages, to which this refers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

from bot.core.search_words import stored_words
from bot.db.tables import SearchWords

if TYPE_CHECKING:
    from sqlalchemy import Connection

revision = "20261203_posts"
down_revision = "20261202_tools"

AT_ONCE = 1_000  # posts in memory

SQLITE = (
    "ALTER TABLE feedback ADD COLUMN search_words TEXT CHECK (search_words IS NULL OR text <> '')",
    """CREATE VIRTUAL TABLE feedback_search
        USING fts5(search_words, content = 'feedback', content_rowid = 'id', tokenize = 'ascii', columnsize = 0)""",
    "CREATE TABLE feedback_search_stale (id INTEGER PRIMARY KEY CHECK (id = 1))",
    """CREATE TRIGGER feedback_search_new AFTER INSERT ON feedback WHEN new.search_words IS NOT NULL BEGIN
        INSERT INTO feedback_search (rowid, search_words) VALUES (new.id, new.search_words); END""",
    """CREATE TRIGGER feedback_search_changed AFTER UPDATE OF search_words ON feedback
        WHEN old.search_words IS NOT new.search_words BEGIN
        INSERT INTO feedback_search (feedback_search, rowid, search_words)
        SELECT 'delete', old.id, old.search_words WHERE old.search_words IS NOT NULL;
        INSERT OR IGNORE INTO feedback_search_stale SELECT 1 WHERE old.search_words IS NOT NULL;
        INSERT INTO feedback_search (rowid, search_words)
        SELECT new.id, new.search_words WHERE new.search_words IS NOT NULL; END""",
    """CREATE TRIGGER feedback_search_gone AFTER DELETE ON feedback WHEN old.search_words IS NOT NULL BEGIN
        INSERT INTO feedback_search (feedback_search, rowid, search_words) VALUES ('delete', old.id, old.search_words);
        INSERT OR IGNORE INTO feedback_search_stale VALUES (1); END""",
)
POSTGRESQL = (
    """ALTER TABLE feedback ADD COLUMN search_words tsvector,
        ADD CONSTRAINT ck_feedback_search_words CHECK (search_words IS NULL OR text <> '')""",
)
INDEX = "CREATE INDEX ix_feedback_search_words ON feedback USING gin (search_words)"

feedback = sa.table(
    "feedback", *map(sa.column, ("id", "workspace", "channel", "text")), sa.column("search_words", SearchWords())
)


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
    """Fold the words of all posts, some at a time."""
    query = (
        sa.select(feedback.c.id, feedback.c.text, feedback.c.workspace, feedback.c.channel)
        .where(feedback.c.id > sa.bindparam("after"), feedback.c.text != "")
        .order_by(feedback.c.id)
        .limit(AT_ONCE)
    )
    found = sa.update(feedback).where(feedback.c.id == sa.bindparam("its_id"))
    found = found.values(search_words=sa.bindparam("words", type_=SearchWords()))
    after = 0
    while rows := connection.execute(query, {"after": after}).all():
        words = [{"its_id": row.id, "words": stored_words(row.text, row.workspace, row.channel)} for row in rows]
        connection.execute(found, words)
        after = rows[-1].id
