"""Dates in expressions: instants with a zone, patterns to print and to read them."""
