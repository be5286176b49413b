"""Reads about executions, inside a tenant's scope."""
