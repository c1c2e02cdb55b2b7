"""The catalog in SQLite: its file, migrations, connections, and what it says differently."""
