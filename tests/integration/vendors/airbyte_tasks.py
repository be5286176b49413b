"""Airbyte's tasks as the tests of this folder write them, and the fixtures that they run with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.task import RunnableTask
from flows.plugins.airbyte.cloud import Sync as CloudSync
from flows.plugins.airbyte.connections import Sync
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.run_context import MemoryContext, made

QUICK: Mapping[str, Any] = {"pollFrequency": "PT0.02S"}
NOW = {"Retry-After": "0"}


@pytest.fixture
def double() -> Iterator[AirbyteDouble]:
    found = AirbyteDouble()
    with found.listening():
        yield found


@pytest.fixture
def ctx(tmp_path: Path) -> MemoryContext:
    return MemoryContext(tmp_path, answers={"connection.get": None})


def sync(double: AirbyteDouble, **properties: Any) -> RunnableTask:
    return made(Sync, **{"url": double.url, "connectionId": "shop", **QUICK, **properties})


def cloud(double: AirbyteDouble, kind: type[RunnableTask] = CloudSync, **more: Any) -> RunnableTask:
    written = {"url": f"{double.url}/v1", "token": "fixed-token", "connectionId": "shop", **QUICK}
    return made(kind, **{**written, **more})


def fresh(ctx: MemoryContext) -> MemoryContext:
    """The context of another task run."""
    return replace(ctx, remembered={})


def said(ctx: MemoryContext) -> str:
    return "\n".join(text for _, text in ctx.lines)
