"""Executions over HTTP, without workers: what is asked, found, counted."""
