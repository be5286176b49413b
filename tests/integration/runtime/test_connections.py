"""Connections of namespaces as tasks and polls get them, on a live worker."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from downbeat.cli.main import downbeat
from executions.runtime.checks import CHECKS
from executions.runtime.identity import rhythm
from executions.runtime.leases import renew
from tests.integration.runtime.conftest import Processes, Runs
from tests.support.attempts import work_of
from tests.support.cast import NAMESPACE, Cast
from tests.support.stranger import eventually

CANARY = "canary-5c1e77"


@pytest.fixture
def runs(module_cast: Cast, crew: Processes) -> Runs:
    """Flows of one tenant, whose connections have names of their own in each test."""
    return Runs(module_cast)


def _made(
    runs: Runs, name: str, *, namespace: str = NAMESPACE, type: str = "test.system", **values: Any
) -> None:
    cast = runs.cast
    body = {"name": name, "type": type, "values": values}
    answer = cast.alice.post(f"{cast.api}/namespaces/{namespace}/credentials", body)
    assert answer.status_code == 200, answer.content


def _secret(runs: Runs, key: str, value: str, namespace: str = NAMESPACE) -> None:
    cast = runs.cast
    address = f"{cast.api}/namespaces/{namespace}/secrets"
    assert cast.alice.put(address, {"key": key, "value": value}).status_code == 200


def _connects(runs: Runs, id: str, *lines: str) -> Any:
    properties = "\n".join(f"    {line}" for line in lines)
    runs.deploy(f"""id: {id}
namespace: {NAMESPACE}
tasks:
  - id: connect
    type: test.connections.Connect
{properties}
""")
    return runs.run(id)


def _outputs(runs: Runs, execution: Any) -> Any:
    run = execution["taskRunList"][0]["id"]
    cast = runs.cast
    return cast.alice.get(f"{cast.api}/outputs/tasks/{execution['id']}/{run}").json()


def test_a_named_connection_goes_before_what_the_task_says(runs: Runs) -> None:
    _made(runs, "named", host="warehouse", apiToken=CANARY, port=5)

    done = _connects(runs, "named", "connection: named", "host: ignored", "user: reader")

    assert done["state"]["current"] == "SUCCESS", runs.logs(done["id"])
    found = _outputs(runs, done)
    assert (found["host"], found["port"], found["user"]) == ("warehouse", 5, "reader")
    assert found["length"] == len(CANARY)


def test_what_is_secret_in_it_is_hidden_wherever_a_task_says_it(runs: Runs) -> None:
    _secret(runs, "DEPOT_TOKEN", f"{CANARY}-two")
    _made(runs, "plain", host="a", apiToken=CANARY)
    _made(runs, "by-name", host="a", apiToken="{{ secret('DEPOT_TOKEN') }}")

    for name, length in (("plain", 0), ("by-name", len("-two"))):
        done = _connects(runs, f"hidden-{name}", f"connection: {name}")

        lines, found = runs.logs(done["id"]), _outputs(runs, done)
        assert {"log ******", "stdout ******"} <= set(lines)
        assert found["length"] == len(CANARY) + length
        assert CANARY not in str((lines, found, runs.read(done["id"])))


def test_a_connection_that_is_named_as_its_type_is_taken_unasked(runs: Runs) -> None:
    _made(runs, "test.system", namespace="company", host="far", apiToken=CANARY, user="all")

    done = _connects(runs, "unasked", "host: near")

    found = _outputs(runs, done)
    assert (found["host"], found["user"], found["length"]) == ("near", "all", len(CANARY))


def test_secrets_that_a_connection_names_are_those_of_its_own_namespace(runs: Runs) -> None:
    _secret(runs, "SHARED", "of-the-company-above", "company")
    _secret(runs, "SHARED", "near", NAMESPACE)
    _made(runs, "above", namespace="company", host="a", apiToken="{{ secret('SHARED') }}")

    done = _connects(runs, "above", "connection: above")

    assert _outputs(runs, done)["length"] == len("of-the-company-above")


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("missing", "There is no connection `missing` in `company.data`, `company`."),
        ("other", "is of the type `postgresql`; this needs one of the type `test.system`"),
        ("unset", "The connection `unset` of `company.data` cannot be used: There is no secret"),
        ("empty", "'apiToken' is missing: set it on the task or in pluginDefaults"),
    ],
)
def test_a_connection_that_cannot_be_used_fails_the_task_with_the_reason(
    runs: Runs, id: str, said: str
) -> None:
    match id:
        case "other":
            _made(runs, id, type="postgresql", username="a")
        case "unset":
            _made(runs, id, apiToken="{{ secret('NOWHERE') }}")
        case "empty":
            _made(runs, id, host="a")

    done = _connects(runs, f"bad-{id}", f"connection: {id}")

    assert done["state"]["current"] == "FAILED"
    assert any(said in line for line in runs.logs(done["id"])), runs.logs(done["id"])


def test_a_poll_gets_a_connection_and_says_nothing_secret(runs: Runs) -> None:
    _made(runs, "watched", host="depot", apiToken=CANARY)
    runs.deploy(f"""id: watches
namespace: {NAMESPACE}
tasks:
  - id: show
    type: core.debug.Return
    format: "{{{{ trigger.host }}}} {{{{ trigger.said }}}}"
triggers:
  - id: watch
    type: test.connections.Watch
    connection: watched
    interval: PT1H
""")

    def started() -> list[Any]:
        query = f"filters[namespace][EQUALS]={NAMESPACE}&filters[flowId][EQUALS]=watches"
        cast = runs.cast
        return list(cast.alice.get(f"{cast.api}/executions/search?{query}").json()["results"])

    eventually(lambda: bool(started()), 30.0, lambda: "nothing was started")
    done = runs.finished(started()[0]["id"])

    assert _outputs(runs, done)["value"] == "depot token ******"


def _tested(runs: Runs, port: int, name: str) -> Any:
    """What the web process answers to who waits for a test."""
    cast = runs.cast
    assert cast.alice.token is not None
    return httpx.post(
        f"http://127.0.0.1:{port}{cast.api}/namespaces/{NAMESPACE}/credentials/{name}/test",
        headers={"Authorization": f"Bearer {cast.alice.token}", "Host": "testserver"},
        timeout=60,
    )


@pytest.mark.parametrize(
    ("host", "ok", "message"),
    [
        ("warehouse", True, "warehouse answers reader"),
        ("slow", True, "slow answers reader"),
        ("refused", False, "The system refuses the token ******"),
        (None, False, "'host' is missing"),
    ],
)
def test_a_connection_is_tested_on_a_worker(
    runs: Runs, port: int, host: str | None, ok: bool, message: str
) -> None:
    name = f"tested-{host}"
    _made(runs, name, host=host, user="reader", apiToken=CANARY)

    answer = _tested(runs, port, name)

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["ok"], found["success"]) == (ok, ok)
    assert found["message"].startswith(message)
    assert found["durationMs"] >= 0
    assert CANARY not in answer.text


def test_what_cannot_be_tested_is_said(runs: Runs, port: int) -> None:
    assert _tested(runs, port, "nowhere").status_code == 404


@pytest.fixture
def command(runs: Runs, port: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line in Alice's name; returns exit code and output."""
    monkeypatch.setenv("DOWNBEAT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("DOWNBEAT_TENANT", runs.cast.tenant.slug)
    monkeypatch.setenv("DOWNBEAT_TOKEN", str(runs.cast.alice.token))

    def run(*words: str, typed: str | None = None) -> tuple[int, str]:
        answer = CliRunner().invoke(downbeat, ["connection", *words, "-n", NAMESPACE], input=typed)
        said = answer.output + str(answer.exception or "")
        return getattr(answer.exception, "exit_code", answer.exit_code), said

    return run


def test_the_command_line_sets_lists_tests_and_deletes(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("of-a-file", encoding="utf-8")

    untyped = command("set", "cli", "host=a")
    in_sight = command("set", "cli", "--type", "test.system", f"apiToken={CANARY}")
    made = command(
        *("set", "cli", "host=a", "user=reader", "--type", "test.system"),
        *("--secret", "apiToken", "--file", f"keyFile={file}"),
        typed=f"{CANARY}\n",
    )
    changed = command("set", "cli", "host=warehouse", "--unset", "keyFile", "-o", "json")
    tested = command("test", "cli")
    listed = command("list", "--inherited")
    bad = command("set", "cli", "host=refused")
    failed = command("test", "cli")
    gone = command("delete", "cli")
    missing = command("test", "cli")

    assert (untyped[0], in_sight[0]) == (2, 2)
    assert "--secret apiToken" in in_sight[1]
    assert (made[0], bad[0], gone[0]) == (0, 0, 0), made[1]
    assert "keyFile" in made[1]
    assert json.loads(changed[1])["values"] == {"host": "warehouse", "user": "reader"}
    assert json.loads(changed[1])["secrets"] == ["apiToken"]
    assert tested[0] == 0
    assert "warehouse answers reader" in tested[1]
    assert "cli" in listed[1]
    assert failed[0] == 1
    assert "refuses the token ******" in failed[1]
    assert missing[0] == 4
    assert CANARY not in made[1] + changed[1] + tested[1] + listed[1] + failed[1]


def test_a_heartbeat_keeps_a_test_beside_an_attempt_that_is_lost(runs: Runs) -> None:
    attempt = work_of("core.log.Log")
    test = replace(attempt, kind="poll", key=replace(attempt.key, execution_id=CHECKS, number=0))

    kept = renew([test, attempt], rhythm=rhythm())

    assert kept == {test.key: False}
