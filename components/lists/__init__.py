"""Screens that list one kind of record."""
