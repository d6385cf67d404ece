"""Customers: their own details, the directory of all, and one with its documents."""
