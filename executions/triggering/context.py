"""What the expressions of a trigger see before there is an execution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from executions.runtime.plans import namespace_of
from flows.contracts import RevisionRef
from tenants import facade as tenants


def trigger_context(
    revision: RevisionRef, *, trigger: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The context of a trigger's properties; with the trigger's variables once it has fired."""
    ours = settings.DOWNBEAT
    namespace = namespace_of(revision.tenant_id, revision.namespace)
    context: dict[str, Any] = {
        "flow": {
            "id": revision.flow_id,
            "namespace": revision.namespace,
            "revision": revision.revision,
            "tenantId": tenants.tenant_slug(revision.tenant_id),
        },
        "vars": dict(revision.spec.variables or {}),
        "namespace": {
            "id": revision.namespace,
            "variables": namespace.variables if namespace else {},
        },
        "envs": dict(ours.task_variables),
        "globals": dict(ours.global_variables),
    }
    if trigger is not None:
        context["trigger"] = dict(trigger)
    return context
