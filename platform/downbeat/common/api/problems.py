"""Errors as `application/problem+json` with stable codes, for views, middleware and ASGI apps."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from psycopg.errors import UntranslatableCharacter
from rest_framework import exceptions
from rest_framework.response import Response

from downbeat.common.errors import AppError, FieldError, ZeroCharacter

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One error as clients read it."""

    status: int
    code: str
    detail: str
    errors: list[FieldError] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, object] = field(default_factory=dict)

    def body(self, instance: str) -> dict[str, object]:
        """The JSON object; `message` repeats `detail` for clients of the incumbent."""
        return {
            **self.said,
            "type": f"urn:downbeat:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "message": self.detail,
            "instance": instance,
            "errors": [_present(error) for error in self.errors],
        }


def _present(error: FieldError) -> dict[str, object]:
    facts = (error.path, error.line, error.column, error.code, error.message)
    names = ("path", "line", "column", "code", "message")
    return {name: fact for name, fact in zip(names, facts, strict=True) if fact is not None}


def problem_of(error: BaseException) -> Problem:
    """What a client is told about an error; the unexpected keeps its details to the log."""
    match error:
        case AppError():
            return Problem(
                int(error.status),
                error.code,
                error.message,
                error.errors,
                error.headers,
                error.said,
            )
        case Http404():
            return Problem(404, "not_found", "There is no such object, or you may not see it.")
        case PermissionDenied():
            return Problem(403, "denied", "You may not do that.")
        case exceptions.APIException():
            return _of_framework(error)
        case SuspiciousOperation() | BadRequest():
            return Problem(400, "bad_request", str(error) or "The request is not valid.")
        case DataError() if _is_zero(error):
            return problem_of(ZeroCharacter())
        case _:
            return Problem(500, "internal", "Something went wrong on our side; it was logged.")


def _is_zero(error: DataError) -> bool:
    """Whether the database refused a text for the one character that it cannot hold.

    Any text of a request may hold it, in the address, the query or the body: one place knows.
    """
    return "NUL (0x00)" in str(error) or isinstance(error.__cause__, UntranslatableCharacter)


def _of_framework(error: exceptions.APIException) -> Problem:
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = 'Bearer realm="downbeat"'
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        found = list(_fields(error.detail, ""))
        text = "; ".join(f"{e.path}: {e.message}" if e.path else e.message for e in found)
        return Problem(422, "invalid.fields", text, found)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else str(error.default_code)
    return Problem(error.status_code, code, str(error.detail), headers=headers)


def _fields(detail: object, path: str) -> Iterator[FieldError]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _fields(inner, _join(path, str(name)))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    else:
        code = getattr(detail, "code", None)
        yield FieldError(str(detail), path=path or None, code=code)


def _join(path: str, name: str) -> str:
    if name == "non_field_errors":
        return path
    return f"{path}.{name}" if path else name


def exception_handler(error: Exception, context: Mapping[str, object]) -> Response:
    """DRF's hook: every error of a view leaves as a problem."""
    request = context.get("request")
    problem = problem_of(error)
    foreseen = isinstance(error, AppError)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not foreseen:
        log.error("unexpected error", exc_info=error)
    path = getattr(request, "path", "")
    response = Response(problem.body(path), status=problem.status, content_type=CONTENT_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The same outside of DRF."""
    body = orjson.dumps(problem.body(request.path))
    response = HttpResponse(body, status=problem.status, content_type=CONTENT_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such route."""
    problem = Problem(404, "not_found", "There is no such address.")
    return problem_response(request, problem)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error that no view has caught."""
    return problem_response(request, problem_of(RuntimeError()))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that Django refuses."""
    return problem_response(request, problem_of(exception or BadRequest()))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A write with a session cookie but without its CSRF token."""
    problem = Problem(403, "csrf", f"The CSRF token is missing or wrong. {reason}".strip())
    return problem_response(request, problem)
