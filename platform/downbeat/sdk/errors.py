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
    """A value that a connection needs is nowhere; the message says where it may be set."""

    def __init__(
        self, *, name: str, connection_type: str, namespace: str, variables: tuple[str, ...] = ()
    ) -> None:
        places = [
            "on the task or in pluginDefaults",
            f"in the connection '{connection_type}' of the namespace {namespace}",
        ]
        if variables:
            places.append(f"in the environment variable {' or '.join(variables)} of the worker")
        super().__init__(f"'{name}' is missing: set it {', '.join(places[:-1])} or {places[-1]}")
        self.name = name
