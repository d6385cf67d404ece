"""The published books: where they lie, how fresh they are, and questions asked of them."""
