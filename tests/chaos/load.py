"""Starts executions as a careful client does: with a key, again and again until it is answered."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.server import YAML, Client

PATIENCE_SECONDS: Final = 60.0
FLOW: Final = """id: chaos
namespace: chaos
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - id: one
        type: scripts.python.Script
        script: &report |
          import json, os, socket, time

          def tell(event):
              said = {{"event": event, "execution": "{{{{ execution.id }}}}",
                      "run": os.environ["DOWNBEAT_IDEMPOTENCY_KEY"],
                      "attempt": int("{{{{ taskrun.attemptsCount }}}}") + 1,
                      "fence": int(os.environ["DOWNBEAT_FENCE"])}}
              with socket.create_connection(("127.0.0.1", {port})) as line:
                  line.sendall(json.dumps(said).encode() + b"\\n")
                  line.recv(3)

          tell("start")
          time.sleep({seconds})
          tell("end")
      - id: two
        type: scripts.python.Script
        script: *report
  - id: join
    type: scripts.python.Script
    script: *report
"""


@dataclass
class Load:
    """A stream of starts; what was accepted stands in ``accepted``."""

    client: Client
    accepted: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def deploy(self, *, witness_port: int, seconds: float) -> None:
        """Publishes the flow whose tasks report to the witness."""
        self.client.deploy(FLOW.format(port=witness_port, seconds=seconds))

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
                raise AssertionError(f"{key}: {answer.status} {content[:300]!r}")
            return None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
