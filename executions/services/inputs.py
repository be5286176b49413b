"""Types the inputs of a start or a resume: files go to storage, secrets are sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from uuid import UUID

from downbeat.common import storage
from downbeat.common.errors import FieldError
from downbeat.sdk.inputs import Input
from executions.runtime.expression_services import ShellServices
from executions.runtime.folders import folder_of
from executions.runtime.sealing import ValueSeal
from executions.runtime.turn_log import TurnLog
from executions.services.errors import InputsInvalid
from executions.triggering.context import trigger_context
from executions.worker.masking import Masker
from flows.contracts import RevisionRef
from flows.spec.expressions import compile_template
from flows.spec.inputs import TypedInputs, lookup, put, type_inputs
from tenants import facade as tenants


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent with a request."""

    name: str
    content: BinaryIO


Given = str | Upload | Any
"""What a client gives for an input: text, a file, or (from a trigger or task) plain data."""


@dataclass(frozen=True, slots=True)
class AcceptedInputs:
    """Typed inputs as they are stored and as they are shown: secrets sealed in both.

    ``masker`` hides the secrets that were met on the way: SECRET inputs, what defaults read, and
    those that whoever gives the inputs knows of.
    """

    stored: Mapping[str, Any]
    shown: Mapping[str, Any]
    masker: Masker = field(default_factory=Masker)


def typed(
    revision: RevisionRef,
    given: Mapping[str, Given],
    *,
    check_required: bool,
    execution_id: UUID,
    secrets: Sequence[str] = (),
) -> AcceptedInputs:
    """The inputs of a start; ``InputsInvalid`` names each that is refused.

    An input in which one of the ``secrets`` is found is sealed, whatever its type.
    """
    folder = f"{folder_of(revision.namespace, revision.flow_id, execution_id)}/inputs"
    found = accept(
        revision,
        revision.spec.inputs,
        given,
        folder=folder,
        check_required=check_required,
        secrets=secrets,
    )
    seal = ValueSeal(revision.tenant_id, revision.namespace, revision.flow_id)
    values = seal.sealed(found.stored, found.masker)
    return replace(found, stored=values, shown=values)


def accept(
    revision: RevisionRef,
    definitions: Sequence[Input],
    given: Mapping[str, Given],
    *,
    folder: str,
    check_required: bool = True,
    secrets: Sequence[str] = (),
) -> AcceptedInputs:
    """Types what was given for some definitions; uploads are stored below ``folder``."""
    if not definitions:
        return AcceptedInputs({}, {}, Masker(secrets))
    met = TurnLog(lambda: secrets)
    files = _stored_files(revision, given, folder)
    found = type_inputs(
        definitions, files, render=_renderer(revision, met), check_required=check_required
    )
    if not found.valid:
        raise InputsInvalid(
            [FieldError(error.message, path=error.id, code="input") for error in found.errors]
        )
    for name in found.secrets:
        met.learn(str(lookup(found.values, name)))
    values = _sealed(found)
    return AcceptedInputs(values, values, met.masker)


def examine(
    revision: RevisionRef,
    definitions: Sequence[Input],
    given: Mapping[str, Any],
    check_required: bool = True,
) -> TypedInputs:
    """What each value is worth and what is wrong with it; nothing is stored."""
    return type_inputs(
        definitions, given, render=_renderer(revision), check_required=check_required
    )


def _renderer(
    revision: RevisionRef, met: TurnLog | None = None
) -> Callable[[str, Mapping[str, Any]], Any]:
    known: dict[str, Any] = {}

    def render(text: str, values: Mapping[str, Any]) -> Any:
        if not known:
            known.update(trigger_context(revision))
        services = ShellServices(
            tenant_id=revision.tenant_id,
            namespace=revision.namespace,
            execution_id=None,
            log=met,
        )
        return compile_template(text).evaluate({**known, "inputs": values}, services=services)

    return render


def _stored_files(revision: RevisionRef, given: Mapping[str, Given], folder: str) -> dict[str, Any]:
    """The values with each upload replaced by its address; a name is never a path."""
    place = storage.storage_for(revision.tenant_id)
    return {
        name: place.put(f"{folder}/{name}/{_file_name(value.name)}", value.content)
        if isinstance(value, Upload)
        else value
        for name, value in given.items()
    }


def _sealed(found: TypedInputs) -> dict[str, Any]:
    values = dict(found.values)
    for name in found.secrets:
        put(values, name, _encrypted(name, str(lookup(values, name))))
    return values


def _encrypted(name: str, text: str) -> str:
    try:
        return tenants.encrypt(text)
    except tenants.NoKey as problem:
        reason = f"Invalid input for `{name}`, it cannot be kept secret: {problem.message}"
        raise InputsInvalid([FieldError(reason, path=name, code="input")]) from None


def _file_name(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.strip(". ") or "file"
