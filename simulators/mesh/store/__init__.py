"""Where messages are kept: SQLite, write-ahead logged."""
