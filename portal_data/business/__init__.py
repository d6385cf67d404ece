"""The business itself: what it is called, how it looks and is paid, what it allows."""
