"""Signing in, one's own account, and Home, which shows it at a glance."""
