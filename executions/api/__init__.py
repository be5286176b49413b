"""The HTTP API of executions, logs, outputs, metrics and triggers."""
