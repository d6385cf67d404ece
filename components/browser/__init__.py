"""What runs in the browser, and how it is put there."""
