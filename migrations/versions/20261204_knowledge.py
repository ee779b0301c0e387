"""Knowledge: sources, pages, passages with the words that they are found by, and open questions.

The words are of `bot.core.knowledge.words`, the same on both databases. On SQLite an FTS5 table that keeps no text of
its own, which triggers fill. On PostgreSQL an index of the words as an array; what is long is kept outside of the rows,
so that thousands of them are looked through in milliseconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_knowledge"
down_revision = "20261204_questions"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

# https://www.sqlite.org/fts5.html#external_content_tables
SQLITE = (
    """CREATE VIRTUAL TABLE knowledge_search USING fts5(search_words, content = 'knowledge_passages',
        content_rowid = 'id', tokenize = 'ascii', detail = 'none', columnsize = 0)""",
    "CREATE TABLE knowledge_search_stale (id INTEGER PRIMARY KEY CHECK (id = 1))",
    """CREATE TRIGGER knowledge_search_new AFTER INSERT ON knowledge_passages BEGIN
        INSERT INTO knowledge_search (rowid, search_words) VALUES (new.id, new.search_words); END""",
    """CREATE TRIGGER knowledge_search_changed AFTER UPDATE OF search_words ON knowledge_passages BEGIN
        INSERT INTO knowledge_search (knowledge_search, rowid, search_words)
        VALUES ('delete', old.id, old.search_words);
        INSERT OR IGNORE INTO knowledge_search_stale VALUES (1);
        INSERT INTO knowledge_search (rowid, search_words) VALUES (new.id, new.search_words); END""",
    """CREATE TRIGGER knowledge_search_gone AFTER DELETE ON knowledge_passages BEGIN
        INSERT INTO knowledge_search (knowledge_search, rowid, search_words)
        VALUES ('delete', old.id, old.search_words);
        INSERT OR IGNORE INTO knowledge_search_stale VALUES (1); END""",
)
# https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE: a list of what waits is read by each search
POSTGRESQL = (
    "ALTER TABLE knowledge_passages SET (toast_tuple_target = 128)",
    """CREATE INDEX ix_knowledge_passages_search_words ON knowledge_passages
        USING gin (string_to_array(search_words, ' ')) WITH (fastupdate = off)""",
)


def upgrade() -> None:
    """Create the tables and the index."""
    _sources()
    _pages()
    _passages()
    op.create_table(
        "knowledge_gaps",
        sa.Column("id", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "channel", "thread", "message")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "question", "link")),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_gaps"),
        sa.UniqueConstraint("workspace", "channel", "message", name="uq_knowledge_gaps_workspace_channel_message"),
    )
    columns = ["workspace", "channel", "asked_at"]
    op.create_index("ix_knowledge_gaps_workspace_channel_asked_at", "knowledge_gaps", columns)
    op.create_index("ix_knowledge_gaps_asked_at", "knowledge_gaps", ["asked_at"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(sa.text(statement))


def _sources() -> None:
    op.create_table(
        "knowledge_sources",
        sa.Column("id", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "channel", "kind", "address", "title")),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("pages", "skipped", "passages")),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_sources"),
        sa.UniqueConstraint(
            *("workspace", "channel", "kind", "address"), name="uq_knowledge_sources_workspace_channel_kind_address"
        ),
    )
    op.create_index("ix_knowledge_sources_next_at", "knowledge_sources", ["next_at"])


def _pages() -> None:
    op.create_table(
        "knowledge_pages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source_id", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "channel", "thread", "people")),
        sa.Column("said_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("address", "link", "title", "language")),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("etag", "last_modified", "digest", "fault")),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("run", "position")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_pages"),
        sa.ForeignKeyConstraint(
            *(["source_id"], ["knowledge_sources.id"]),
            name="fk_knowledge_pages_source_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("source_id", "address", name="uq_knowledge_pages_source_id_address"),
    )
    columns = ["source_id", "run", "state", "position"]
    op.create_index("ix_knowledge_pages_source_id_run_state_position", "knowledge_pages", columns)
    op.create_index("ix_knowledge_pages_source_id_language", "knowledge_pages", ["source_id", "language"])
    columns = ["workspace", "channel", "thread"]
    op.create_index("ix_knowledge_pages_workspace_channel_thread", "knowledge_pages", columns)
    is_said = sa.text("said_at IS NOT NULL")
    op.create_index(
        "ix_knowledge_pages_said_at", "knowledge_pages", ["said_at"], sqlite_where=is_said, postgresql_where=is_said
    )


def _passages() -> None:
    op.create_table(
        "knowledge_passages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("headings", "text", "search_words")),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_passages"),
        sa.ForeignKeyConstraint(
            *(["page_id"], ["knowledge_pages.id"]), name="fk_knowledge_passages_page_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("page_id", "number", name="uq_knowledge_passages_page_id_number"),
    )
    op.create_table(
        "knowledge_words",
        sa.Column("source_id", NUMBER, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("passages", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "word", name="pk_knowledge_words"),
        sa.ForeignKeyConstraint(
            *(["source_id"], ["knowledge_sources.id"]),
            name="fk_knowledge_words_source_id",
            ondelete="CASCADE",
        ),
    )
