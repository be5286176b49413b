"""Errors that a task raises on purpose; their message is what the user reads in the log."""

from __future__ import annotations


class TaskFailed(Exception):
    """The task failed; the message says why. Retried if the task's retry policy says so."""


class TaskWarning(Exception):
    """The task succeeded with a warning; ``outputs`` are kept."""

    def __init__(self, message: str, outputs: object | None = None) -> None:
        super().__init__(message)
        self.outputs = outputs


class MissingCredential(TaskFailed):
    """Connection setting `{name}` is missing. Set it inline, in a connection, or in plugin defaults."""
