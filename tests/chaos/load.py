"""Starts executions as a careful client does: with a key, again and again until it is answered."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.bench.server import YAML, Client

PATIENCE_SECONDS: Final = 60.0
CLIENTS: Final = 8
PAUSE_SECONDS: Final = 8.0
"""Between two starts of a client, once the first burst is over."""
FLOW: Final = """id: chaos
namespace: chaos
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - id: one
        type: scripts.python.Script
        retry: &again {{type: constant, interval: PT0.2S, maxAttempts: 20}}
        script: &report |
          import json, os, socket, time

          def tell(event):
              said = {{"event": event, "execution": "{{{{ execution.id }}}}",
                      "run": os.environ["DOWNBEAT_IDEMPOTENCY_KEY"],
                      "fence": int(os.environ["DOWNBEAT_FENCE"])}}
              with socket.create_connection(("127.0.0.1", {port})) as line:
                  line.sendall(json.dumps(said).encode() + b"\\n")
                  line.recv(3)

          tell("start")
          time.sleep({seconds})
          tell("end")
      - id: two
        type: scripts.python.Script
        retry: *again
        script: *report
  - id: join
    type: scripts.python.Script
    retry: *again
    script: *report
"""


def source(*, witness_port: int, seconds: float) -> str:
    """The flow whose tasks report to the witness."""
    return FLOW.format(port=witness_port, seconds=seconds)


@dataclass
class Load:
    """A stream of starts; what was accepted stands in ``accepted``."""

    client: Client
    prefix: str
    burst: int
    accepted: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=count)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Clients that start a burst at once, and then go on until the end of the block."""
        clients = [threading.Thread(target=self._go_on) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._over.set()
            for client in clients:
                client.join()

    def until_accepted(self, wanted: int) -> None:
        """Waits for that many answers."""
        while len(self.accepted) + len(self.refused) < wanted:
            self._over.wait(0.05)

    def _go_on(self) -> None:
        while not self._over.is_set():
            with self._lock:
                number = next(self._numbers)
            if number >= self.burst:
                self._over.wait(random.uniform(0, PAUSE_SECONDS))
            self.start(f"{self.prefix}{number}")

    def start(self, key: str) -> None:
        """One execution, surely: repeats the same key until somebody answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self._try(key)
            if answer is not None:
                with self._lock:
                    self.accepted[key] = answer["id"]
                return
            time.sleep(random.uniform(0.05, 0.3))
        self.refused.append(key)

    def _try(self, key: str) -> Mapping[str, Any] | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=10)
        try:
            connection.request(
                "POST",
                f"/api/v1/{self.client.tenant}/executions/chaos/chaos",
                headers={
                    "Authorization": f"Bearer {self.client.token}",
                    "Idempotency-Key": key,
                    "Content-Type": YAML,
                },
            )
            answer = connection.getresponse()
            content = answer.read()
            if answer.status < 300:
                found: Mapping[str, Any] = json.loads(content)
                return found
            if answer.status < 500:
                self.refused.append(f"{key}: {answer.status} {content[:300]!r}")
            return None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
