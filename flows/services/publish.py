"""Publishes sources as revisions, and takes flows away."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from downbeat.common import clock, events
from downbeat.common.errors import FieldError
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from flows.contracts import FlowDeleted, FlowPublished
from flows.models import Flow, FlowRevision
from flows.selectors.catalogue import registry
from flows.selectors.revisions import namespace_defaults
from flows.services import policing
from flows.services.errors import (
    FlowExists,
    FlowInvalid,
    FlowMoved,
    FlowNotFound,
    RevisionConflict,
)
from flows.spec.diagnostics import Diagnostic
from flows.spec.flow import FlowSpec
from flows.spec.parse import ParsedFlow, parse_flow, source_namespace
from tenants import facade as tenants
from tenants.access import require
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class Address:
    """The namespace and id that a request names."""

    namespace: str
    flow_id: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.flow_id}"


def create_flow(source: str, *, actor: Actor) -> Flow:
    """The flow that a source describes; refused if it exists already."""
    return _publish(source, actor=actor, address=None, must_exist=False)


def update_flow(
    source: str, *, address: Address, actor: Actor, read: Collection[int] | None = None
) -> Flow:
    """A flow's next revision; the same source again changes nothing.

    ``read`` holds the revisions that the change may replace: ``RevisionConflict`` if another is there by
    now. Without it, whatever is there is replaced.
    """
    return _publish(source, actor=actor, address=address, must_exist=True, read=read)


def apply_flow(source: str, *, actor: Actor) -> Flow:
    """Creates the flow or gives it its next revision, whichever is needed."""
    return _publish(source, actor=actor, address=None, must_exist=None)


def parsed(source: str) -> ParsedFlow:
    """A source read with the plug-in defaults of the namespace that it names."""
    namespace = source_namespace(source)
    defaults = namespace_defaults(namespace)[0] if namespace else ()
    return parse_flow(source, registry(), namespace_defaults=defaults)


@transaction.atomic
def delete_flow(address: Address, *, actor: Actor) -> None:
    """Takes a flow away: a last revision says so; live executions finish on their own."""
    row = _locked(address)
    if row is None or row.deleted:
        raise FlowNotFound(namespace=address.namespace, flow_id=address.flow_id)
    require(actor, "flow.delete", row.namespace_id)
    last = FlowRevision.objects.get(flow_uid=row.id, revision=row.revision)
    row.revision += 1
    row.deleted = True
    row.updated_at = clock.now()
    row.save(update_fields=["revision", "deleted", "updated_at"])
    _add_revision(row, last.source, actor=actor)
    change = tenants.Change.of("flow", "deleted", row.flow_id, namespace=row.namespace)
    tenants.record(actor, change, before={"revision": last.revision, "checksum": last.checksum})
    events.emit(
        FlowDeleted(
            tenant_id=row.tenant_id,
            uid=row.id,
            namespace=row.namespace,
            flow_id=row.flow_id,
        )
    )
    _tell_streams(row)


@transaction.atomic
def set_disabled(addresses: Iterable[Address], *, disabled: bool, actor: Actor) -> int:
    """Switches flows off or on by a revision whose source says so; returns how many changed."""
    from flows.services.rewrite import with_disabled

    changed = 0
    for address in addresses:
        row = _locked(address)
        if row is None or row.deleted:
            raise FlowNotFound(namespace=address.namespace, flow_id=address.flow_id)
        if row.disabled != disabled:
            last = FlowRevision.objects.get(flow_uid=row.id, revision=row.revision)
            update_flow(with_disabled(last.source, disabled), address=address, actor=actor)
            changed += 1
    return changed


@transaction.atomic
def _publish(
    source: str,
    *,
    actor: Actor,
    address: Address | None,
    must_exist: bool | None,
    read: Collection[int] | None = None,
) -> Flow:
    outcome = parsed(source)
    if outcome.flow is None:
        raise invalid(outcome.diagnostics)
    flow = outcome.flow
    if address and (flow.namespace, flow.id) != (address.namespace, address.flow_id):
        raise FlowMoved(
            named=f"{flow.namespace}.{flow.id}",
            addressed=f"{address.namespace}.{address.flow_id}",
        )
    row = _locked(Address(flow.namespace, flow.id))
    _check_rights(row, flow.namespace, actor=actor)
    live = row is not None and not row.deleted
    if must_exist is True and not live:
        raise FlowNotFound(namespace=flow.namespace, flow_id=flow.id)
    if must_exist is False and live:
        raise FlowExists(namespace=flow.namespace, flow_id=flow.id)
    if row is not None and read is not None:
        _check_unchanged(row, source, read)
    if row is None or row.deleted or row.checksum != checksum(source):
        place = row.namespace_id if row else tenants.ensure_namespace(actor, flow.namespace).id
        policing.check_save(flow, source, place, actor=actor)
    if row is None:
        return _first(flow, outcome, source, actor=actor)
    return _next(row, flow, outcome, source, actor=actor)


def _check_unchanged(row: Flow, source: str, read: Collection[int]) -> None:
    # A save that is sent twice finds its own revision the second time: that is no conflict.
    if row.revision in read or row.checksum == checksum(source):
        return
    last = FlowRevision.objects.get(flow_uid=row.id, revision=row.revision)
    raise RevisionConflict(
        revision=last.revision,
        author=last.author or "Somebody",
        saved=clock.wire(last.created_at),
    )


def _check_rights(row: Flow | None, namespace: str, *, actor: Actor) -> None:
    if row is not None:
        require(actor, "flow.create" if row.deleted else "flow.edit", row.namespace_id)
        return
    found = tenants.ensure_namespace(actor, namespace)
    require(actor, "flow.create", found.id)


def _first(flow: FlowSpec, outcome: ParsedFlow, source: str, *, actor: Actor) -> Flow:
    found = tenants.ensure_namespace(actor, flow.namespace)
    tenants.hold_namespace(found)
    row = Flow(
        id=uuid7(),
        tenant_id=current_tenant(),
        namespace_id=found.id,
        namespace=flow.namespace,
        flow_id=flow.id,
        revision=1,
        created_at=clock.now(),
    )
    _describe(row, flow, outcome, source)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise FlowExists(namespace=flow.namespace, flow_id=flow.id) from None
    return _announce(row, source, before=None, actor=actor)


def _next(row: Flow, flow: FlowSpec, outcome: ParsedFlow, source: str, *, actor: Actor) -> Flow:
    if not row.deleted and row.checksum == checksum(source):
        return row
    before = None if row.deleted else _state(row)
    row.revision += 1
    row.deleted = False
    _describe(row, flow, outcome, source)
    row.save()
    return _announce(row, source, before=before, actor=actor)


def _describe(row: Flow, flow: FlowSpec, outcome: ParsedFlow, source: str) -> None:
    row.checksum = checksum(source)
    row.description = flow.description or ""
    row.labels = {label.key: label.value for label in flow.labels}
    row.task_types = sorted({task.type for _, task in flow.walk()})
    row.trigger_types = sorted({trigger.type for trigger in flow.triggers})
    row.document = dict(outcome.document or {})
    row.disabled = flow.disabled
    row.updated_at = clock.now()


def _state(row: Flow) -> dict[str, object]:
    """What the audit trail keeps of a flow; the source is in the revision."""
    return {"revision": row.revision, "checksum": row.checksum, "disabled": row.disabled}


def _announce(row: Flow, source: str, *, before: dict[str, object] | None, actor: Actor) -> Flow:
    _add_revision(row, source, actor=actor)
    event = "updated" if before else "created"
    change = tenants.Change.of("flow", event, row.flow_id, namespace=row.namespace)
    tenants.record(actor, change, before=before, after=_state(row))
    events.emit(
        FlowPublished(
            tenant_id=row.tenant_id,
            uid=row.id,
            namespace_id=row.namespace_id,
            namespace=row.namespace,
            flow_id=row.flow_id,
            revision=row.revision,
            disabled=row.disabled,
        )
    )
    _tell_streams(row)
    return row


def _tell_streams(row: Flow) -> None:
    """Whoever looks at the flows of the namespace reads them again."""
    data = {"flowId": row.flow_id, "revision": row.revision}
    events.publish_on_commit(f"namespace:{row.namespace}", "flow.changed", data)


def _add_revision(row: Flow, source: str, *, actor: Actor) -> None:
    FlowRevision(
        id=uuid7(),
        tenant_id=row.tenant_id,
        flow_uid=row.id,
        revision=row.revision,
        source=source,
        checksum=checksum(source),
        deleted=row.deleted,
        author=actor.name,
        created_at=clock.now(),
    ).save(force_insert=True)


def _locked(address: Address) -> Flow | None:
    return (
        Flow.objects.select_for_update()
        .filter(namespace=address.namespace, flow_id=address.flow_id)
        .first()
    )


def checksum(source: str) -> str:
    """The mark by which two equal sources are known."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def invalid(diagnostics: Iterable[Diagnostic]) -> FlowInvalid:
    """The refusal that carries every finding with its place."""
    found = [item for item in diagnostics if item.severity == "error"]
    summary = "; ".join(_summary(item) for item in found[:20])
    return FlowInvalid(
        summary=summary,
        errors=[
            FieldError(
                path=item.path,
                line=item.line,
                column=item.column,
                code=item.code,
                message=item.message,
            )
            for item in found
        ],
    )


def _summary(item: Diagnostic) -> str:
    place = f"{item.path}: " if item.path else ""
    where = f" (line {item.line}, column {item.column})" if item.line else ""
    return f"{place}{item.message}{where}"
