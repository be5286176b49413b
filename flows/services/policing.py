"""Asks the policies of a namespace about a save or a start, and says what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import ValidationError

from downbeat.common import clock
from downbeat.common.errors import FieldError, InvalidFields
from flows.selectors.catalogue import registry
from flows.spec.flow import FlowSpec
from flows.spec.policies import Effect, Finding, Mode, Moment, Rules, Subject, findings
from tenants import facade as tenants
from tenants.actors import Actor, system_actor

INSTANCE: Final = "the instance"


@dataclass(frozen=True, slots=True)
class Violation:
    """A policy that speaks against something, and whether that stops it."""

    policy: str
    namespace: str
    effect: str
    mode: str
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> bool:
        """Whether it stops the save or the start."""
        return self.mode == Mode.ENFORCE and self.effect != Effect.WARN

    @property
    def key(self) -> str:
        """Its name, told apart from a tenant's own policy of that name."""
        return f"{self.policy} ({INSTANCE})" if self.namespace == INSTANCE else self.policy

    @property
    def text(self) -> str:
        """What it says, in a sentence."""
        return f"{self.policy}: {'; '.join(one.message for one in self.findings)}"


def rules_of(written: Mapping[str, Any]) -> Rules:
    """Rules as somebody writes them; raises InvalidFields with the place of each mistake."""
    try:
        return Rules.model_validate(dict(written))
    except ValidationError as problem:
        errors = [
            FieldError(
                str(one["msg"]).removeprefix("Value error, "),
                path=".".join(["rules", *map(str, one["loc"])]),
                code="policy.rule",
            )
            for one in problem.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise InvalidFields(errors) from None


def violations(policies: Sequence[tenants.PolicyRef], subject: Subject) -> tuple[Violation, ...]:
    """What policies say against a subject, in their order."""
    found = []
    for one in policies:
        if subject.moment.value not in one.on:
            continue
        told = findings(Effect(one.effect), _rules(_text(one.rules)), subject)
        if told:
            found.append(Violation(one.name, _whose(one), one.effect, one.mode, told))
    return tuple(found)


def _whose(policy: tenants.PolicyRef) -> str:
    if policy.of_instance:
        return INSTANCE
    return policy.namespace or "the tenant"


def check_save(flow: FlowSpec, source: str, namespace_id: UUID, *, actor: Actor) -> None:
    """Raises PolicyRefused if a policy does not let a source be saved."""
    policies = tenants.policies_for(flow.namespace)
    if not policies:
        return
    asked = save_asked(flow, source, namespace_id)
    told = check(policies, save_subject(flow, actor.name), asked)
    remember(told, flow.namespace, flow.id)


def check(
    policies: Sequence[tenants.PolicyRef], subject: Subject, asked: tenants.Asked
) -> tuple[Violation, ...]:
    """What does not block; raises PolicyRefused for the rest. An agreement that is needed is used."""
    told = violations(policies, subject)
    if _lacks_only_approval(told) and tenants.spend(asked):
        told = violations(policies, replace(subject, approved=True))
    refuse(told, subject.flow.namespace, subject.flow.id)
    return told


def refuse(told: Sequence[Violation], namespace: str, flow_id: str) -> None:
    """Raises PolicyRefused if one of them blocks."""
    blocking = [one for one in told if one.blocks]
    if not blocking:
        return
    errors = [
        FieldError(finding.message, path=one.policy, code=f"policy.{finding.rule}")
        for one in blocking
        for finding in one.findings
    ]
    reason = "; ".join(f"{one.text} (policy of {one.namespace})" for one in blocking)
    names = ", ".join(one.policy for one in blocking)
    raise tenants.PolicyRefused(
        errors=errors, reason=f"{namespace}.{flow_id}: {reason}.", missing=f"policy {names}"
    )


def remember(told: Sequence[Violation], namespace: str, flow_id: str) -> None:
    """Leaves an entry of what was let through with a warning, or in evaluate mode."""
    if not told:
        return
    change = tenants.Change.of("policy", "would refuse", flow_id, namespace=namespace)
    tenants.record(
        system_actor("policies"),
        change,
        after={one.key: {"effect": one.effect, "mode": one.mode, "says": one.text} for one in told},
    )


def save_subject(flow: FlowSpec, actor_name: str) -> Subject:
    """A save, as policies see it."""
    labels = {label.key: label.value for label in flow.labels}
    context = {
        "flow": {"id": flow.id, "namespace": flow.namespace},
        "labels": labels,
        "actor": {"name": actor_name},
        "inputs": {},
    }
    return Subject(Moment.SAVE, flow, clock.now(), labels, context, registry=registry())


def save_asked(flow: FlowSpec, source: str, namespace_id: UUID) -> tenants.Asked:
    """What another person agrees to when they agree to a save: exactly this source."""
    return tenants.Asked(
        Moment.SAVE.value, namespace_id, flow.namespace, flow.id, {"source": source}
    )


def _lacks_only_approval(told: Sequence[Violation]) -> bool:
    """Whether an agreement would make the difference: none is used up for nothing."""
    rules = {finding.rule for one in told if one.blocks for finding in one.findings}
    return rules == {"approval"}


def _text(rules: Mapping[str, Any]) -> bytes:
    return orjson.dumps(rules, option=orjson.OPT_SORT_KEYS)


@lru_cache(maxsize=1024)
def _rules(text: bytes) -> Rules:
    return Rules.model_validate(orjson.loads(text))
