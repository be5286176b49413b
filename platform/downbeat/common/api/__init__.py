"""Conventions of the HTTP API: errors, pages, filters, bodies."""
