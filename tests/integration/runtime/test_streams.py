"""Streams and waiting requests, against a real web process."""

from __future__ import annotations

import json
from typing import Any
from urllib import request as http
from urllib.error import HTTPError

import pytest
import websocket

from tests.integration.runtime.conftest import Runs
from tests.integration.runtime.test_worker import LOG, flow, shell

SLOW = "for i in 1 2 3; do echo line $i; sleep 0.3; done"


def ask(runs: Runs, port: int, path: str, *, token: str | None = None, method: str = "GET") -> Any:
    request = http.Request(f"http://127.0.0.1:{port}{path}", method=method)
    request.add_header("Authorization", f"Bearer {token or runs.cast.alice.token}")
    return http.urlopen(request, timeout=60)


def events(answer: Any) -> list[tuple[str, str]]:
    """Names and data of the events of a stream that ends."""
    found, name = [], ""
    for raw in answer:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            found.append((name, line.removeprefix("data: ")))
    return found


def test_a_start_that_waits_answers_with_the_finished_execution(runs: Runs, port: int) -> None:
    runs.deploy(shell("waited", "sleep 0.5"))

    path = f"{runs.cast.api}/executions/company.data/waited?wait=true"
    shown = json.load(ask(runs, port, path, method="POST"))

    assert shown["state"]["current"] == "SUCCESS"
    assert shown["taskRunList"][0]["taskId"] == "work"


def test_following_an_execution_ends_with_its_last_state(runs: Runs, port: int) -> None:
    runs.deploy(shell("followed", "sleep 1"))
    id = runs.start("followed")

    found = events(ask(runs, port, f"{runs.cast.api}/executions/{id}/follow"))

    states = [json.loads(data)["state"]["current"] for name, data in found if name == "progress"]
    assert states[-1] == "SUCCESS"
    assert "RUNNING" in states
    assert found[-1][0] == "end"


def test_following_a_log_brings_every_line_once(runs: Runs, port: int) -> None:
    runs.deploy(flow("talk", f"  - id: work\n    type: scripts.shell.Script\n    script: {SLOW}\n"))
    id = runs.start("talk")

    found = events(ask(runs, port, f"{runs.cast.api}/logs/{id}/follow"))

    lines = [json.loads(data)["message"] for name, data in found if name == "log"]
    assert [line for line in lines if line.startswith("line")] == ["line 1", "line 2", "line 3"]


def test_whoever_may_not_look_may_not_follow(runs: Runs, port: int) -> None:
    runs.deploy(LOG)
    id = runs.start("hello")
    path = f"{runs.cast.api}/executions/{id}/follow"

    with pytest.raises(HTTPError) as stranger:
        ask(runs, port, path, token=runs.cast.charlie.token)
    with pytest.raises(HTTPError) as nobody:
        http.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10)

    assert stranger.value.code == 404
    assert nobody.value.code == 401


def connected(runs: Runs, port: int, token: str | None) -> websocket.WebSocket:
    headers = [f"Authorization: Bearer {token}"] if token else []
    address = f"ws://127.0.0.1:{port}{runs.cast.api}/stream"
    return websocket.create_connection(address, header=headers, timeout=20)


def subscribe(socket: websocket.WebSocket, topic: str, **more: Any) -> None:
    socket.send(json.dumps({"op": "subscribe", "topic": topic, **more}))


def close_code(socket: websocket.WebSocket) -> int:
    while True:
        operation, data = socket.recv_data()
        if operation == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(data[:2], "big")


def test_a_websocket_hears_the_changes_of_its_topics(runs: Runs, port: int) -> None:
    runs.deploy(shell("watched", "echo hello"))
    watch = connected(runs, port, runs.cast.alice.token)
    subscribe(watch, "namespace:company.data")
    assert json.loads(watch.recv())["type"] == "subscribed"

    id = runs.start("watched")
    heard = json.loads(watch.recv())
    while heard["type"] == "stream.gap":
        heard = json.loads(watch.recv())

    assert heard["topic"] == "namespace:company.data"
    assert heard["type"] == "execution.changed"
    assert heard["data"]["id"] == id
    watch.close()


def test_a_stranger_is_sent_away_from_the_websocket(runs: Runs, port: int) -> None:
    assert close_code(connected(runs, port, None)) == 4401
    assert close_code(connected(runs, port, runs.cast.charlie.token)) == 4404


def test_a_topic_that_one_may_not_see_is_refused(runs: Runs, port: int) -> None:
    runs.deploy(LOG)
    watch = connected(runs, port, runs.cast.bob.token)

    subscribe(watch, "namespace:company")

    assert close_code(watch) == 4404
