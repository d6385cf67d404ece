"""Charts as plain dicts."""
