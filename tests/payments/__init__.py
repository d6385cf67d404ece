"""Tests of lists of payables."""
