"""Journals of finished executions, kept for ever: old events have to mean what they meant."""
