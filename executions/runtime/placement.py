"""Which worker group an attempt goes to, and what becomes of it if nobody of that group is there.

The nearest word counts: the task's ``queue`` or ``workerGroup``, the flow's, that of the namespace
or one above it, and else the default group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from downbeat.sdk.fields import has_expression
from downbeat.sdk.task import WorkerGroupRef
from executions.engine.state import Run
from executions.runtime import queues
from executions.runtime.plans import namespace_of
from flows.spec.expressions import ExpressionError, compile_template

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

DEFAULT_GROUP: Final = "default"
WAIT: Final = "WAIT"
FAIL: Final = "FAIL"


@dataclass(frozen=True, slots=True)
class Placement:
    """A worker group; ``fallback`` says what happens without a worker, ``None``: it waits."""

    group: str
    fallback: str | None = None


def placement(hands: Hands, run: Run) -> Placement:
    """Where an attempt of the run goes."""
    task = hands.compiled.plan.nodes[run.node].task
    if task.queue:
        return Placement(queues.queue_for(hands.facts.tenant_id, str(task.queue)))
    for wanted in (task.worker_group, hands.compiled.revision.spec.worker_group):
        if wanted is not None and (found := _asked(hands, run, wanted)) is not None:
            return found
    place = namespace_of(hands.facts.tenant_id, hands.facts.namespace)
    group = (place.worker_group if place else None) or DEFAULT_GROUP
    return Placement(queues.queue_for(hands.facts.tenant_id, group))


def _asked(hands: Hands, run: Run, wanted: WorkerGroupRef) -> Placement | None:
    """The group of a reference; an empty name is none.

    One that cannot be rendered goes where no worker can be, and fails there.
    """
    key = str(wanted.key)
    fallback = None if wanted.fallback == WAIT else wanted.fallback
    if has_expression(key):
        try:
            key = compile_template(key).render(hands.context(run), services=hands.services)
        except ExpressionError as problem:
            hands.say(run, "ERROR", f"The key of the worker group cannot be rendered: {problem}")
            fallback = FAIL
    key = key.strip()
    return Placement(queues.queue_for(hands.facts.tenant_id, key), fallback) if key else None
