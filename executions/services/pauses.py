"""The inputs that a paused execution asks for before it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from downbeat.common.scope import current_tenant
from downbeat.sdk.inputs import Input
from downbeat.sdk.task import Task
from executions.models import Execution, TaskRun
from executions.runtime.folders import folder_of
from executions.selectors.states import TERMINAL
from executions.services.inputs import Given, accept, examine
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.inputs import TypedInputs


@dataclass(frozen=True, slots=True)
class Question:
    """The paused task run (None: the whole execution is paused), and what it asks for."""

    revision: RevisionRef
    run_id: UUID | None
    definitions: Sequence[Input]


def resumption(
    row: Execution, given: Mapping[str, Given], *, question: Question | None = None
) -> dict[str, Any]:
    """The message that resumes: typed inputs; ``InputsInvalid`` if one is missing or wrong.

    ``question`` is what the caller knows to be asked; otherwise it is looked up.
    """
    asked = question or _asked(row)
    run_id = asked.run_id
    own = folder_of(row.namespace, row.flow_id, row.id)
    folder = f"{own}/resume/{run_id or 'execution'}"
    accepted = accept(asked.revision, asked.definitions, given, folder=folder)
    return {"task_run_id": str(run_id) if run_id else None, "inputs": dict(accepted.stored)}


def waits_afterwards(row: Execution) -> bool:
    """Whether a task is paused that runs after the execution, which shows its end all the while."""
    paused = TaskRun.objects.filter(execution_id=row.id, state="PAUSED")
    return row.state in TERMINAL and paused.exists()


def examined(row: Execution, given: Mapping[str, Given]) -> TypedInputs:
    """What the inputs of a resume are worth; nothing is stored."""
    asked = _asked(row)
    return examine(asked.revision, asked.definitions, given)


def definitions_of(task: Task | None) -> Sequence[Input]:
    """What a task asks of whoever resumes it."""
    found: Sequence[Input] = getattr(task, "on_resume", None) or ()
    return found


def _asked(row: Execution) -> Question:
    revision = flows.by_uid(current_tenant(), row.flow_uid, row.revision)
    paused = TaskRun.objects.filter(execution_id=row.id, state="PAUSED").order_by("created_at")
    for run in paused.only("tenant_id", "execution_id", "id", "task_id"):
        definitions = definitions_of(revision.spec.task(run.task_id))
        if definitions:
            return Question(revision, run.id, definitions)
    first = paused.only("tenant_id", "execution_id", "id").first()
    return Question(revision, first.id if first else None, ())
