"""What SCIM calls errors: a status, and a word that clients know (RFC 7644 section 3.12). Pure."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar

from downbeat.common.errors import AppError


class Word(StrEnum):
    """`scimType`: the word by which a client tells errors apart."""

    INVALID_FILTER = "invalidFilter"
    INVALID_PATH = "invalidPath"
    INVALID_SYNTAX = "invalidSyntax"
    INVALID_VALUE = "invalidValue"
    MUTABILITY = "mutability"
    NO_TARGET = "noTarget"
    TOO_MANY = "tooMany"
    UNIQUENESS = "uniqueness"


class ScimError(AppError):
    """{reason}"""

    code = "scim.invalid"
    status = HTTPStatus.BAD_REQUEST
    word: ClassVar[Word | None] = None

    def __init__(self, reason: str) -> None:
        super().__init__(errors=(), reason=reason)


class BadFilter(ScimError):
    """The filter cannot be read: {reason}."""

    code = "scim.filter"
    word = Word.INVALID_FILTER


class BadPath(ScimError):
    """The path cannot be followed: {reason}."""

    code = "scim.path"
    word = Word.INVALID_PATH


class BadSyntax(ScimError):
    """The body is not what SCIM asks for here: {reason}."""

    code = "scim.syntax"
    word = Word.INVALID_SYNTAX


class BadValue(ScimError):
    """A value does not fit: {reason}."""

    code = "scim.value"
    word = Word.INVALID_VALUE


class ReadOnly(ScimError):
    """That cannot be changed: {reason}."""

    code = "scim.mutability"
    word = Word.MUTABILITY


class NoTarget(ScimError):
    """Nothing matches the path: {reason}."""

    code = "scim.no_target"
    word = Word.NO_TARGET


class TooMany(ScimError):
    """That is more than one request may hold: {reason}."""

    code = "scim.too_many"
    word = Word.TOO_MANY


class Taken(ScimError):
    """Another resource has that already: {reason}."""

    code = "scim.uniqueness"
    status = HTTPStatus.CONFLICT
    word = Word.UNIQUENESS


class Stale(ScimError):
    """The resource has changed since its version was read; read it again: {reason}."""

    code = "scim.version"
    status = HTTPStatus.PRECONDITION_FAILED


class Conflicting(ScimError):
    """It waits for something that is not there: {reason}."""

    code = "scim.conflict"
    status = HTTPStatus.CONFLICT
    word = Word.INVALID_VALUE


class TooLarge(ScimError):
    """The request is larger than ServiceProviderConfig allows: {reason}."""

    code = "scim.too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class NobodysToken(AppError):
    """/Me stands for the person who asks, and a directory's token stands for nobody. Ask for
    /Users/{{id}}."""

    code = "scim.me"
    status = HTTPStatus.NOT_IMPLEMENTED


class DirectoryOnly(AppError):
    """These addresses answer the token of a directory only; make one under `directories`."""

    code = "scim.directory_only"
    status = HTTPStatus.FORBIDDEN
