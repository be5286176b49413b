"""Hostile values in the properties of every type: refused in order, or taken as what they are.

Which values meet which properties is drawn: ``HOSTILE_DRAWS`` sets how many each type meets, and
``HOSTILE_SEED`` draws others. A failure names the draw.
"""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import ValidationError

from downbeat.sdk.connection import Connection
from downbeat.sdk.errors import TaskFailed, TaskWarning
from downbeat.sdk.fields import has_expression
from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import FlowableTask, RunnableTask, Task
from downbeat.sdk.trigger import PollingTrigger, Trigger
from flows.spec.parse import parse_flow
from flows.spec.registry import AnyType, load_registry
from tests.support.run_context import MemoryContext

REGISTRY: Final = load_registry()
TYPES: Final = tuple(REGISTRY)
DRAWS: Final = int(os.environ.get("HOSTILE_DRAWS", "3"))
SECRET: Final = "canary-of-a-secret-4711"
HOSTILE: Final[Mapping[str, Any]] = {
    "control": "a\x01\x07\x1b[31mb\r\n\x7f",
    "nul": "a\x00b",
    "above": "../../../../etc/passwd",
    "absolute": "/proc/self/environ",
    "long": "x" * 50_000,
    "surrogate": "a\ud800b",
    "right to left": "\u202etxt.exe\u2066\ufeff",
    "expression": "{{ secrets }}{% for a in b %}",
    "bomb": "[" * 5_000,
    "map in text": '{"a": {"$ref": "#"}}' * 100,
    "header": "a\r\nX-Injected: yes",
    "address": "http://[::1",
    "odd address": "http://a:b@c:99999/%zz?\x00#",
    "number": "1e999",
    "date": "99999-99-99T99:99:99Z",
    "duration": "PT" + "9" * 400 + "S",
    "pattern": "(a+)+$(",
    "blank": " ",
}
_KEPT: Final = {"id", "type", "tasks", "errors", "finally", "conditions", "then", "else", "cases"}


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is made and nothing is waited for: what is tried is over at once."""

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("nobody answers in this test")

    def unknown(host: object, *_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    def impatient(*_: object) -> None:
        raise TaskFailed("nothing is waited for in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(time, "sleep", impatient)
    monkeypatch.setattr("downbeat.sdk.patience.pause", impatient)


def _written(found: AnyType) -> dict[str, Any]:
    """The first example's properties, as they are once expressions are rendered."""
    for _, source in found.examples:
        for part in _parts(yaml.safe_load(source)):
            if REGISTRY.find(str(part.get("type"))) is found:
                return dict(_plain(part))
    return {"id": "part", "type": found.type_name}


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _parts(item)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if has_expression(value):
        return "1"
    return value.replace("localhost:5432", "127.0.0.1:1") if isinstance(value, str) else value


def _keys(found: AnyType) -> list[str]:
    return sorted({item.alias or name for name, item in found.model_fields.items()} - _KEPT)


def _draws(found: AnyType) -> Iterator[tuple[str, str]]:
    chance = random.Random(f"{os.environ.get('HOSTILE_SEED', '1')} {found.type_name}")
    keys = _keys(found)
    for _ in range(DRAWS if keys else 0):
        yield chance.choice(keys), chance.choice(list(HOSTILE))


def _secrets(found: AnyType) -> dict[str, Any]:
    """The secret values of a type that connects, all of them the canary."""
    if not issubclass(found, Connection):
        return {}
    return {found.key_of(name): SECRET for name in found.secret_values}


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_a_source_with_a_hostile_value_is_read_or_refused(found: AnyType) -> None:
    where = "tasks" if issubclass(found, Task) else "triggers"
    if not issubclass(found, Task | Trigger):
        pytest.skip("conditions stand inside triggers")
    for key, name in _draws(found):
        part = {**_written(found), key: HOSTILE[name]}
        log = {"id": "log", "type": "core.log.Log", "message": "hello"}
        flow = {"id": "f", "namespace": "n", "tasks": [log], where: [part]}
        for source in (json.dumps(flow), yaml.safe_dump(flow, allow_unicode=True)):
            outcome = parse_flow(source, REGISTRY)
            assert outcome.flow is not None or outcome.errors, (key, name)


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_a_task_with_a_hostile_value_ends_in_order(found: AnyType, tmp_path: Path) -> None:
    for number, (key, name) in enumerate(_draws(found)):
        written = {**_written(found), **_secrets(found), key: HOSTILE[name]}
        folder = tmp_path / str(number)
        folder.mkdir()
        ctx = MemoryContext(folder, environment={"AWS_MAX_ATTEMPTS": "1"}, answers=_Nothing())
        said = _outcome(found, written, ctx, f"{key}: {name}")
        log = "\n".join(text for _, text in ctx.lines)
        if key not in _secrets(found):
            assert SECRET not in f"{said}{log}", (key, name)
        assert "Traceback" not in f"{said}{log}", (key, name)


def _outcome(found: AnyType, written: dict[str, Any], ctx: MemoryContext, draw: str) -> str:
    """What came of it; whatever is raised besides a refusal fails the test."""
    try:
        part = found.model_validate(written, context={"rendered": True, "registry": REGISTRY})
        match part:
            case ScriptTask():
                part.program()
            case RunnableTask():
                part.run(ctx)
            case FlowableTask():
                part.shape()
            case PollingTrigger():
                part.poll(ctx)
    except (ValidationError, TaskFailed, TaskWarning) as refusal:
        return str(refusal) if isinstance(refusal, TaskFailed) else ""
    except Exception as problem:
        raise AssertionError(f"{draw} raises {type(problem).__name__}: {problem}") from problem
    return ""


class _Nothing(dict[str, Any]):
    """A platform that refuses whatever it is asked, and knows no connection."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> Any:
        return None if key == "connection.get" else _refused


def _refused(_: Mapping[str, Any]) -> None:
    raise TaskFailed("the platform refuses in this test")
