"""Causes of executions: schedules, webhooks, polls, other flows, and people's backfills."""
