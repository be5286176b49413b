"""Script task types: one folder per language."""
