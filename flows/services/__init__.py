"""Writes of the flows app: one function, one transaction."""
