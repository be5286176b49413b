"""Policies as somebody writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from downbeat.common.api.bodies import Body, read_body
from flows.services import policing
from flows.spec.policies import Effect, Mode, Moment
from tenants import facade as tenants

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9*?-]{1,63}$")]


class Written(Body):
    """What every policy says."""

    name: str = Field(min_length=1, max_length=100)
    description: str = Field(default="", max_length=4000)
    effect: Effect
    mode: Mode = Mode.ENFORCE
    on: list[Moment] = Field(default_factory=lambda: [Moment.SAVE, Moment.START], min_length=1)
    rules: dict[str, Any]


class PolicyBody(Written):
    """A policy of a tenant as somebody writes it."""

    namespace: str | None = Field(default=None, max_length=150)


class InstancePolicyBody(Written):
    """A policy of the instance; `tenants` are globs of slugs, absent for all tenants."""

    tenants: list[Slug] | None = Field(default=None, min_length=1, max_length=200)
    # Ignored as other unknown words are, it would make a policy wider than its writer means.
    namespace: None = None


def policy_of(data: object) -> tenants.PolicyRef:
    """A tenant's policy from a body; raises InvalidFields with the place of each mistake."""
    body = read_body(data, PolicyBody)
    return replace(_said(body), namespace=body.namespace or "")


def instance_policy_of(data: object) -> tenants.PolicyRef:
    """A policy of the instance from a body; raises InvalidFields likewise."""
    body = read_body(data, InstancePolicyBody)
    globs = None if body.tenants is None else tuple(body.tenants)
    return replace(_said(body), of_instance=True, tenants=globs)


def _said(body: Written) -> tenants.PolicyRef:
    policing.rules_of(body.rules)
    return tenants.PolicyRef(
        name=body.name,
        effect=body.effect.value,
        mode=body.mode.value,
        on=frozenset(moment.value for moment in body.on),
        rules=body.rules,
        description=body.description,
    )
