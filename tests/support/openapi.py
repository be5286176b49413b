"""The OpenAPI description of this process, and whether an answer is what it says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from downbeat.common.api.operations import Operation, key_of, operation_of


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The whole description."""
    make: Any = SchemaGenerator
    with GENERATOR_STATS.silence():
        found: dict[str, Any] = make().get_schema(request=None, public=True)
    return found


def operation(method: str, path: str) -> Operation:
    """What is declared of the route that an address means."""
    template = resolve(urlsplit(path).path).route
    found = operation_of(method, template)
    assert found is not None, f"{key_of(method, template)} is not declared"
    return found


def deviations(method: str, path: str, answer: Any) -> list[str]:
    """What in an answer is not as declared; empty for a good one."""
    declared = operation(method, path)
    told = declared.responses()
    status = str(answer.status_code)
    if status not in told:
        return [f"status {status}, declared are {sorted(told)}"]
    content = told[status].get("content")
    if content is None:
        return [] if not answer.content.strip() else ["content where none is declared"]
    media = answer.get("Content-Type", "").partition(";")[0]
    if media not in content:
        return [f"{media}, declared are {sorted(content)}"]
    if media != "application/json":
        return []
    schema = {**content[media]["schema"], "components": described()["components"]}
    found = Draft202012Validator(schema).iter_errors(answer.json())
    return [f"{error.json_path}: {error.message[:300]}" for error in found]
