"""How policies and approvals look in JSON."""

from __future__ import annotations

from typing import Any

from flows.services.policing import Violation
from tenants import facade as tenants

Json = dict[str, Any]


def policy(one: tenants.PolicyRef) -> Json:
    """A policy; without a namespace it is the tenant's."""
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "namespace": one.namespace or None,
        "effect": one.effect,
        "mode": one.mode,
        "on": sorted(one.on),
        "rules": one.rules,
    }


def violation(one: Violation) -> Json:
    """What a policy says against something."""
    found = [{"rule": each.rule, "message": each.message} for each in one.findings]
    return {
        "policy": one.policy,
        "namespace": one.namespace,
        "effect": one.effect,
        "mode": one.mode,
        "blocks": one.blocks,
        "findings": found,
    }
