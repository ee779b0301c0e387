"""What the bot remembers: tables, engine, store, migrations.

budgets.py            the accounts of budgets: what was spent and what is reserved, for all replicas
classify_runs.py      runs of /classify: their items, verdicts and corrections
code_files.py         the files of code that threads have: each in its latest version
conversation.py       a thread with all that its next turn needs, by one query
engine.py             the database: its URL, its connections, its health
erase.py              erasure on request: whose data is deleted, from which tables
export.py             a person's data: everything that the bot stores about them
installations.py      installations with their encrypted tokens, and the OAuth states of started ones
merge_history.py      merge a page that was read from the platform into a thread's messages
message_search.py     messages by their words
migrate.py            migrations: bring a database to this version's tables, and find its version
notes.py              the store of notes
opened.py             opening the database, for the bot and the operator's commands
personal_data.py      where the database holds people's data, and how it is erased
postgresql_driver.py  PostgreSQL's connections
purge.py              retention: old rows are deleted or blanked, some at a time; costs are kept
quota.py              the calls that all replicas have taken from the chat platform's rate limits
scrub.py              after an erasure: remove it from SQLite's full-text indexes and log, too
settings.py           settings of threads, channels and workspaces, with the history of their changes
similar.py            feedback by its words: FTS5 on SQLite, a tsvector with its index on PostgreSQL
sqlite_driver.py      SQLite's connections, each on its own thread
statement_cache.py    what SQLAlchemy has compiled, for all engines of the process
store.py              what the bot remembers, in a database
summary_runs.py       runs of summaries: what was asked, read and found, until retention deletes it
threads.py            the store of threads: conversations, the records of finished turns, and erasure
tool_calls.py         the journal of the calls of tools: each is kept before it runs
upsert.py             inserts that say what to do if the row exists
usage.py              usage from the ledger, by day, purpose and model
vault.py              the vault: tokens are encrypted before they are stored
feedback/             the store of feedback, in a database
knowledge/            the store of knowledge, in a database
tables/               the tables of what the bot remembers, a module a subject
"""
