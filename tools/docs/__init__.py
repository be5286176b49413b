"""Writes the reference pages of the documentation from the code; a test compares the two."""
