"""Secrets that tasks print, return and fail with, in every form: none is found anywhere afterwards.

`SECRET_CANARIES` is how many secrets go through; a soak takes 200.
"""

from __future__ import annotations

import base64
import html
import json
import os
import random
import shlex
import string
import subprocess
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

import psycopg
import pytest
from django.db import connections

from downbeat.common import doorbell
from downbeat.common.events import STREAM_CHANNEL
from tests.integration.runtime.conftest import Processes, Runs
from tests.support import database as databases
from tests.support.cast import NAMESPACE

COUNT: Final = int(os.environ.get("SECRET_CANARIES", "12"))
PER_FLOW: Final = 6
ENCODINGS: Final[dict[str, Callable[[str], str]]] = {
    "plain": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "percent": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps(text)[1:-1],
    "html": html.escape,
    "shell": shlex.quote,
}
# Runs in the task: prints, returns and fails with each form of each secret in its environment.
SCRIPT: Final = """
import base64, html, json, os, shlex, sys
from urllib.parse import quote
forms = [
    str,
    lambda t: base64.b64encode(t.encode()).decode(),
    lambda t: base64.urlsafe_b64encode(t.encode()).decode(),
    lambda t: t.encode().hex(),
    lambda t: t.encode().hex().upper(),
    lambda t: quote(t, safe=""),
    lambda t: json.dumps(t),
    html.escape,
    shlex.quote,
]
texts = [form(value) for name, value in sorted(os.environ.items())
         if name.startswith("CANARY_") for form in forms]
for number, text in enumerate(texts):
    print(f"line {number}: {text} end", flush=True)
    print(f"error {number}: {text}", file=sys.stderr, flush=True)
print("::" + json.dumps({"outputs": {f"o{n}": text for n, text in enumerate(texts)}}) + "::", flush=True)
sys.exit(" ".join(texts))
"""


def _secrets(seed: int) -> list[str]:
    """Long enough to be nobody's accident, with letters that each encoding writes differently."""
    chance = random.Random(seed)
    letters = string.ascii_letters + string.digits + "+/&<>\"'%= äß"
    return ["".join(chance.choices(letters, k=chance.randint(18, 40))) for _ in range(COUNT)]


def _flow(id: str, names: list[str]) -> str:
    tasks: list[dict[str, Any]] = []
    for name in names:
        text = f"{{{{ secret('{name}') }}}}"
        tasks.append({"id": f"say{name}", "type": "core.log.Log", "message": f"said {text}"})
        tasks.append({"id": f"give{name}", "type": "core.debug.Return", "format": f"got {text}"})
        encoded = f"{{{{ secret('{name}') | base64encode }}}}"
        tasks.append({"id": f"code{name}", "type": "core.debug.Return", "format": encoded})
    env = {f"CANARY_{name}": f"{{{{ secret('{name}') }}}}" for name in names}
    tasks.append({"id": "leak", "type": "scripts.python.Script", "env": env, "script": SCRIPT})
    return json.dumps({"id": id, "namespace": NAMESPACE, "tasks": tasks})


class _Wire:
    """Everything that travels by NOTIFY while the flows run."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        for channel in (doorbell.BELL_CHANNEL, doorbell.TRIGGER_CHANNEL, STREAM_CHANNEL):
            self._connection.execute(f'listen "{channel}"')

    def heard(self) -> str:
        return "\n".join(note.payload for note in self._connection.notifies(timeout=1))

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def wire(database: databases.Server) -> Iterator[_Wire]:
    name = str(connections.settings["default"]["NAME"])
    found = _Wire(database.url_of("system", name))
    yield found
    found.close()


def _dump(database: databases.Server) -> str:
    """The database as a backup has it."""
    from downbeat.embedded.binaries import find

    name = str(connections.settings["default"]["NAME"])
    program = find().program("pg_dump")
    url = database.url_of("owner", name)
    command = [str(program), "--enable-row-security", "--data-only", "--inserts", "-d", url]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode("utf-8", "replace")


def _found(where: str, text: str, secrets: list[str]) -> list[str]:
    return [
        f"{where}: secret {number} as {name}"
        for number, secret in enumerate(secrets)
        for name, form in ENCODINGS.items()
        if form(secret) in text
    ]


def test_no_form_of_a_secret_is_left_anywhere(
    crew: Processes, runs: Runs, wire: _Wire, database: databases.Server
) -> None:
    secrets = _secrets(seed=20_261_123)
    at = f"{runs.cast.api}/namespaces/{NAMESPACE}/secrets"
    for number, secret in enumerate(secrets):
        assert runs.cast.alice.put(at, {"key": f"S{number}", "value": secret}).status_code == 200

    answers = ""
    for start in range(0, COUNT, PER_FLOW):
        names = [f"S{number}" for number in range(start, min(start + PER_FLOW, COUNT))]
        runs.deploy(_flow(f"leaks{start}", names))
        shown = runs.finished(runs.start(f"leaks{start}"), seconds=150)
        assert shown["state"]["current"] == "FAILED"
        for path in (
            f"executions/{shown['id']}",
            f"logs/{shown['id']}",
            f"logs/{shown['id']}/download",
            f"outputs/executions/{shown['id']}",
            "auditlogs/search?size=1000",
            "auditlogs/export?format=jsonl",
            "secrets?size=1000",
        ):
            answer = runs.cast.alice.get(f"{runs.cast.api}/{path}")
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            answers += body.decode("utf-8", "replace")
            # Answers are JSON: what is escaped in them is looked for as it was written, too.
            answers += body.decode("unicode_escape", "replace")

    assert "line 0: " in answers, "the tasks have printed"
    leaks = _found("answer", answers, secrets)
    leaks += _found("dump", _dump(database), secrets)
    leaks += _found("wire", wire.heard(), secrets)
    leaks += _found("process", crew.printed(), secrets)
    assert leaks == []
