"""Child executions: their start, and what their end means for the task that waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.labels import Label
from downbeat.sdk.sealed import sealed, token_of_marked
from downbeat.sdk.task import Task
from executions.contracts import Cause, Origin, StartOptions
from executions.engine.events import ChildStarted, Event, TryEnded
from executions.engine.evolve_execution import TOLD
from executions.engine.restarting import UNWELL
from executions.engine.rules.batching import taken_over
from executions.engine.state import TERMINAL, Ask, Run, State
from executions.runtime.inbox import Message, post_all
from executions.runtime.outputs import OutputStore
from executions.runtime.plans import compiled as compiled_plan
from executions.runtime.sql import rows
from executions.runtime.store import Held
from executions.runtime.store_codec import loaded
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError
from flows.spec.render import render_task

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

Post = tuple[UUID, Message, Mapping[str, Any]]
CORRELATION: Final = "system.correlationId"
FIELDS: Final = (
    "namespace", "flow_id", "revision", "inputs", "wait", "transmit_failed", "inherit_labels",
    "schedule_date",
)  # fmt: skip

_LIVE_CHILDREN: Final = """
select id from execution
 where tenant_id = %s and parent_id = %s and parent_task_run_id is not null and ended_at is null
"""
_STATE_OF: Final = """
select state, facts, outputs from execution
 where tenant_id = %s and id = %s and deleted_at is null
"""
_CHILD: Final = """
select flow_uid, revision, namespace from execution where tenant_id = %s and id = %s
"""


class ChildRefusedError(Exception):
    """The flow that a task names cannot be started."""


class KnownFlows:
    """The revisions that children run, each looked up once."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._known: dict[tuple[str, str, int | None], RevisionRef] = {}

    def revision(self, namespace: str, flow_id: str, number: int | None) -> RevisionRef:
        """What is to run; ``ChildRefusedError`` if there is no such flow, or it must not start."""
        key = (namespace, flow_id, number)
        if key not in self._known:
            self._known[key] = self._found(*key)
        return self._known[key]

    def _found(self, namespace: str, flow_id: str, number: int | None) -> RevisionRef:
        found = flows.published(self._tenant_id, namespace, flow_id, number)
        if found is None:
            of = "" if number is None else f" with revision {number}"
            raise ChildRefusedError(f"Unable to find flow '{namespace}'.'{flow_id}'{of}")
        if found.disabled:
            raise ChildRefusedError(
                f"Cannot execute the flow '{namespace}'.'{flow_id}': it is disabled"
            )
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """A child that is to start: what the task says of it, and its id."""

    fields: Mapping[str, Any]
    id: UUID
    flows: KnownFlows
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Facts about its start besides those that every child has."""


def wanted(hands: Hands, task: Task, context: Mapping[str, Any]) -> dict[str, Any]:
    """What a task says of its child, rendered; labels are for everybody and show no secret."""
    rendered = render_task(task, context, hands.services)
    shown = hands.log.masker.text
    found = {name: getattr(rendered, name) for name in FIELDS if hasattr(rendered, name)}
    labels = getattr(rendered, "labels", ())
    found["labels"] = [{"key": label.key, "value": shown(label.value)} for label in labels]
    return found


def start(hands: Hands, run: Run) -> tuple[Event, ...]:
    """Starts the execution that a run asks for, or says why there is none."""
    fields: Mapping[str, Any] = hands.of_fact(run.facts[Ask.CHILD])
    began = clock.now()
    if run.child is not None and (events := _resumed(hands, run, run.child, began)):
        return events
    try:
        child = launch(hands, run, Wanted(fields, uuid7(), KnownFlows(hands.facts.tenant_id)))
    except (ChildRefusedError, AppError, ValueError) as problem:
        hands.say(run, "ERROR", str(problem))
        failed = TryEnded(
            run.id, State.FAILED, began, clock.now(), "child", str(problem), by_worker=False
        )
        return (failed,)
    started = ChildStarted(run.id, child, began)
    if fields.get("wait", True):
        return (started,)
    hands.put_outputs(run, {"executionId": str(child)})
    return (started, TryEnded(run.id, State.SUCCESS, began, clock.now(), by_worker=False))


def launch(hands: Hands, run: Run, ask: Wanted) -> UUID:
    """Starts one child; errors say why it is refused, and nothing of it is left then."""
    from executions.services import start as starting

    fields = ask.fields
    revision = ask.flows.revision(fields["namespace"], fields["flow_id"], fields.get("revision"))
    started = starting.start(
        revision,
        dict(fields.get("inputs") or {}),
        _options(hands, run, ask),
        execution_id=ask.id,
        secrets=hands.log.known(),
    )
    return started.id


def _resumed(hands: Hands, run: Run, child: UUID, began: datetime) -> tuple[Event, ...]:
    """Takes up the child of the run's former try; nothing if it is gone."""
    found = rows(_STATE_OF, [hands.facts.tenant_id, child])
    if not found:
        return ()
    state, facts, outputs = State(found[0][0]), loaded(found[0][1]) or {}, loaded(found[0][2])
    started = ChildStarted(run.id, child, began)
    if state in TERMINAL and state not in UNWELL:
        again = replace(run, outcome=None)
        ending = ended(hands, again, {"child_id": str(child), "state": state, "outputs": outputs})
        return (started, *((ending,) if ending else ()))
    if state in TERMINAL or is_told(facts):
        take_up(hands, child)
    return (started,)


def take_up(hands: Hands, child: UUID) -> None:
    """Asks a child to go on from where it failed, and to tell its end."""
    message = (child, Message.RESTART, {"awaited": True})
    post_all(hands.facts.tenant_id, [message], ring=True)


def is_told(facts: Mapping[str, Any]) -> bool:
    """Whether an execution has told its parent of an end already, and will tell of no other."""
    return TOLD in facts


def _options(hands: Hands, run: Run, ask: Wanted) -> StartOptions:
    facts, fields = hands.facts, ask.fields
    node = hands.compiled.plan.nodes[run.node]
    own = [Label(item["key"], item["value"]) for item in facts.labels]
    inherited = [label for label in own if not label.key.startswith("system.")]
    labels = [Label(item["key"], item["value"]) for item in fields.get("labels") or ()]
    correlation = next((label.value for label in own if label.key == CORRELATION), str(facts.id))
    variables = {
        "executionId": str(facts.id),
        "namespace": facts.namespace,
        "flowId": facts.flow_id,
        "flowRevision": facts.revision,
        **ask.variables,
    }
    if run.value is not None:
        token = token_of_marked(run.value)
        variables["taskRunValue"] = run.value if token is None else sealed(token)
    return StartOptions(
        labels=(*(inherited if fields.get("inherit_labels") else ()), *labels),
        cause=Cause(id=node.id, type=node.task.type, variables=variables),
        origin=Origin(parent_id=facts.id, parent_task_run_id=run.id),
        scheduled_at=_date(fields.get("schedule_date")),
        correlation_id=correlation,
    )


def ending(held: Held, state: State, outputs: Mapping[str, Any] | None) -> Post | None:
    """The message by which an execution tells its parent of its end; None if it has none."""
    if held.parent_id is None or held.parent_task_run_id is None or state is State.RETRIED:
        return None
    variables = (held.facts.trigger or {}).get("variables") or {}
    payload = {
        "task_run_id": str(held.parent_task_run_id),
        "child_id": str(held.facts.id),
        "original_id": str(held.facts.original_id),
        "iteration": variables.get("taskRunIteration"),
        "state": state,
        "outputs": outputs or {},
    }
    return held.parent_id, Message.CHILD_ENDED, payload


def tell_parent(held: Held, state: State) -> None:
    """Tells the parent again how an ended execution has ended."""
    tenant_id = held.facts.tenant_id
    found = rows(_STATE_OF, [tenant_id, held.facts.id])
    message = ending(held, state, loaded(found[0][2]) if found else None)
    post_all(tenant_id, [message] if message else [], ring=True)


def _date(text: str | None) -> datetime | None:
    """A moment; one without an offset is in UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return clock.as_utc(found if found.tzinfo else found.replace(tzinfo=UTC))
    except ValueError:
        raise ChildRefusedError(
            f"Property 'scheduleDate': '{text}' is not a date such as 2026-01-31T08:00:00Z"
        ) from None


def ended(hands: Hands, run: Run, payload: Mapping[str, Any]) -> TryEnded | None:
    """What the end of a child means for the run that waits for it; None if none does."""
    child = UUID(payload["child_id"])
    # A child whose flow is tried again goes on under a new id, and is the same child.
    known = {child, UUID(payload.get("original_id") or payload["child_id"])}
    if run.child not in known or run.outcome is not None or run.ended:
        return None
    state = State(payload["state"])
    wanted: Mapping[str, Any] = run.facts.get(Ask.CHILD) or {}
    began = run.history[-1].at
    given: dict[str, Any] = dict(payload.get("outputs") or {})
    ending, error = _taken_over(wanted, state), None
    try:
        given |= hands.kept(_extracted(hands, run, child))
    except ExpressionError as problem:
        ending, error = State.FAILED, str(problem)
        hands.say(run, "ERROR", error)
    hands.put_outputs(run, {"executionId": str(child), "state": state, "outputs": given})
    if ending is State.FAILED and error is None:
        error = f"The child execution {child} ended in state {state}"
        hands.say(run, "ERROR", error)
    reason = "child" if ending is State.FAILED else None
    return TryEnded(run.id, ending, began, clock.now(), reason, error, by_worker=False)


def _taken_over(wanted: Mapping[str, Any], state: State) -> State:
    return taken_over(state) if wanted.get("transmit_failed", True) else State.SUCCESS


def _extracted(hands: Hands, run: Run, child: UUID) -> dict[str, Any]:
    """Values that the task's deprecated ``outputs`` name in the child's own context."""
    from executions.runtime.asking import render_output
    from executions.runtime.context import outputs_view

    written = getattr(hands.compiled.plan.nodes[run.node].task, "outputs", None)
    if not written:
        return {}
    ((flow_uid, revision, namespace),) = rows(_CHILD, [hands.facts.tenant_id, child])
    plan = compiled_plan(hands.facts.tenant_id, flow_uid, revision, namespace)
    context = {**hands.context(run), "outputs": outputs_view(OutputStore(child), plan)}
    return {name: render_output(value, context, hands) for name, value in written.items()}


def kill_all(tenant_id: UUID, execution_id: UUID) -> None:
    """Asks for the end of every live child of an execution."""
    found = [row[0] for row in rows(_LIVE_CHILDREN, [tenant_id, execution_id])]
    payload = {"cascade": True, "by": killed_with(execution_id)}
    post_all(tenant_id, ((id, Message.KILL, payload) for id in found), ring=True)


def killed_with(execution_id: UUID) -> str:
    """Who wants the end of a child execution."""
    return f"the end of execution {execution_id}"
