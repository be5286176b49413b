"""Asks policies whether an execution may start."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from downbeat.common import clock
from executions.contracts import StartOptions
from executions.services import labels
from executions.services.inputs import AcceptedInputs, Given, Upload
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.policies import Moment, Subject
from tenants import facade as tenants

Lines = Sequence[tuple[str, str]]


def check_start(
    revision: RevisionRef,
    given: Mapping[str, Given],
    inputs: AcceptedInputs,
    options: StartOptions,
) -> Lines:
    """Raises PolicyRefused if a policy does not let it start; else the lines of those that warn.

    Free where there are no policies. Children of an execution are judged as starts of their own,
    but need nobody's agreement: their parent had it.
    """
    policies = tenants.policies_for(revision.namespace)
    if not policies:
        return ()
    subject = start_subject(revision, inputs.shown, options)
    told = flows.check_policies(policies, subject, start_asked(revision, given, options))
    flows.remember_policies(told, revision.namespace, revision.flow_id)
    return [("WARN", f"Policy {one.text}") for one in told if one.effect == "WARN"]


def start_subject(
    revision: RevisionRef, inputs: Mapping[str, Any], options: StartOptions
) -> Subject:
    """A start, as policies see it. Secret inputs are sealed in it."""
    own = (*labels.of_flow(revision.spec.labels), *options.labels)
    marks = {label.key: label.value for label in own}
    cause = options.cause
    context = {
        "flow": {
            "id": revision.flow_id,
            "namespace": revision.namespace,
            "revision": revision.revision,
        },
        "labels": marks,
        "inputs": dict(inputs),
        "trigger": {"id": cause.id, "type": cause.type} if cause else {},
    }
    child = options.origin.parent_id is not None
    return Subject(
        Moment.START,
        revision.spec,
        clock.now(),
        marks,
        context,
        approved=child,
        registry=flows.registry(),
    )


def start_asked(
    revision: RevisionRef, given: Mapping[str, Given], options: StartOptions
) -> tenants.Asked:
    """What another person agrees to when they agree to a start: flow, revision, inputs, labels."""
    secret = {item.id for item in revision.spec.inputs if item.type == "SECRET"}
    subject = {
        "revision": revision.revision,
        "inputs": {name: _shown(value, hidden=name in secret) for name, value in given.items()},
        "labels": {label.key: label.value for label in options.labels},
    }
    return tenants.Asked(
        Moment.START.value, revision.namespace_id, revision.namespace, revision.flow_id, subject
    )


def _shown(value: Given, *, hidden: bool) -> str:
    """An input as the other person sees it; files and secrets by what tells two of them apart."""
    if isinstance(value, Upload):
        return f"file {value.name} sha256:{_digest_of(value.content)}"
    text = value if isinstance(value, str) else repr(value)
    if hidden:
        return f"secret sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return text


def _digest_of(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    at = content.tell()
    # Whoever typed the inputs has read it to its end.
    content.seek(0)
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    content.seek(at)
    return digest.hexdigest()
