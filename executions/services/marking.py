"""Sets labels of executions that have ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from downbeat.common import events
from downbeat.common.scope import current_tenant
from downbeat.sdk.labels import Label
from executions.models import Execution
from executions.selectors.states import TERMINAL
from executions.services import labels
from executions.services.control import editable
from executions.services.creation import text
from executions.services.errors import WrongState
from tenants import facade as tenants
from tenants.actors import Actor

_SET: Final = """
update execution set labels = %s::jsonb where tenant_id = %s and id = %s and ended_at is not null
"""


def set_labels(id: UUID, chosen: Sequence[Label], *, actor: Actor) -> None:
    """Gives an ended execution these labels; the platform's own stay."""
    row = _ended(id, actor)
    old = labels.from_json(row.labels)
    system = [label for label in old if label.key.startswith(labels.SYSTEM)]
    _store(row, labels.merged(labels.checked(chosen), system))


def add_labels(id: UUID, chosen: Sequence[Label], *, actor: Actor) -> None:
    """Adds labels to those of an ended execution."""
    row = _ended(id, actor)
    _store(row, labels.merged(labels.from_json(row.labels), labels.checked(chosen)))


def _ended(id: UUID, actor: Actor) -> Execution:
    row = editable(id, actor)
    if row.state not in TERMINAL:
        raise WrongState(state=row.state, needed="an execution that has ended")
    return row


def _store(row: Execution, wanted: Sequence[Label]) -> None:
    shown = {"before": labels.from_json(row.labels), "after": wanted}
    told = {when: {str(row.id): {"labels": labels.as_json(each)}} for when, each in shown.items()}
    tenants.tell_audit(**told)
    with connection.cursor() as cursor:
        cursor.execute(_SET, [text(labels.as_json(wanted)), current_tenant(), row.id])
    events.publish_on_commit(f"execution:{row.id}", "execution.changed", {"state": row.state})
