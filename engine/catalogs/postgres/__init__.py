"""The catalog in PostgreSQL: its connections, migrations, and what it says differently."""
