"""Feedback by its words, so that what was said before is found among many thousands.

The first 600 letters of a post are enough. On SQLite an FTS5 table beside the posts, which triggers keep: who writes
`feedback` anew with a batch has to make them anew. On PostgreSQL a column that the database computes, no extension.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_words"
down_revision = "20261125_issues"

SQLITE = (
    "CREATE VIRTUAL TABLE feedback_words USING fts5(place, text, tokenize = 'unicode61 remove_diacritics 0')",
    """INSERT INTO feedback_words (rowid, place, text)
        SELECT id, workspace || channel, substr(text, 1, 600) FROM feedback WHERE text != ''""",
    """CREATE TRIGGER feedback_words_new AFTER INSERT ON feedback WHEN new.text != '' BEGIN
        INSERT INTO feedback_words (rowid, place, text)
        VALUES (new.id, new.workspace || new.channel, substr(new.text, 1, 600)); END""",
    """CREATE TRIGGER feedback_words_changed AFTER UPDATE OF text ON feedback WHEN old.text != new.text BEGIN
        DELETE FROM feedback_words WHERE rowid = old.id;
        INSERT INTO feedback_words (rowid, place, text)
        SELECT new.id, new.workspace || new.channel, substr(new.text, 1, 600) WHERE new.text != ''; END""",
    """CREATE TRIGGER feedback_words_gone AFTER DELETE ON feedback BEGIN
        DELETE FROM feedback_words WHERE rowid = old.id; END""",
)
POSTGRESQL = (
    """ALTER TABLE feedback ADD COLUMN words tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', left(text, 600))) STORED""",
    "CREATE INDEX ix_feedback_words ON feedback USING gin (words)",
)


def upgrade() -> None:
    """Create the index, with what is there already."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))
