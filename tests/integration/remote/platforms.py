"""Three platforms that a worker may talk to, each with one attempt that it holds.

In memory, straight to the database, and over HTTP: what holds for one channel holds for all.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.models import LogLine, TaskRun, Worker
from executions.remote.channel import HttpChannel
from executions.remote.link import Link, Server
from executions.runtime import assignment, claims
from executions.runtime.channel_direct import DirectChannel
from executions.runtime.identity import WorkerIdentity, rhythm
from executions.runtime.work_of import works_of
from executions.runtime.work_places import WorkPlaces
from executions.services import worker_access, worker_sessions
from executions.worker.channel import WorkerChannel
from executions.worker.work import AttemptKey, AttemptResult, Work
from tests.integration.engine.stage import Stage, succeed
from tests.integration.remote.conftest import Group, group_of
from tests.support.attempts import work_of
from tests.support.cast import Cast
from tests.support.live import served
from tests.support.memory_channel import MemoryChannel

NAMESPACE = "company.data"
FLOW = """id: {id}
namespace: company.data
workerGroup: {{key: {group}}}
tasks:
  - {{id: before, type: core.output.OutputValues, values: {{total: 7, list: [1, two]}}}}
  - {{id: work, type: scripts.shell.Script, script: 'true'}}
"""


@dataclass
class Platform:
    """A channel, the attempt that is held through it, and what arrives behind it."""

    channel: WorkerChannel
    work: Work
    secret: Callable[[str, str], None]
    pair: Callable[[str, Any], None]
    file: Callable[[str, bytes], None]
    lines: Callable[[], list[tuple[str, str]]]
    remembered: Callable[[], Any]
    end_lease: Callable[[], None]
    results: list[AttemptResult] = field(default_factory=list)
    outputs_task: str = "before"

    @property
    def key(self) -> AttemptKey:
        """What names the attempt."""
        return self.work.key


def in_memory() -> Platform:
    """A platform of dictionaries."""
    channel = MemoryChannel(
        earlier_outputs={"before": {"values": {"total": 7, "list": [1, "two"]}}}
    )
    work = work_of("scripts.shell.Script", script="true")

    def file(path: str, content: bytes) -> None:
        channel.files[path] = channel.files[f"downbeat:///{NAMESPACE}/_files/{path}"] = content

    return Platform(
        channel=channel,
        work=work,
        secret=lambda name, value: channel.secrets.update({name: value}),
        pair=lambda name, value: channel.pairs.update({name: value}),
        file=file,
        lines=lambda: [(line.level, line.message) for line in channel.lines],
        remembered=lambda: channel.remembered,
        end_lease=lambda: setattr(channel, "lease_lost", True),
        results=channel.results,
    )


@contextmanager
def beside_the_database(cast: Cast) -> Iterator[Platform]:
    """A worker with a connection."""
    group = f"near-{uuid7().hex[-8:]}"
    stage = _queued(cast, group)
    worker = WorkerIdentity(uuid7(), group, 1)
    (key,) = claims.claim(worker, limit=1, rhythm=rhythm())[stage.tenant_id]
    (work,) = works_of(stage.tenant_id, [key])
    places, results = WorkPlaces(), list[AttemptResult]()
    places.enter(work)
    channel = DirectChannel(places=places, finished=results.append)
    yield _of_database(cast, channel, work, results)


@contextmanager
def over_http(cast: Cast) -> Iterator[Platform]:
    """A worker that knows an address and a token."""
    group = group_of(cast, cast.alice, cast.api)
    with served() as url, session(group, url) as (link, worker_id):
        _queued(cast, group.key)
        work = given(group, worker_id)
        results: list[AttemptResult] = []
        channel = HttpChannel(link, finished=results.append, lease=lambda: timedelta(seconds=20))
        channel.enter(work.key)
        yield _of_database(cast, channel, work, results)


@contextmanager
def session(group: Group, url: str, *, slots: int = 4) -> Iterator[tuple[Link, UUID]]:
    """A session of a worker of the group."""
    link = Link(Server(url, group.token))
    facts = link.ask("sessions", {"slots": slots, "protocol": 1, "host": "test"})
    link.worker_id = facts["workerId"]
    try:
        yield link, UUID(facts["workerId"])
    finally:
        link.close()


def given(group: Group, worker_id: UUID) -> Work:
    """The work that the group's queue has for the worker, claimed as a scheduler claims it."""
    key = worker_access.key_of(group.token)
    assert key is not None
    listens = worker_sessions.Look(frozenset(), draining=False, listens_for=timedelta(minutes=1))
    worker_sessions.look(key, worker_id, listens)
    assignment.assign(replace(rhythm(), lease=timedelta(minutes=1)), queue=key.queue)
    (work,) = worker_sessions.look(key, worker_id, listens).works
    return work


def _queued(cast: Cast, group: str) -> Stage:
    """An attempt that waits in the group's queue."""
    stage = Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)
    id = f"asks-{uuid7().hex[-10:]}"
    stage.deploy(FLOW.format(id=id, group=group))
    stage.start(id)
    stage.play(succeed)
    return stage


def _of_database(
    cast: Cast, channel: WorkerChannel, work: Work, results: list[AttemptResult]
) -> Platform:
    alice, api, key = cast.alice, f"{cast.api}/namespaces/{NAMESPACE}", work.key

    def file(path: str, content: bytes) -> None:
        body = b'--e\r\nContent-Disposition: form-data; name="fileContent"; filename="f"\r\n\r\n'
        body += content + b"\r\n--e--\r\n"
        address = f"{api}/files?path=/{path}"
        answer = alice.post(address, body, type="multipart/form-data; boundary=e")
        assert answer.status_code < 300, answer.content

    def lines() -> list[tuple[str, str]]:
        with tenant_scope(cast.tenant.id):
            rows = LogLine.objects.filter(execution_id=key.execution_id, task_id="work")
            return list(rows.order_by("idx").values_list("level", "message"))

    def remembered() -> Any:
        with tenant_scope(cast.tenant.id):
            return TaskRun.objects.get(id=key.task_run_id).remembered

    return Platform(
        channel=channel,
        work=work,
        secret=lambda name, value: _good(
            alice.put(f"{api}/secrets", {"key": name, "value": value})
        ),
        pair=lambda name, value: _good(alice.put(f"{api}/kv/{name}", value)),
        file=file,
        lines=lines,
        remembered=remembered,
        end_lease=lambda: end_lease(key),
        results=results,
    )


def _good(answer: Any) -> None:
    assert answer.status_code < 300, answer.content


def end_lease(key: AttemptKey) -> None:
    """Gives the attempt to somebody else."""
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "update attempt set lease_epoch = lease_epoch + 1 where tenant_id = %s"
            " and execution_id = %s and task_run_id = %s and number = %s",
            [key.tenant_id, key.execution_id, key.task_run_id, key.number],
        )


def alive(worker_id: UUID) -> Worker:
    """The worker's row."""
    return Worker.objects.get(id=worker_id)


def content_of(stream: Any) -> bytes:
    """All of a file, which is closed afterwards."""
    with stream:
        found: bytes = stream.read()
        return found


def bytes_of(content: bytes) -> io.BytesIO:
    """A file to be sent."""
    return io.BytesIO(content)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Answers of calls that are made at the same time; errors stand in their place."""
    found: list[Any] = [None] * len(calls)

    def one(at: int) -> None:
        try:
            found[at] = calls[at]()
        except Exception as problem:
            found[at] = problem

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
