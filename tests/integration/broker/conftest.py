"""Processes of the product that ring each other by a broker; skipped where no broker answers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from celery import Celery

from tests.integration.runtime.conftest import Processes, processes
from tests.support.cast import NAMESPACE, Cast
from tests.support.stranger import eventually, free_port

__all__ = ["processes"]

BROKERS = {
    "redis": "redis://127.0.0.1:6379/13",
    "rabbitmq": "amqp://guest:guest@127.0.0.1:5672//",
}
NOBODY = "redis://127.0.0.1:1/0"
QUEUE = "downbeat.default"
TERMINAL = frozenset(["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"])


@pytest.fixture(params=sorted(BROKERS))
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a broker whose queue is empty; a build of ours must have both."""
    url = BROKERS[request.param]
    if not _answers(url):
        message = f"{request.param} does not answer at {url}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    purge(url)
    yield url
    purge(url)


@dataclass(frozen=True)
class Place:
    """Alice's tenant, through a web process that rings by the broker."""

    client: httpx.Client
    processes: Processes

    def deploy(self, id: str, tasks: str) -> None:
        """A new flow."""
        source = f"id: {id}\nnamespace: {NAMESPACE}\ntasks:\n{tasks}"
        answer = self.client.post(
            "/flows", content=source, headers={"Content-Type": "application/x-yaml"}
        )
        assert answer.is_success, answer.text

    def start(self, flow: str) -> str:
        """A new execution; returns its id."""
        answer = self.client.post(f"/executions/{NAMESPACE}/{flow}")
        assert answer.is_success, answer.text
        found: str = answer.json()["id"]
        return found

    def ended(self, ids: list[str], *, seconds: float) -> list[dict[str, Any]]:
        """The executions, once all have ended."""
        eventually(
            lambda: all(self._state(id) in TERMINAL for id in ids), seconds, self.processes.printed
        )
        return [self._shown(id) for id in ids]

    def _shown(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/executions/{id}").json()
        return found

    def _state(self, id: str) -> str:
        return str(self._shown(id)["state"]["current"])


def place(cast: Cast, processes: Processes, broker: str, **more: str) -> Iterator[Place]:
    """A web process and a worker that ring by that broker."""
    processes.environment.update({"DOWNBEAT_BROKER_URL": broker, **more})
    port = free_port()
    processes.web(port)
    processes.worker()
    base = f"http://127.0.0.1:{port}"
    headers = {"Authorization": f"Bearer {cast.alice.token}"}
    with httpx.Client(
        base_url=f"{base}{cast.api}", headers=headers, timeout=60, trust_env=False
    ) as client:
        eventually(lambda: _ready(base), 90, processes.printed)
        yield Place(client, processes)


def send(broker: str, *payloads: object) -> None:
    """Messages in the shape of doorbells, whatever they say."""
    app = _app(broker)
    for payload in payloads:
        app.send_task("executions.tasks.ring", args=[payload], queue=QUEUE, ignore_result=True)


def purge(broker: str) -> None:
    """Loses everything that waits."""
    with _app(broker).connection_for_write() as connection:
        queue = connection.SimpleQueue(QUEUE)
        queue.clear()
        queue.close()


@cache
def _app(broker: str) -> Celery:
    """Somebody else's application at the same broker."""
    return Celery("stranger", broker=broker, set_as_current=False)


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=2).close()
    except OSError:
        return False
    return True


def _ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health/ready", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False
