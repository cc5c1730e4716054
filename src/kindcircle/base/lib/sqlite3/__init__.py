"""Django's SQLite backend, with turns: one writing thread at a time inside a process (see `base`)."""
