"""A customer's own list of what it owes: read from its file, and compared with our books."""
