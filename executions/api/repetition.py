"""Starts that are sent twice: the key that a client gives, with a hash of what it asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from rest_framework.request import Request

from downbeat.common.errors import FieldError, InvalidFields
from executions.services.inputs import Given, Upload
from executions.services.start import Idempotency

HASHED_AT_ONCE: Final = 1024 * 1024
LONGEST_KEY: Final = 255


def idempotency_of(
    request: Request, route: str, about: str, given: Mapping[str, Given]
) -> Idempotency | None:
    """The `Idempotency-Key` of a request that starts something about a flow or an execution.

    The same key gives the same execution for a day; with another query, other inputs or files it
    is refused. Files are read once more to be compared by content.
    """
    key = _key(request)
    if key is None:
        return None
    inputs = {name: _fingerprint(value) for name, value in given.items()}
    return _sent(request, key, route, {"flow": about, "inputs": inputs})


def idempotency_of_call(request: Request, route: str, content: bytes) -> Idempotency | None:
    """The same for a call that starts something with its whole body."""
    key = _key(request)
    if key is None:
        return None
    return _sent(request, key, route, {"content": content.decode("latin-1")})


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key and len(key) > LONGEST_KEY:
        raise InvalidFields(
            [FieldError(f"at most {LONGEST_KEY} characters", path="Idempotency-Key")]
        )
    return key or None


def _sent(request: Request, key: str, route: str, asked: Mapping[str, Any]) -> Idempotency:
    body = {**asked, "query": sorted(request.query_params.lists())}
    return Idempotency.of(key, route=route, body=body)


def _fingerprint(value: Given) -> Any:
    if isinstance(value, Upload):
        digest = hashlib.sha256()
        while chunk := value.content.read(HASHED_AT_ONCE):
            digest.update(chunk)
        value.content.seek(0)
        return {"file": value.name, "sha256": digest.hexdigest()}
    return value
