"""A small world for expressions: fixed time, fixed chance, a few secrets, keys and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from flows.spec.expressions import (
    Budget,
    ExpressionError,
    Services,
    Value,
    compile_template,
)

Render: TypeAlias = Callable[..., str]
Evaluate: TypeAlias = Callable[..., Any]
Refuse: TypeAlias = Callable[..., ExpressionError]


class FakeServices:
    """Answers from dictionaries; remembers nothing."""

    def now(self) -> dt.datetime:
        return dt.datetime(2024, 3, 9, 7, 5, 6, 123456, tzinfo=dt.UTC)

    def random(self) -> float:
        return 0.5

    def new_id(self) -> str:
        return "0190a0b0-0000-7000-8000-00000000cafe"

    def secret(self, name: str, namespace: str | None) -> str:
        secrets = {"TOKEN": "s3cret", "JSON": '{"user": "ann", "port": 5}', "EVIL": "{{ 1 + 1 }}"}
        if name.upper() not in secrets:
            raise ExpressionError(f"Cannot find the secret `{name}`")
        return secrets[name.upper()]

    def kv(self, key: str, namespace: str | None, error_on_missing: bool) -> Value:
        keys: dict[str, Value] = {"limit": 3, "doc": {"a": [1, 2]}}
        if key not in keys and error_on_missing:
            raise ExpressionError(f"The key `{key}` does not exist in {namespace or 'own'}")
        return keys.get(key)

    def read_file(self, path_or_uri: str) -> str:
        return f"content of {path_or_uri}"

    def file_uri(self, path: str) -> str:
        return f"downbeat:///own/_files/{path}"

    def file_size(self, uri: str) -> int:
        return 0 if uri.endswith("empty") else 5

    def file_exists(self, uri: str) -> bool:
        return uri != "missing"

    def error_logs(self) -> list[Value]:
        return [{"taskId": "load", "message": "no such table"}]

    def encrypt(self, key: str, text: str) -> str:
        return f"{key}:{text[::-1]}"

    def decrypt(self, key: str, text: str) -> str:
        return text.removeprefix(f"{key}:")[::-1]


@pytest.fixture(scope="session")
def services() -> Services:
    return FakeServices()


@pytest.fixture(scope="session")
def render(services: Services) -> Render:
    """Render a template with names given by keyword."""

    def render_(source: str, /, budget: Budget | None = None, **context: Value) -> str:
        return compile_template(source).render(context, services=services, budget=budget)

    return render_


@pytest.fixture(scope="session")
def evaluate(services: Services) -> Evaluate:
    """Evaluate a template with names given by keyword."""

    def evaluate_(source: str, /, budget: Budget | None = None, **context: Value) -> Value:
        return compile_template(source).evaluate(context, services=services, budget=budget)

    return evaluate_


@pytest.fixture(scope="session")
def refusal(services: Services) -> Refuse:
    """The error that compiling or rendering a template ends with."""

    def refusal_(source: str, /, budget: Budget | None = None, **context: Value) -> ExpressionError:
        with pytest.raises(ExpressionError) as caught:
            compile_template(source).render(context, services=services, budget=budget)
        return caught.value

    return refusal_
