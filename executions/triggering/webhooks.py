"""Starts an execution when a webhook is called; the key in the address is the credential."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common import clock
from downbeat.common.errors import Invalid, NotFound
from downbeat.common.scope import tenant_scope
from downbeat.sdk.fields import has_expression
from executions.contracts import Cause, Started, StartOptions
from executions.runtime.turn_log import TurnLog
from executions.services.start import Idempotency, start
from executions.triggering import firing, judging
from executions.triggering.context import trigger_context
from executions.triggering.rendering import rendered
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.plugins.core.triggers import Webhook
from flows.spec.expressions import ExpressionError

_DISABLED: Final = """
select trigger_id from trigger_state
 where tenant_id = %s and flow_uid = %s and (disabled or source_disabled)
"""


class WebhookUnknown(NotFound):
    """There is no webhook at this address."""

    code = "webhook.not_found"

    def __init__(self) -> None:
        super().__init__("webhook")


class WebhookInputs(Invalid):
    """The inputs of trigger `{trigger}` cannot be made from this call: {reason}. Send what they name."""

    code = "webhook.inputs"


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a webhook, as expressions see it."""

    body: Any
    headers: Mapping[str, Sequence[str]]
    parameters: Mapping[str, Sequence[str]]
    path: str | None = None

    def variables(self) -> dict[str, Any]:
        """The trigger's variables."""
        return {
            "body": self.body,
            "headers": {name: list(values) for name, values in self.headers.items()},
            "parameters": {name: list(values) for name, values in self.parameters.items()},
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class Answered:
    """The execution that a call started (None: a condition was false), and its trigger."""

    started: Started | None
    trigger: Webhook


def call(
    tenant_id: UUID,
    namespace: str,
    flow_id: str,
    key: str,
    request: Call,
    *,
    idempotency: Idempotency | None = None,
) -> Answered:
    """Starts the flow whose webhook has that key; unknown flow or key: ``WebhookUnknown``."""
    with tenant_scope(tenant_id):
        revision = flows.published(tenant_id, namespace, flow_id)
        if revision is None:
            raise WebhookUnknown
        trigger = _with_key(revision, key)
        if trigger is None or trigger.id in _disabled(revision):
            raise WebhookUnknown
        variables = request.variables()
        context = trigger_context(revision, trigger=variables)
        if not _holds(revision, trigger, context):
            return Answered(None, trigger)
        met = TurnLog(tuple)
        options = StartOptions(
            labels=firing.trigger_labels(trigger, context, met),
            cause=Cause(id=trigger.id, type=trigger.type, variables=variables),
            check_required=False,
        )
        given = _inputs(trigger, context, met)
        started = start(revision, given, options, idempotency=idempotency, secrets=met.known())
        return Answered(started, trigger)


def _inputs(trigger: Webhook, context: Mapping[str, Any], met: TurnLog) -> Mapping[str, Any]:
    try:
        return rendered(trigger.inputs, context, met) or {}
    except ExpressionError as problem:
        raise WebhookInputs(trigger=trigger.id, reason=problem) from None


def _with_key(revision: RevisionRef, key: str) -> Webhook | None:
    """The webhook with that key; every key is compared, so that time tells nothing."""
    found = None
    for trigger in revision.spec.triggers:
        if isinstance(trigger, Webhook) and not trigger.disabled:
            wanted = _key_of(revision, trigger)
            if wanted is not None and hmac.compare_digest(wanted.encode(), key.encode()):
                found = trigger
    return found


def _key_of(revision: RevisionRef, trigger: Webhook) -> str | None:
    if not has_expression(trigger.key):
        return trigger.key
    try:
        return str(rendered(trigger.key, trigger_context(revision)))
    except ExpressionError:
        return None


def _holds(revision: RevisionRef, trigger: Webhook, context: Mapping[str, Any]) -> bool:
    if not trigger.conditions and trigger.when is None:
        return True
    try:
        return judging.allows(revision, trigger, context, date=clock.now())
    except ExpressionError:
        return False


def _disabled(revision: RevisionRef) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_DISABLED, [revision.tenant_id, revision.uid])
        return {row[0] for row in cursor.fetchall()}
