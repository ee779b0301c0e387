"""What the bot remembers: tables, engine, store, migrations."""
