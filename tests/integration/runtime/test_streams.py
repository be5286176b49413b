"""Streams and waiting requests, against a real web process."""

from __future__ import annotations

import json
from typing import Any
from urllib import request as http
from urllib.error import HTTPError

import pytest
import websocket
from kestrapy.models.execution_status_event import ExecutionStatusEvent

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


def next_change(socket: websocket.WebSocket) -> dict[str, Any]:
    """What is heard next, whatever may have been missed before."""
    while True:
        heard: dict[str, Any] = json.loads(socket.recv())
        if heard["type"] != "stream.gap":
            return heard


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
    heard = next_change(watch)

    assert heard["topic"] == "namespace:company.data"
    assert heard["type"] == "execution.changed"
    assert heard["data"]["id"] == id
    watch.close()


def test_a_websocket_hears_that_a_flow_is_saved_and_taken_away(runs: Runs, port: int) -> None:
    watch = connected(runs, port, runs.cast.alice.token)
    subscribe(watch, "namespace:company.data")
    assert json.loads(watch.recv())["type"] == "subscribed"

    runs.deploy(shell("written", "echo hello"))
    saved = next_change(watch)
    path = f"{runs.cast.api}/flows/company.data/written"
    ask(runs, port, path, method="DELETE")
    gone = next_change(watch)

    assert (saved["type"], saved["data"]) == ("flow.changed", {"flowId": "written", "revision": 1})
    assert (gone["type"], gone["data"]) == ("flow.changed", {"flowId": "written", "revision": 2})
    watch.close()


def test_a_stranger_is_sent_away_from_the_websocket(runs: Runs, port: int) -> None:
    assert close_code(connected(runs, port, None)) == 4401
    assert close_code(connected(runs, port, runs.cast.charlie.token)) == 4404


def error(socket: websocket.WebSocket) -> tuple[str, int]:
    """Topic and code of the next error."""
    while True:
        heard = json.loads(socket.recv())
        if heard.get("op") == "error":
            assert heard["message"]
            return heard["topic"], heard["code"]


def test_a_refused_topic_ends_itself_and_not_the_connection(runs: Runs, port: int) -> None:
    runs.deploy(shell("kept", "echo hello"))
    watch = connected(runs, port, runs.cast.bob.token)

    subscribe(watch, "namespace:company")
    refused = error(watch)
    subscribe(watch, "namespace:company.data")
    allowed = json.loads(watch.recv())
    runs.start("kept")

    assert refused == ("namespace:company", 4404)
    assert (allowed["type"], allowed["topic"]) == ("subscribed", "namespace:company.data")
    assert json.loads(watch.recv())["topic"] == "namespace:company.data"
    watch.close()


@pytest.mark.parametrize(
    ("sent", "topic", "code"),
    [
        ("no json", "", 4400),
        ("[]", "", 4400),
        ('{"op": "subscribe"}', "", 4400),
        ('{"op": "subscribe", "topic": 7}', "", 4400),
        ('{"op": "dance", "topic": "execution:x"}', "execution:x", 4400),
        ('{"op": "subscribe", "topic": "execution:x"}', "execution:x", 4404),
        ('{"op": "subscribe", "topic": "weather:x"}', "weather:x", 4404),
    ],
)
def test_what_cannot_be_done_is_answered(
    runs: Runs, port: int, sent: str, topic: str, code: int
) -> None:
    watch = connected(runs, port, runs.cast.alice.token)

    watch.send(sent)
    answered = error(watch)
    subscribe(watch, "namespace:company.data")

    assert answered == (topic, code)
    assert json.loads(watch.recv())["type"] == "subscribed"
    watch.close()


def test_relatives_are_followed_to_the_end_of_all(runs: Runs, port: int) -> None:
    runs.deploy(shell("child", "sleep 0.5"))
    runs.deploy(
        flow(
            "parent",
            "  - id: call\n    type: core.flow.Subflow\n    namespace: company.data\n"
            "    flowId: child\n    wait: false\n",
        )
    )
    id = runs.start("parent")

    found = events(ask(runs, port, f"{runs.cast.api}/executions/{id}/follow-dependencies"))

    told = [json.loads(data) for name, data in found if name == "progress"]
    for item in told:
        ExecutionStatusEvent.from_dict(item)
    last = {item["flowId"]: item["state"]["current"] for item in told}
    assert last == {"parent": "SUCCESS", "child": "SUCCESS"}
    assert found[-1][0] == "end"
