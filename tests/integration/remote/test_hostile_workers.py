"""A worker that asks for more than it was given is refused, with a code, and never by a crash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.models import Worker
from executions.remote.link import Link
from executions.runtime import sweep
from executions.runtime.identity import rhythm
from executions.services import worker_access
from executions.worker import result_wire, wire
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work
from tests.integration.engine.stage import Stage
from tests.integration.remote.conftest import Group, group_of
from tests.integration.remote.platforms import FLOW, end_lease, given, session
from tests.support.cast import Cast
from tests.support.live import served
from tests.support.stranger import eventually

SECRET = "a-secret-of-the-namespace"


@dataclass(frozen=True)
class Attacker:
    """A worker with a token of its own, which says whatever it likes."""

    group: Group
    worker_id: UUID
    link: Link
    work: Work

    def post(self, path: str, body: Any, *, worker: str | None = None, token: str = "") -> Any:
        """One request, as a worker's or with somebody else's name on it."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return Client(raise_request_exception=False).generic(
            "POST",
            f"/api/v1/worker/{path}",
            content,
            "application/json",
            headers={
                "Authorization": f"Bearer {token or self.group.token}",
                "X-Downbeat-Worker": worker or str(self.worker_id),
            },
        )

    def ask(self, key: AttemptKey, question: str = "secret", **arguments: Any) -> Any:
        """A question for an attempt."""
        body = {
            "attempt": wire.key_to_wire(key),
            "question": question,
            "arguments": arguments or {"name": "TREASURE"},
        }
        return self.post("questions", body)


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def attacker(module_cast: Cast, url: str) -> Iterator[Attacker]:
    with working(module_cast, url) as found:
        yield found


@pytest.fixture(scope="module")
def victim(module_cast: Cast, url: str) -> Iterator[Attacker]:
    """A worker of another group of the same tenant, with work of its own."""
    with working(module_cast, url) as found:
        yield found


@pytest.fixture(scope="module")
def stranger(module_cast: Cast, url: str) -> Iterator[Attacker]:
    """A worker of another tenant."""
    cast = module_cast
    theirs = replace(
        cast, tenant=cast.other, other=cast.tenant, alice=cast.charlie, charlie=cast.alice
    )
    with working(theirs, url) as found:
        yield found


class working:  # noqa: N801  reads like the function that it stands for
    """A worker of a new group that holds an attempt."""

    def __init__(self, cast: Cast, url: str) -> None:
        self.cast, self.url = cast, url

    def __enter__(self) -> Attacker:
        cast = self.cast
        path = f"{cast.api}/namespaces/company.data/secrets"
        stage = Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)
        group = group_of(cast, cast.alice, cast.api)
        id = f"asks-{uuid7().hex[-10:]}"
        stage.deploy(FLOW.format(id=id, group=group.key))
        assert cast.alice.put(path, {"key": "TREASURE", "value": SECRET}).status_code < 300
        stage.start(id)
        stage.play()
        self.session = session(group, self.url)
        link, worker_id = self.session.__enter__()
        return Attacker(group, worker_id, link, given(group, worker_id))

    def __exit__(self, *problem: Any) -> None:
        self.session.__exit__(*problem)


def test_a_worker_is_told_a_secret_for_the_attempt_that_it_holds(attacker: Attacker) -> None:
    assert attacker.ask(attacker.work.key).json() == {"answer": SECRET}


def test_an_attempt_of_another_group_does_not_exist(attacker: Attacker, victim: Attacker) -> None:
    answer = attacker.ask(victim.work.key)

    assert (answer.status_code, answer.json()["code"]) == (404, "worker.not_held")


def test_an_attempt_of_another_tenant_does_not_exist(
    attacker: Attacker, stranger: Attacker
) -> None:
    swapped = replace(attacker.work.key, tenant_id=stranger.work.key.tenant_id)

    for key in (stranger.work.key, swapped):
        answer = attacker.ask(key)
        assert (answer.status_code, answer.json()["code"]) == (404, "worker.not_held")


def test_another_worker_s_name_is_not_taken(attacker: Attacker, victim: Attacker) -> None:
    body = {
        "attempt": wire.key_to_wire(victim.work.key),
        "question": "secret",
        "arguments": {"name": "TREASURE"},
    }

    answer = attacker.post("questions", body, worker=str(victim.worker_id))

    assert (answer.status_code, answer.json()["code"]) == (410, "worker.session_over")


@pytest.mark.parametrize("epoch", [0, 2, 2**40])
def test_another_lease_of_the_same_attempt_is_over(attacker: Attacker, epoch: int) -> None:
    answer = attacker.ask(replace(attacker.work.key, epoch=epoch))

    assert (answer.status_code, answer.json()["code"]) == (409, "worker.lease_over")


def test_results_of_others_are_not_written(attacker: Attacker, victim: Attacker) -> None:
    forged = AttemptResult(victim.work.key, Ending.SUCCESS, outputs={"forged": True})

    answer = attacker.post("results", {"result": result_wire.result_to_wire(forged)})

    assert (answer.status_code, answer.json()["code"]) == (404, "worker.not_held")


def test_heartbeats_keep_only_one_s_own_leases(attacker: Attacker, victim: Attacker) -> None:
    keys = [wire.key_to_wire(victim.work.key)]

    answer = attacker.post("heartbeats", {"holding": keys})

    assert answer.json()["lost"] == keys


BAD_RESULTS: list[Any] = [
    None,
    [],
    {},
    {"ending": "BEST"},
    {"ending": "SUCCESS", "outputs": []},
    {"ending": "SUCCESS", "metrics": [{"name": "n", "value": 1, "kind": "sum", "at": 0}]},
    {"ending": "SUCCESS", "metrics": [{"name": "n", "value": 1, "kind": "gauge", "at": 1e300}]},
    {"ending": "SUCCESS", "children": [{"id": "x"}]},
    {"ending": "SUCCESS", "effects": [{"is": "Explode", "with": {}}]},
    {"ending": "SUCCESS", "effects": [{"is": "AddLabels", "with": {"labels": 5}}]},
    {"ending": "SUCCESS", "outputs": {"a": {"$": "datetime", "v": "never"}}},
    {"ending": "SUCCESS", "outputs": {"a": {"$": "bomb", "v": 1}}},
]


@pytest.mark.parametrize("result", BAD_RESULTS, ids=lambda one: repr(one)[:40])
def test_a_result_that_makes_no_sense_is_refused(attacker: Attacker, result: Any) -> None:
    if isinstance(result, dict):
        result = {"key": wire.key_to_wire(attacker.work.key), **result}

    answer = attacker.post("results", {"result": result})

    assert (answer.status_code, answer.json()["code"]) == (422, "worker.not_understood")


BAD_LINE = {"run": str(uuid7()), "task": "work", "seq": 0, "level": "INFO", "at": 1.0}


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([{**BAD_LINE, "message": "x"}], 404),
        ([{**BAD_LINE, "message": "x", "at": 1e300}], 422),
        ([{**BAD_LINE, "message": "x", "level": "SHOUT"}], 422),
        ([{**BAD_LINE, "message": "x", "seq": 2**40}], 422),
        ([{**BAD_LINE, "message": "x" * 300_000}], 422),
        ("lines", 422),
        ([None] * 6_000, 422),
    ],
    ids=["foreign", "date", "level", "number", "long", "text", "many"],
)
def test_lines_that_are_not_one_s_own_or_make_no_sense_are_refused(
    attacker: Attacker, lines: Any, status: int
) -> None:
    body = {"attempt": wire.key_to_wire(attacker.work.key), "lines": lines}

    assert attacker.post("logs", body).status_code == status


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("questions", {"attempt": "x", "question": "secret"}),
        ("questions", {"attempt": [1, 2, 3, 4, 5], "question": "secret"}),
        ("questions", {"attempt": ["a", "b", "c", 2**40, True], "question": "secret"}),
        ("claims", {"holding": "everything"}),
        ("claims", {"holding": [[]]}),
        ("claims", {"wait": -5}),
        ("heartbeats", {"holding": [None]}),
        ("sessions", {"slots": 0}),
        ("sessions", {"slots": 10**9}),
        ("sessions", {}),
        ("results", {}),
        ("logs", []),
    ],
    ids=str,
)
def test_bodies_that_make_no_sense_are_refused(attacker: Attacker, path: str, body: Any) -> None:
    answer = attacker.post(path, body)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("everything", {"a": 1}),
    ("read", {"uri": "downbeat:///../../etc/passwd"}),
    ("save", {"name": "../../../../escaped"}),
    ("keep", {"name": "../../escaped"}),
    ("read", {"nothing": 1}),
    ("kept", {"name": "x", "ttl": "soon"}),
    ("kept", {"name": "x", "ttl": 1e300}),
    ("remember", {"state": "none"}),
    ("trail", {"kill": 5}),
    ("trail", {"kill": {"at": 1e300}}),
    ("request", {"operation": "kv.get", "arguments": 7}),
    ("request", {"operation": "nothing.there", "arguments": {}}),
    ("request", {"operation": "kv.set", "arguments": {"key": "k\x00", "value": 1}}),
    ("request", {"operation": "execution.purge", "arguments": {"after": "x"}}),
    ("namespace_files", {"include": 3, "exclude": []}),
    ("outputs", {"tasks": 3}),
]


@pytest.mark.parametrize(("question", "arguments"), QUESTIONS, ids=lambda one: repr(one)[:50])
def test_questions_that_make_no_sense_are_refused(
    attacker: Attacker, question: str, arguments: dict[str, Any]
) -> None:
    answer = attacker.ask(attacker.work.key, question, **arguments)

    assert answer.status_code in (404, 422), answer.content


def test_a_body_that_is_too_large_is_refused_before_it_is_read(attacker: Attacker) -> None:
    answer = attacker.post("results", b'{"result": "' + b"x" * (33 * 1024 * 1024) + b'"}')

    assert (answer.status_code, answer.json()["code"]) == (413, "worker.too_large")


def test_an_address_of_a_file_is_good_for_that_file_that_way_and_that_lease(
    attacker: Attacker, url: str, module_cast: Cast
) -> None:
    with working(module_cast, url) as other:
        made = other.ask(other.work.key, "save", name="mine.txt").json()["answer"]
        path = f"{url}/api/v1/worker/files/"
        http = other.link._http
        changed = made["address"][:-4] + "AAAA"

        assert http.get(f"{path}{made['address']}").status_code == 403
        assert http.put(f"{path}{changed}", content=b"x").status_code == 403
        assert http.put(f"{path}{made['address']}", content=b"x").json()["uri"] == made["uri"]
        end_lease(other.work.key)
        late = http.put(f"{path}{made['address']}", content=b"y")

    assert (late.status_code, late.json()["code"]) == (409, "worker.lease_over")


def test_a_revoked_token_opens_nothing(module_cast: Cast, url: str) -> None:
    with working(module_cast, url) as found:
        group = found.group
        path = f"{group.api}/worker-groups/{group.id}/tokens/{group.token_id}/revoke"
        revoked = group.owner.post(path)

        answer = found.ask(found.work.key)

    assert revoked.json()["tokens"][0]["valid"] is False
    assert (answer.status_code, answer.json()["code"]) == (401, "worker.token")


def lease_of(key: AttemptKey) -> tuple[str, float]:
    """The state of an attempt, and for how many seconds more its lease is good."""
    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "select state, extract(epoch from lease_until - clock_timestamp()) from attempt"
            " where execution_id = %s and task_run_id = %s and number = %s",
            [key.execution_id, key.task_run_id, key.number],
        )
        state, seconds = cursor.fetchone()
    return str(state), float(seconds or 0)


@pytest.mark.parametrize("way", ["revoke", "forget", "delete group"])
def test_a_revoked_worker_loses_its_attempts_long_before_their_leases_end(
    module_cast: Cast, url: str, way: str
) -> None:
    with working(module_cast, url) as found:
        group, key = found.group, found.work.key
        at = f"{group.api}/worker-groups/{group.id}"
        before = lease_of(key)

        match way:
            case "revoke":
                group.owner.post(f"{at}/tokens/{group.token_id}/revoke")
            case "forget":
                group.owner.delete(f"{at}/tokens/{group.token_id}")
            case _:
                group.owner.delete(f"{at}?force=true")

        after = lease_of(key)
        stopped = Worker.objects.get(id=found.worker_id).stopped_at

    allowed = settings.DOWNBEAT.token_cache.total_seconds()
    assert (before[0], before[1] > allowed + 10) == ("RUNNING", True)
    assert (after[0], after[1] <= allowed) == ("RUNNING", True)
    assert stopped is not None


def test_what_a_revoked_worker_held_is_taken_up_by_another_one(module_cast: Cast, url: str) -> None:
    with working(module_cast, url) as found:
        key = found.work.key
        path = f"{found.group.api}/worker-groups/{found.group.id}/tokens/{found.group.token_id}"
        found.group.owner.post(f"{path}/revoke")

        eventually(lambda: sweep.sweep(rhythm()).lost > 0 or lease_of(key)[0] != "RUNNING", 30.0)

    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "select state, reason from attempt where execution_id = %s and number = %s",
            [key.execution_id, key.number],
        )
        assert cursor.fetchone() == ("FAILED", "worker_lost")


def test_a_process_that_has_not_heard_of_the_revocation_lets_nothing_go_on(
    module_cast: Cast, url: str
) -> None:
    with working(module_cast, url) as found:
        known = worker_access.key_of(found.group.token)
        assert known is not None
        path = f"{found.group.api}/worker-groups/{found.group.id}/tokens/{found.group.token_id}"
        found.group.owner.post(f"{path}/revoke")
        worker_access._checked[found.group.token] = (known, float("inf"))
        held = {"holding": [wire.key_to_wire(found.work.key)]}

        beat = found.post("heartbeats", held)
        again = found.post("sessions", {"slots": 1, "protocol": wire.PROTOCOL})
        worker_access.forget_checked()

    assert (beat.status_code, beat.json()["code"]) == (410, "worker.session_over")
    assert (again.status_code, again.json()["code"]) == (401, "worker.token")
    assert lease_of(found.work.key)[1] <= settings.DOWNBEAT.token_cache.total_seconds()


def test_a_result_that_is_sent_twice_is_written_once(module_cast: Cast, url: str) -> None:
    with working(module_cast, url) as found:
        body = {"result": result_wire.result_to_wire(AttemptResult(found.work.key, Ending.SUCCESS))}

        answers = [found.post("results", body) for _ in range(2)]

    assert answers[0].json() == {"written": True}
    assert (answers[1].status_code, answers[1].json()["code"]) == (404, "worker.not_held")
