"""Starts executions: accepted means committed, and the same key gives the same execution."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from downbeat.common import clock, faultpoints
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant, tenant_scope
from executions.contracts import Cause, Label, Origin, Started, StartOptions
from executions.services import breakpoints, checking, creation, labels, policing
from executions.services.creation import Beginning
from executions.services.errors import (
    FlowDisabled,
    IdempotencyMismatch,
    MessageTooLarge,
)
from executions.services.inputs import AcceptedInputs, Given, typed
from flows.contracts import RevisionRef
from tenants import facade as tenants

ROUTE_START: Final = "execution.start"
ROUTE_REPLAY: Final = "execution.replay"

_REMEMBER: Final = """
insert into idempotency_key as k (tenant_id, route, key, body_hash, execution_id)
values (%s, %s, %s, %s, %s)
on conflict (tenant_id, route, key) do update
   set body_hash = excluded.body_hash, execution_id = excluded.execution_id, created_at = now()
 where k.created_at < now() - interval '24 hours'
returning execution_id
"""
_KNOWN: Final = """
select body_hash, execution_id from idempotency_key
 where tenant_id = %s and route = %s and key = %s
"""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key that a client sends so that it may repeat a start."""

    key: str
    route: str
    body_hash: str

    @classmethod
    def of(cls, key: str, *, route: str, body: object) -> Idempotency:
        """The key with a hash of what is asked for."""
        content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return cls(key=key, route=route, body_hash=hashlib.sha256(content).hexdigest())


def start(
    revision: RevisionRef,
    given: Mapping[str, Given],
    options: StartOptions,
    *,
    idempotency: Idempotency | None = None,
    execution_id: UUID | None = None,
    secrets: Sequence[str] = (),
) -> Started:
    """Starts an execution of a revision, or returns the one that the key has started before.

    ``secrets`` are texts that are known to whoever starts it: nothing that is stored shows them.
    """
    if revision.disabled:
        raise FlowDisabled(namespace=revision.namespace, flow_id=revision.flow_id)
    id = execution_id or uuid7()
    with tenant_scope(revision.tenant_id):
        faultpoints.after_commit("start.after_commit")
        if idempotency and (known := _remembered(revision.tenant_id, idempotency, id)):
            return known
        inputs = typed(
            revision,
            given,
            check_required=options.check_required,
            execution_id=id,
            secrets=secrets,
        )
        _limit(inputs.stored)
        beginning = _checked(revision, inputs, options)
        started = create_started(revision, inputs, options, id, beginning, given=given)
        faultpoints.passing("start.before_commit")
        return started


def earlier(sent: Idempotency, id: UUID) -> UUID | None:
    """The execution that the key has started before; else the key now stands for ``id``."""
    known = _remembered(current_tenant(), sent, id)
    return known.id if known else None


def again(
    revision: RevisionRef,
    stored: Mapping[str, Any],
    given: Mapping[str, Given] | None,
    options: StartOptions,
    *,
    id: UUID,
) -> UUID:
    """Starts a new execution with the inputs of a former one, or with those given instead."""
    with tenant_scope(revision.tenant_id):
        if given is None:
            inputs, beginning = AcceptedInputs(stored, stored), Beginning()
        else:
            inputs = typed(revision, given, check_required=True, execution_id=id)
            _limit(inputs.stored)
            beginning = _checked(revision, inputs, options)
        create_started(revision, inputs, options, id, beginning, given=given)
    return id


def _checked(revision: RevisionRef, inputs: AcceptedInputs, options: StartOptions) -> Beginning:
    """What the flow's checks make of a start; ``StartBlocked`` if they refuse it."""
    failed = checking.failures(revision, checking.opened(revision, inputs.stored), options)
    checking.refuse_blocked(failed)
    hidden = inputs.masker.text
    lines = [(item.level, hidden(item.message)) for item in failed]
    failure = checking.refusal(failed)
    return Beginning(failure=None if failure is None else hidden(failure), lines=lines)


def create_started(
    revision: RevisionRef,
    inputs: AcceptedInputs,
    options: StartOptions,
    id: UUID,
    beginning: Beginning = Beginning(),
    *,
    given: Mapping[str, Given] | None = None,
) -> Started:
    """Writes an execution; whatever starts comes through here. ``given``: inputs as they were sent."""
    # In a tenant that rests, only what running executions ask for starts.
    if options.origin.parent_id is None:
        tenants.refuse_resting(revision.tenant_id)
    asked = inputs.stored if given is None else given
    told = policing.check_start(revision, asked, inputs, options)
    breakpoints.checked(revision, options.breakpoints)
    started = Started(
        id=id,
        namespace_id=revision.namespace_id,
        namespace=revision.namespace,
        flow_id=revision.flow_id,
        revision=revision.revision,
        state="CREATED",
        created_at=clock.now(),
        inputs=inputs.shown,
        labels=_labels(revision, options, id),
        cause=options.cause,
        origin=replace(options.origin, original_id=options.origin.original_id or id),
        scheduled_at=options.scheduled_at,
        kind=options.kind,
    )
    creation.create(
        started,
        revision,
        stored_inputs=inputs.stored,
        beginning=replace(
            beginning, breakpoints=options.breakpoints, lines=(*beginning.lines, *told)
        ),
    )
    return started


def _labels(revision: RevisionRef, options: StartOptions, id: UUID) -> tuple[Label, ...]:
    own = (*labels.of_flow(revision.spec.labels), *options.labels)
    return labels.with_correlation(own, options.correlation_id or str(id))


def _limit(inputs: Mapping[str, Any]) -> None:
    limit = settings.DOWNBEAT.message_limit_bytes
    if limit is not None and (size := len(creation.text(inputs))) > limit:
        raise MessageTooLarge(size=size, limit=limit)


def _remembered(tenant_id: UUID, sent: Idempotency, id: UUID) -> Started | None:
    """The execution of an earlier start under that key; else the key is now this start's.

    The insert waits for a start under the same key that is not committed yet.
    """
    facts: list[Any] = [tenant_id, sent.route, sent.key, sent.body_hash, id]
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, facts)
        if cursor.fetchone() is not None:
            return None
        cursor.execute(_KNOWN, [tenant_id, sent.route, sent.key])
        body_hash, execution_id = cursor.fetchone()
    if body_hash != sent.body_hash:
        raise IdempotencyMismatch(key=sent.key)
    from executions.selectors.executions import as_started

    return replace(as_started(execution_id), repeated=True)


def failed(revision: RevisionRef, cause: Cause, message: str, *, execution_id: UUID) -> None:
    """Records an execution that failed before it could begin; inside the tenant's scope."""
    now = clock.now()
    options = StartOptions(cause=cause)
    started = Started(
        id=execution_id,
        namespace_id=revision.namespace_id,
        namespace=revision.namespace,
        flow_id=revision.flow_id,
        revision=revision.revision,
        state="FAILED",
        created_at=now,
        inputs={},
        labels=_labels(revision, options, execution_id),
        cause=cause,
        origin=Origin(original_id=execution_id),
        scheduled_at=None,
        kind=None,
    )
    creation.create_ended(started, revision, message=message)
