"""Exit codes of the command line, and the errors that carry them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code says; these numbers never change."""

    OK = 0
    EXECUTION_FAILED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    INVALID = 5
    UNREACHABLE = 6


class Problem(Exception):
    """Something the operator has to know; the text says what to do."""

    def __init__(self, text: str, exit_code: int = Exit.EXECUTION_FAILED) -> None:
        super().__init__(text)
        self.exit_code = int(exit_code)


def exit_for_status(status: int) -> Exit:
    """The exit code for an answer of the server."""
    if status in (401, 403):
        return Exit.NOT_ALLOWED
    if status == 404:
        return Exit.NOT_FOUND
    if status in (400, 409, 413, 415, 422):
        return Exit.INVALID
    return Exit.UNREACHABLE if status in (502, 503, 504) else Exit.EXECUTION_FAILED
