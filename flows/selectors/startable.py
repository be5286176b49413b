"""Which flows somebody may start."""

from __future__ import annotations

from django.db.models import QuerySet

from downbeat.common.scope import current_tenant
from flows.contracts import RevisionRef
from flows.models import Flow
from flows.selectors.definitions import flows
from flows.selectors.revisions import specs
from tenants.access import visible
from tenants.actors import Actor


def startable_namespaces(actor: Actor) -> list[str]:
    """The namespaces with flows that are switched on and that the actor may start."""
    rows = _startable(actor).order_by("namespace")
    return list(rows.values_list("namespace", flat=True).distinct())


def startable_in(actor: Actor, namespace: str) -> list[RevisionRef]:
    """The flows of exactly one namespace that the actor may start, by id."""
    rows = _startable(actor).filter(namespace=namespace)
    pairs = list(rows.values_list("id", "revision"))
    found = specs(current_tenant(), pairs)
    return sorted(found.values(), key=lambda revision: revision.flow_id)


def _startable(actor: Actor) -> QuerySet[Flow]:
    return visible(actor, "execution.create", flows().filter(disabled=False))
