"""Flows that leave something behind, and what tests of moves do with their namespaces."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from downbeat.common.scope import tenant_scope
from tests.integration.runtime.conftest import Runs
from tests.support.cast import Cast

MAKER = """id: maker
namespace: {namespace}   # where it lives
inputs:
  - {{id: word, type: SECRET, defaults: sesame}}
tasks:
  - id: script
    type: scripts.shell.Commands
    outputFiles: ["*.txt"]
    commands:
      - "echo {{{{ inputs.word }}}} > secret.txt"
      - "echo '::{{\\"metrics\\": [{{\\"name\\": \\"rows\\", \\"type\\": \\"counter\\", \\"value\\": 5}}]}}::'"
  - {{id: told, type: core.log.Log, message: made}}
  - {{id: said, type: core.debug.Return, format: "{{{{ inputs.word }}}}"}}
  - id: kept
    type: core.kv.Set
    key: last
    value: "{{{{ execution.id }}}}"
  - id: reads
    type: scripts.shell.Commands
    inputFiles:
      seen.txt: "{{{{ outputs.script.outputFiles['secret.txt'] }}}}"
    commands:
      - "test \\"$(cat seen.txt)\\" = '{{{{ outputs.said.value }}}}'"
      - "test '{{{{ secret('KEY') }}}}' = 'the value'"
"""


@dataclass(frozen=True)
class Moves:
    """What the tests do with namespaces, as Alice."""

    cast: Cast

    def to(self, path: str, to: str, **more: Any) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/namespaces/{path}/move", {"to": to, **more})

    def get(self, path: str, **query: Any) -> Any:
        return self.cast.alice.get(f"{self.cast.api}/{path}", **query)

    def start(self, namespace: str, flow: str) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/executions/{namespace}/{flow}")

    def make(self, namespace: str) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/namespaces", {"id": namespace})

    def file(self, id: str, uri: str) -> bytes:
        answer = self.get(f"executions/{id}/file?path={uri}")
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)

    def rows(self, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
        with tenant_scope(self.cast.tenant.id), connection.cursor() as cursor:
            cursor.execute(statement, facts)
            return list(cursor.fetchall())


def furnish(runs: Runs, namespace: str = "team.data") -> None:
    runs.deploy(MAKER.format(namespace=namespace))
    at = f"{runs.cast.api}/namespaces/{namespace}"
    runs.cast.alice.put(f"{at}/secrets", {"key": "KEY", "value": "the value"})
    Client().post(
        f"{at}/files?path=/a.txt",
        {"fileContent": SimpleUploadedFile("a.txt", b"a file")},
        headers={"Authorization": f"Bearer {runs.cast.alice.token}"},
    )


def run(runs: Runs, moves: Moves, namespace: str, flow: str) -> Any:
    answer = moves.start(namespace, flow)
    assert answer.status_code == 200, answer.content
    shown = runs.finished(answer.json()["id"])
    assert shown["state"]["current"] == "SUCCESS", (shown, runs.logs(shown["id"]))
    return shown


def file_of(moves: Moves, shown: Any) -> str:
    (of_script,) = [one for one in shown["taskRunList"] if one["taskId"] == "script"]
    left = moves.get(f"outputs/tasks/{shown['id']}/{of_script['id']}").json()
    found: str = left["outputFiles"]["secret.txt"]
    return found


def until(wanted: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found
