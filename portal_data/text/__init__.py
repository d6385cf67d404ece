"""Text from people: its one spelling, its direction, and what a field may hold."""
