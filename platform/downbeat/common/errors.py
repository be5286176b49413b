"""Errors that people see: a class each, its docstring is the message, its code never changes.

class RevisionConflict(Conflict):
    '''The flow changed since you opened it. Reload revision {current} and edit again.'''
    code = "flow.revision_conflict"

raise RevisionConflict(current=7)
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One finding in what was sent: where it is and what is wrong there."""

    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    code: str | None = None


class AppError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, *, errors: Iterable[FieldError] = (), **facts: object) -> None:
        self.errors: list[FieldError] = list(errors)
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The docstring's text with the facts filled in."""
        template = " ".join(inspect.cleandoc(type(self).__doc__ or "").split())
        return template.format_map(_Facts(self.facts))

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer says beside its body."""
        return {}

    @property
    def said(self) -> Mapping[str, object]:
        """What the body says beside what every problem says, for clients that act on it."""
        return {}


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"


class NotFound(AppError):
    """There is no such {what}, or you may not see it."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND

    def __init__(self, what: str = "object", **facts: object) -> None:
        super().__init__(errors=(), what=what, **facts)


class Denied(AppError):
    """You may not do that: it needs {permission}."""

    code = "denied"
    status = HTTPStatus.FORBIDDEN


class Conflict(AppError):
    """The state of the object does not allow that: {reason}."""

    code = "conflict"
    status = HTTPStatus.CONFLICT


class Invalid(AppError):
    """What was sent is not valid: {reason}."""

    code = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ZeroCharacter(Invalid):
    """A zero character (U+0000) stands in the request, and no text can hold it. Leave it out."""

    code = "invalid.zero"


class InvalidFields(Invalid):
    """What was sent is not valid. {summary}"""

    code = "invalid.fields"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        found = list(errors)
        parts = (f"{e.path}: {e.message}" if e.path else e.message for e in found)
        super().__init__(errors=found, summary="; ".join(parts))
