"""Policies as somebody writes them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from downbeat.common.api.bodies import Body, read_body
from flows.services import policing
from flows.spec.policies import Effect, Mode, Moment
from tenants import facade as tenants


class PolicyBody(Body):
    """A policy as somebody writes it."""

    name: str = Field(min_length=1, max_length=100)
    description: str = Field(default="", max_length=4000)
    namespace: str | None = Field(default=None, max_length=150)
    effect: Effect
    mode: Mode = Mode.ENFORCE
    on: list[Moment] = Field(default_factory=lambda: [Moment.SAVE, Moment.START], min_length=1)
    rules: dict[str, Any]


def policy_of(data: object) -> tenants.PolicyRef:
    """A policy from a body; raises InvalidFields with the place of each mistake."""
    body = read_body(data, PolicyBody)
    policing.rules_of(body.rules)
    return tenants.PolicyRef(
        name=body.name,
        effect=body.effect.value,
        mode=body.mode.value,
        on=frozenset(moment.value for moment in body.on),
        rules=body.rules,
        namespace=body.namespace or "",
        description=body.description,
    )
