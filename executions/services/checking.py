"""The checks of a flow: conditions on a start, and what follows when one does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from downbeat.common.errors import FieldError
from downbeat.sdk.fields import truth
from downbeat.sdk.inputs import SecretInput
from executions.contracts import StartOptions
from executions.runtime.context import labels_tree
from executions.runtime.expression_services import ShellServices
from executions.runtime.sealing import ValueSeal
from executions.services import labels
from executions.services.errors import StartBlocked
from executions.triggering.context import trigger_context
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError, compile_template
from flows.spec.inputs import lookup, put
from tenants import facade as tenants

BLOCK: Final = "BLOCK_EXECUTION"
FAIL: Final = "FAIL_EXECUTION"
LEVELS: Final[Mapping[str, str]] = {"ERROR": "ERROR", "WARNING": "WARN"}


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A condition of the flow that does not hold for a start."""

    place: int
    message: str
    style: str
    behavior: str

    @property
    def level(self) -> str:
        """The level of its log line."""
        return LEVELS.get(self.style, "INFO")


def failures(
    revision: RevisionRef, inputs: Mapping[str, Any], options: StartOptions
) -> tuple[FailedCheck, ...]:
    """The checks that do not hold; free for a flow without any.

    ``inputs`` are as tasks see them. A condition that cannot be rendered does not hold.
    """
    checks = revision.spec.checks
    if not checks:
        return ()
    context = _context(revision, inputs, options)
    services = ShellServices(
        tenant_id=revision.tenant_id, namespace=revision.namespace, execution_id=None
    )
    found = []
    for place, check in enumerate(checks):
        try:
            template = compile_template(check.when)
            if truth(template.render(context, services=services)):
                continue
            message = check.message
        except ExpressionError as problem:
            message = f"{check.message} (the condition cannot be rendered: {problem})"
        found.append(FailedCheck(place, message, check.style, _behavior(check.behavior)))
    return tuple(found)


def refuse_blocked(failed: Sequence[FailedCheck]) -> None:
    """Raises ``StartBlocked`` if one of the checks lets nothing start."""
    blocking = [item for item in failed if item.behavior == BLOCK]
    if blocking:
        errors = [
            FieldError(item.message, path=f"checks[{item.place}]", code="check")
            for item in blocking
        ]
        raise StartBlocked(errors=errors, reason="; ".join(item.message for item in blocking))


def refusal(failed: Sequence[FailedCheck]) -> str | None:
    """Why the execution is to fail at once; None if it is to run."""
    failing = [item.message for item in failed if item.behavior == FAIL]
    return "; ".join(failing) or None


def opened(revision: RevisionRef, stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stored inputs as tasks see them: secrets are readable."""
    seal = ValueSeal(revision.tenant_id, revision.namespace, revision.flow_id)
    stored, _ = seal.opened(stored)
    secrets = [item.id for item in revision.spec.inputs if isinstance(item, SecretInput)]
    if not secrets:
        return stored
    found: dict[str, Any] = deepcopy(dict(stored))
    for name in secrets:
        sealed = lookup(found, name)
        if isinstance(sealed, str) and sealed:
            put(found, name, tenants.decrypt(sealed))
    return found


def _context(
    revision: RevisionRef, inputs: Mapping[str, Any], options: StartOptions
) -> dict[str, Any]:
    variables = options.cause.variables if options.cause else None
    own = labels.as_json((*labels.of_flow(revision.spec.labels), *options.labels))
    return {
        **trigger_context(revision, trigger=variables),
        "inputs": inputs,
        "labels": labels_tree(list(own)),
    }


def _behavior(written: str) -> str:
    return written if written.endswith("_EXECUTION") else f"{written}_EXECUTION"
