"""Quotas, fair share, switches and maintenance."""
