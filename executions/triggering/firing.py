"""Turns a cause into an execution, exactly once: the cause's key is unique per trigger."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.trigger import Trigger
from executions.contracts import Cause, Label, StartOptions
from executions.services import labels
from executions.services.start import failed, start
from executions.triggering.context import trigger_context
from executions.triggering.rendering import rendered
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError

log = logging.getLogger(__name__)

_CLAIM_KEY: Final = """
insert into trigger_fired (tenant_id, trigger_state_id, key, execution_id, logical_at)
values (%s, %s, %s, %s, %s) on conflict do nothing returning execution_id
"""


@dataclass(frozen=True, slots=True)
class FiringCause:
    """Why a trigger fires: the same key never starts a second execution."""

    key: str
    variables: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    labels: Sequence[Label] = ()
    logical_at: datetime | None = None


def trigger_of(revision: RevisionRef, trigger_id: str) -> Trigger:
    """The trigger's spec; ``LookupError`` if the revision has none of that id."""
    for trigger in revision.spec.triggers or ():
        if trigger.id == trigger_id:
            found: Trigger = trigger
            return found
    raise LookupError(trigger_id)


def fire(
    revision: RevisionRef, trigger: Trigger, state_id: UUID, cause: FiringCause
) -> UUID | None:
    """Starts the execution of a cause; None if it was started before or may not start.

    Runs inside the tenant's scope; the key, the execution and whatever the caller writes beside
    them are one transaction.
    """
    id = uuid7()
    with connection.cursor() as cursor:
        facts: list[Any] = [revision.tenant_id, state_id, cause.key, id, cause.logical_at]
        cursor.execute(_CLAIM_KEY, facts)
        if cursor.fetchone() is None:
            return None
    return _start(revision, trigger, cause, id)


def _start(revision: RevisionRef, trigger: Trigger, cause: FiringCause, id: UUID) -> UUID | None:
    context = trigger_context(revision, trigger=cause.variables)
    try:
        inputs = {**(rendered(trigger.inputs, context) or {}), **cause.inputs}
        options = StartOptions(
            labels=(*trigger_labels(trigger, context), *cause.labels),
            cause=Cause(id=trigger.id, type=trigger.type, variables=cause.variables),
            check_required=False,
        )
        start(revision, inputs, options, execution_id=id)
    except (AppError, ExpressionError) as problem:
        log.warning("trigger %s of %s fired in vain: %s", trigger.id, revision.flow_id, problem)
        return None
    return id


def trigger_labels(trigger: Trigger, context: Mapping[str, Any]) -> tuple[Label, ...]:
    """The trigger's labels, rendered; one that cannot be rendered is left out."""
    found = []
    for label in labels.of_flow(trigger.labels):
        try:
            value = rendered(label.value, context)
        except ExpressionError:
            continue
        if value not in (None, ""):
            found.append(Label(label.key, str(value)))
    return tuple(found)


def fail(
    revision: RevisionRef, trigger: Trigger, state_id: UUID, key: str, message: str
) -> UUID | None:
    """Leaves one FAILED execution that says why a trigger could not be evaluated."""
    id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_KEY, [revision.tenant_id, state_id, key, id, None])
        if cursor.fetchone() is None:
            return None
    cause = Cause(id=trigger.id, type=trigger.type, variables={})
    failed(revision, cause, message, execution_id=id)
    return id
