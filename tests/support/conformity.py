"""Every answer that a test gets is what the OpenAPI description says of its route."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.urls import Resolver404, resolve

from downbeat.common.api.operations import key_of, operation_of
from tests.support.openapi import deviations


@contextmanager
def as_declared() -> Iterator[set[str]]:
    """While it is open, answers are compared; yields the keys of routes that answered.

    Refusals are left out: every operation has the same problem, which tests of theirs look at.
    """
    wrong: list[str] = []
    seen: set[str] = set()
    real = Client.request

    def request(self: Client, **request: Any) -> Any:
        answer = real(self, **request)
        method, path = request.get("REQUEST_METHOD", "GET"), request["PATH_INFO"]
        shown = answer.status_code < 400 and answer.status_code != HTTPStatus.NOT_MODIFIED
        if shown and (key := _declared(method, path)):
            seen.add(key)
            wrong.extend(f"{key}: {one}" for one in deviations(method, path, answer))
        return answer

    with patch.object(Client, "request", request):
        yield seen
    assert not wrong, "\n".join(wrong)


def _declared(method: str, path: str) -> str | None:
    try:
        route = resolve(path).route
    except Resolver404:
        return None
    return key_of(method, route) if operation_of(method, route) else None
