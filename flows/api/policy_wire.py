"""How policies and approvals look in JSON."""

from __future__ import annotations

from typing import Any

from flows.services.policing import Violation
from tenants import facade as tenants

Json = dict[str, Any]


def policy(one: tenants.PolicyRef) -> Json:
    """A policy as a tenant sees it; without a namespace it holds in the whole tenant."""
    return {**_said(one), "namespace": one.namespace or None}


def instance_policy(one: tenants.PolicyRef) -> Json:
    """A policy of the instance as its admins see it; without tenants it is for all of them."""
    return {**_said(one), "tenants": None if one.tenants is None else list(one.tenants)}


def _said(one: tenants.PolicyRef) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "scope": _scope(one),
        "effect": one.effect,
        "mode": one.mode,
        "on": sorted(one.on),
        "rules": one.rules,
    }


def _scope(one: tenants.PolicyRef) -> str:
    if one.of_instance:
        return "INSTANCE"
    return "NAMESPACE" if one.namespace else "TENANT"


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
