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
from downbeat.sdk.sealed import opened
from downbeat.sdk.trigger import Trigger
from executions.contracts import Cause, Label, StartOptions
from executions.runtime.sealing import open_token
from executions.runtime.turn_log import TurnLog
from executions.services import labels
from executions.services.errors import NamespaceMoved
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
    """Why a trigger fires: the same key never starts a second execution.

    ``context`` is what the trigger's inputs and labels see, when that is more than its variables.
    With ``fails`` a cause that cannot start anything leaves a FAILED execution that says why.
    """

    key: str
    variables: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    labels: Sequence[Label] = ()
    logical_at: datetime | None = None
    context: Mapping[str, Any] | None = None
    correlation_id: str | None = None
    fails: bool = False
    log_file: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A trigger fired and nothing could be started; its key is spent."""

    message: str


def trigger_of(revision: RevisionRef, trigger_id: str) -> Trigger:
    """The trigger's spec; ``LookupError`` if the revision has none of that id."""
    for trigger in revision.spec.triggers or ():
        if trigger.id == trigger_id:
            found: Trigger = trigger
            return found
    raise LookupError(trigger_id)


def fire(
    revision: RevisionRef, trigger: Trigger, state_id: UUID, cause: FiringCause
) -> UUID | Refused | None:
    """Starts the execution of a cause; None if it was started before.

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


def _start(revision: RevisionRef, trigger: Trigger, cause: FiringCause, id: UUID) -> UUID | Refused:
    context = cause.context or trigger_context(revision, trigger=cause.variables)
    known = Cause(trigger.id, trigger.type, cause.variables, log_file=cause.log_file)
    met = TurnLog(tuple)
    context = _opened(revision, context, met)
    try:
        inputs = {**(rendered(trigger.inputs, context, met) or {}), **cause.inputs}
        options = StartOptions(
            labels=(*trigger_labels(trigger, context, met), *cause.labels),
            cause=known,
            check_required=False,
            correlation_id=cause.correlation_id,
        )
        start(revision, inputs, options, execution_id=id, secrets=met.known())
    except NamespaceMoved:
        raise  # the cause is not spent: it is found again where the trigger is now
    except (AppError, ExpressionError) as problem:
        message = met.masker.text(str(problem))
        log.warning("trigger %s of %s fired in vain: %s", trigger.id, revision.flow_id, message)
        if cause.fails:
            failed(revision, known, message, execution_id=id)
        return Refused(message[:2000])
    return id


def _opened(revision: RevisionRef, context: Mapping[str, Any], met: TurnLog) -> Mapping[str, Any]:
    """The context with the flow outputs of the execution that a trigger hears of opened."""
    variables = context.get("trigger")
    if not isinstance(variables, Mapping) or "outputs" not in variables:
        return context

    def open_one(token: str) -> str | None:
        text = open_token(revision.tenant_id, revision.namespace, token)
        if text is not None:
            met.learn(text)
        return text

    outputs = opened(variables["outputs"], open_one)
    return {**context, "trigger": {**variables, "outputs": outputs}}


def trigger_labels(
    trigger: Trigger, context: Mapping[str, Any], met: TurnLog | None = None
) -> tuple[Label, ...]:
    """The trigger's labels, rendered; they show no secret, one that cannot be rendered is left out."""
    met = met or TurnLog(tuple)
    found = []
    for label in labels.of_flow(trigger.labels):
        try:
            value = rendered(label.value, context, met)
        except ExpressionError:
            continue
        if value not in (None, ""):
            found.append(Label(label.key, met.masker.text(str(value))))
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
