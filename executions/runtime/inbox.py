"""Messages to executions: what a turn takes note of when it next holds the execution."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from downbeat.common import doorbell
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded, text


class Message(StrEnum):
    """Kinds of messages."""

    CREATED = "created"
    RELEASED = "released"
    RESULT = "result"
    WORKER_LOST = "worker_lost"
    NO_WORKER = "no_worker"
    CHILD_ENDED = "child_ended"
    KILL = "kill"
    PAUSE = "pause"
    RESUME = "resume"
    FORCE_RUN = "force_run"
    TIMER = "timer"
    RESTART = "restart"
    SET_STATE = "set_state"
    SET_STATUS = "set_status"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Note:
    """A message that was taken out of the inbox."""

    kind: Message
    payload: Mapping[str, Any]


_POST: Final = """
insert into inbox (tenant_id, execution_id, kind, payload) values (%s, %s, %s, %s::jsonb)
"""
_POST_ALL: Final = """
insert into inbox (tenant_id, execution_id, kind, payload)
select %s, execution_id, kind, payload
  from jsonb_to_recordset(%s::jsonb) as m(execution_id uuid, kind text, payload jsonb)
 where exists (select 1 from execution e where e.tenant_id = %s and e.id = m.execution_id)
"""
_DRAIN: Final = """
with gone as (
    delete from inbox where tenant_id = %s and execution_id = any(%s)
    returning id, execution_id, kind, payload
)
select execution_id, kind, payload from gone order by id
"""
_WAITING: Final = """
select distinct execution_id from inbox where tenant_id = %s and execution_id = any(%s)
"""


def post(tenant_id: UUID, execution_id: UUID, kind: str, payload: Mapping[str, Any]) -> None:
    """Leaves a message and rings after the commit; inside the tenant's scope."""
    rows(_POST, [tenant_id, execution_id, str(Message(kind)), text(payload)])
    doorbell.ring_on_commit("advance", tenant_id, execution_id)


def post_all(
    tenant_id: UUID, messages: Iterable[tuple[UUID, Message, Mapping[str, Any]]], *, ring: bool
) -> None:
    """Leaves many messages; those to executions that are gone are dropped."""
    todo = list(messages)
    if not todo:
        return
    records = [
        {"execution_id": execution_id, "kind": kind, "payload": payload}
        for execution_id, kind, payload in todo
    ]
    rows(_POST_ALL, [tenant_id, text(records), tenant_id])
    if ring:
        for execution_id in {message[0] for message in todo}:
            doorbell.ring_on_commit("advance", tenant_id, execution_id)


def drain(tenant_id: UUID, executions: Sequence[UUID]) -> dict[UUID, list[Note]]:
    """Takes out what has arrived for executions that the caller holds, in order of arrival.

    What arrives later is left: the holder looks again after its commit.
    """
    found: dict[UUID, list[Note]] = {}
    for execution_id, kind, payload in rows(_DRAIN, [tenant_id, list(executions)]):
        found.setdefault(execution_id, []).append(Note(Message(kind), loaded(payload)))
    return found


def waiting(tenant_id: UUID, executions: Collection[UUID]) -> frozenset[UUID]:
    """Those of the executions that have messages."""
    return frozenset(row[0] for row in rows(_WAITING, [tenant_id, list(executions)]))
