"""The one-command server: PostgreSQL, web, worker and scheduler under one supervisor."""
