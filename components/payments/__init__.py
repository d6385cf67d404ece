"""Paying: the choice of what and how, what became of it, and what is under way."""
