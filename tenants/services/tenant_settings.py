"""What a tenant's admins decide for everybody in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import TenantRef
from tenants.models import Tenant
from tenants.services import audit

PAGES: Final = ("home", "flows", "executions", "namespaces", "logs", "dashboards")


@dataclass(frozen=True)
class TenantFacts:
    """What can be said about a tenant; None leaves a fact as it is.

    `settings`: `timezone` and `startPage` for people who chose none themselves;
    `requireExistingNamespace`: namespaces are made by themselves only, never by deploying into them;
    `allowedTaskRunners`: the only task runners that flows may name (null: any).
    """

    name: str | None = None
    settings: dict[str, Any] | None = None


DEFAULTS: Final[dict[str, Any]] = {
    "timezone": None,
    "startPage": None,
    "requireExistingNamespace": False,
    "allowedTaskRunners": None,
}


def update_tenant(actor: Actor, tenant: TenantRef, facts: TenantFacts) -> Tenant:
    """Changes a tenant's name and settings; raises InvalidFields. The slug stays."""
    with tenant_scope(tenant.id):
        row = Tenant.objects.select_for_update().get(id=tenant.id)
        before = _state(row)
        row.name = row.name if facts.name is None else facts.name or row.slug
        row.settings = {**row.settings, **_checked(facts.settings or {})}
        row.save(update_fields=["name", "settings"])
        change = Change.of("tenant", "updated", tenant.slug)
        audit.record(actor, change, before=before, after=_state(row))
    return row


def settings_of(tenant_id: UUID) -> dict[str, Any]:
    """The settings of a tenant, those that nobody set included."""
    found = Tenant.objects.filter(id=tenant_id).values_list("settings", flat=True).first()
    return {**DEFAULTS, **(found or {})}


def _state(row: Tenant) -> dict[str, Any]:
    return {"name": row.name, **DEFAULTS, **row.settings}


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    errors = [
        FieldError(message, path=f"settings.{name}", code="setting.invalid")
        for name, value in given.items()
        if (message := _wrong(name, value))
    ]
    if errors:
        raise InvalidFields(errors)
    return {name: value for name, value in given.items() if name in DEFAULTS}


def _wrong(name: str, value: Any) -> str | None:
    """What is wrong with a setting. Names of other products' clients are passed over in silence."""
    if value is None:
        return "must be true or false" if name == "requireExistingNamespace" else None
    match name:
        case "timezone" if value not in available_timezones():
            return "must be a name of the IANA time zone database, such as Europe/Berlin"
        case "startPage" if value not in PAGES:
            return f"use one of {', '.join(PAGES)}"
        case "requireExistingNamespace" if not isinstance(value, bool):
            return "must be true or false"
        case "allowedTaskRunners" if not _texts(value):
            return "must be a list of at most 100 types of task runners, globs included, or null"
        case _:
            return None


def _texts(value: Any) -> bool:
    listed = isinstance(value, list) and len(value) <= 100
    return listed and all(isinstance(one, str) and 0 < len(one) <= 200 for one in value)
