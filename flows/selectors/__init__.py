"""Reads of the flows app."""
