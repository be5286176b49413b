"""Inputs of a replay that somebody has edited: what they leave alone is as it was before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from downbeat.common.errors import FieldError
from downbeat.common.scope import current_tenant
from executions.models import Execution
from executions.runtime.plans import compiled
from executions.runtime.sealing import ValueSeal
from executions.services.checking import opened
from executions.services.errors import InputsInvalid
from executions.services.inputs import AcceptedInputs, Given, Upload, examine, typed
from flows.contracts import RevisionRef
from flows.spec.inputs import lookup


def merged(row: Execution, revision: RevisionRef, edited: Mapping[str, Given]) -> dict[str, Given]:
    """What was edited over the values of before, for the inputs that the revision has."""
    was = compiled(current_tenant(), row.flow_uid, row.revision, row.namespace).revision
    before = opened(was, row.inputs)
    kept: dict[str, Any] = {}
    for definition in revision.spec.inputs:
        value = lookup(before, definition.id)
        if value is not None and lookup(edited, definition.id) is None:
            kept[definition.id] = value
    return {**kept, **edited}


def accepted(
    row: Execution, revision: RevisionRef, edited: Mapping[str, Given], *, execution_id: UUID
) -> AcceptedInputs:
    """The inputs of the new execution, typed; ``InputsInvalid`` names each that is refused."""
    given = merged(row, revision, edited)
    seal = ValueSeal(current_tenant(), row.namespace, row.flow_id)
    _, secrets = seal.opened(row.inputs)
    return typed(revision, given, check_required=True, execution_id=execution_id, secrets=secrets)


def require_valid(row: Execution, revision: RevisionRef, edited: Mapping[str, Given]) -> None:
    """Raises ``InputsInvalid`` as a replay would; nothing is stored, files are not looked at."""
    given = {
        name: f"downbeat:///{value.name}" if isinstance(value, Upload) else value
        for name, value in merged(row, revision, edited).items()
    }
    found = examine(revision, revision.spec.inputs, given)
    if not found.valid:
        raise InputsInvalid(
            [FieldError(error.message, path=error.id, code="input") for error in found.errors]
        )
