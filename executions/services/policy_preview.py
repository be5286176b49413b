"""What a policy would have done: over the flows as they are and the executions that were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from executions.contracts import Cause, Label, StartOptions
from executions.models import Execution
from executions.services import policing
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.policies import Mode, Moment
from tenants.access import visible
from tenants.actors import Actor
from tenants.contracts import PolicyRef

MOST_EXECUTIONS: Final = 1_000
MOST_FLOWS: Final = 2_000
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Blocked:
    """One thing that the policy speaks against, and why."""

    id: str
    namespace: str
    flow_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How many were looked at, and which of them the policy speaks against."""

    flows: int
    executions: int
    blocked_flows: tuple[Blocked, ...]
    blocked_executions: tuple[Blocked, ...]


def preview(actor: Actor, policy: PolicyRef, *, most: int = MOST_EXECUTIONS) -> Preview:
    """Judges what the actor may see below the policy's namespace; changes nothing.

    Reads at most 2,000 flows and the latest ``most`` executions. A start is judged at the time at
    which it was, with the inputs and labels that it had.
    """
    judged = replace(policy, mode=Mode.ENFORCE.value)
    found = list(flows.current_revisions(actor, policy.namespace, most=MOST_FLOWS))
    saves = [one for one in found if Moment.SAVE.value in policy.on]
    blocked = [told for one in saves if (told := _save(judged, one))]
    starts = _executions(actor, policy, most) if Moment.START.value in policy.on else []
    refused = [told for one in starts if (told := _start(judged, one))]
    return Preview(len(saves), len(starts), tuple(blocked), tuple(refused))


def _save(policy: PolicyRef, revision: RevisionRef) -> Blocked | None:
    told = flows.policy_violations([policy], flows.save_subject(revision.spec, ""))
    if not told:
        return None
    return Blocked(
        f"{revision.namespace}.{revision.flow_id}",
        revision.namespace,
        revision.flow_id,
        told[0].text,
    )


def _executions(actor: Actor, policy: PolicyRef, most: int) -> list[Execution]:
    rows = visible(actor, "execution.view", Execution.objects.filter(deleted_at__isnull=True))
    rows = rows.filter(parent_id__isnull=True)
    if policy.namespace:
        inside = rows.filter(namespace=policy.namespace)
        rows = inside | rows.filter(namespace__startswith=f"{policy.namespace}.")
    return list(rows.order_by("-id")[: min(most, MOST_EXECUTIONS)])


def _start(policy: PolicyRef, row: Execution) -> Blocked | None:
    try:
        revision = flows.by_uid(row.tenant_id, row.flow_uid, row.revision)
    except LookupError:
        return None
    options = StartOptions(labels=_labels(row.labels), cause=_cause(row.trigger))
    subject = policing.start_subject(revision, row.inputs or {}, options)
    told = flows.policy_violations([policy], replace(subject, now=row.created_at))
    if not told:
        return None
    return Blocked(str(row.id), row.namespace, row.flow_id, told[0].text)


def _labels(stored: Any) -> tuple[Label, ...]:
    pairs = stored if isinstance(stored, list) else []
    return tuple(Label(str(one["key"]), str(one["value"])) for one in pairs)


def _cause(stored: Mapping[str, Any] | None) -> Cause | None:
    return Cause(str(stored["id"]), str(stored["type"]), {}) if stored else None
