"""Questions to a server that may die while it answers: asked again until there is an answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tests.bench.server import Client
from tests.chaos.judgement import TERMINAL

PATIENCE_SECONDS: Final = 60.0
PAGE: Final = 500
PAUSE: Final = threading.Event()

T = TypeVar("T")


@dataclass(frozen=True)
class Patient:
    """A client that reads and publishes; both may be repeated without harm."""

    client: Client

    def ready(self) -> bool:
        """Whether the instance says that it is ready, in one try."""
        connection = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=2)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The answer, once there is one."""
        return _surely(lambda: self.client.call("GET", path))

    def deploy(self, source: str) -> None:
        """Publishes a flow, or a new revision of it."""
        place = "/".join(line.partition(": ")[2] for line in source.splitlines()[1::-1])
        body = source.encode()
        known = _surely(lambda: self._known(place))
        verb, path = ("PUT", f"/flows/{place}") if known else ("POST", "/flows")
        _surely(lambda: self.client.call(verb, path, body, kind="application/x-yaml"))

    def _known(self, place: str) -> bool:
        status, content = self.client.raw("GET", f"/api/v1/{self.client.tenant}/flows/{place}")
        if status >= 500:
            raise RuntimeError(content)
        return status < 300

    def newest(self, flow: str) -> str | None:
        """The latest execution's id, in one try."""
        path = f"/api/v1/{self.client.tenant}/executions?namespace=chaos&flowId={flow}&size=1"
        try:
            status, content = self.client.raw("GET", path)
            found = json.loads(content)["results"] if status == http.client.OK else []
        except (OSError, http.client.HTTPException, ValueError):
            return None
        return found[0]["id"] if found else None

    def executions(self, flow: str) -> list[dict[str, Any]]:
        """All of a flow, as lists show them."""
        found: list[dict[str, Any]] = []
        for page in range(1, 100):
            query = f"namespace=chaos&flowId={flow}&size={PAGE}&page={page}"
            results = self.get(f"/executions?{query}")["results"]
            found += results
            if len(results) < PAGE:
                break
        return found

    def ended(self, flow: str, *, seconds: float) -> list[dict[str, Any]]:
        """All of a flow, as soon as all have ended, or as they are when time is up."""
        until = time.monotonic() + seconds
        while True:
            found = self.executions(flow)
            over = all(item["state"]["current"] in TERMINAL for item in found)
            if over or time.monotonic() > until:
                return found
            PAUSE.wait(0.5)


def _surely(ask: Callable[[], T]) -> T:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except (OSError, http.client.HTTPException, RuntimeError):
            if time.monotonic() > until:
                raise
            PAUSE.wait(0.2)
