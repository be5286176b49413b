"""How entries of the audit trail look outside."""

from __future__ import annotations

from typing import Any, Final

import orjson

from downbeat.common import clock
from tenants.audit_words import patch
from tenants.models import AuditChain, AuditDeadLetter, AuditEntry, AuditStream
from tenants.services.audit_chain import Verdict
from tenants.services.audit_delivery import lag

Json = dict[str, Any]
COLUMNS: Final = [
    "seq",
    "date",
    "type",
    "action",
    "resource",
    "id",
    "namespace",
    "userId",
    "username",
    "tokenId",
    "ipAddress",
    "detail",
    "before",
    "after",
    "hash",
]
# A cell that begins so is a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def log(row: AuditEntry) -> Json:
    """An entry; `seq` and `hash` are its place in the chain."""
    body = orjson.loads(row.body)
    link = getattr(row, "link", None)
    detail = {
        "type": row.resource,
        "resource": row.resource,
        "resourceType": row.resource,
        "id": row.object_id,
        "namespace": row.namespace or None,
        **body["detail"],
    }
    return {
        "id": row.id,
        "tenantId": row.tenant_id,
        "type": row.type,
        "action": row.action,
        "resource": row.resource,
        "detail": detail,
        "date": clock.wire(row.at),
        "userId": row.actor_id,
        "username": row.actor_name,
        "tokenId": body["actor"]["tokenId"],
        "superAdmin": body["actor"]["superAdmin"],
        "ipAddress": body["origin"]["address"],
        "userAgent": body["origin"]["agent"],
        "before": body["before"],
        "after": body["after"],
        "appliedPatch": patch(body["before"], body["after"]),
        "revertPatch": patch(body["after"], body["before"]),
        "seq": link.seq if link else None,
        "hash": bytes(link.hash).hex() if link else None,
    }


def item(row: AuditEntry) -> Json:
    """An entry with who did it."""
    body = orjson.loads(row.body)["actor"]
    user = {
        "id": row.actor_id,
        "type": body["kind"],
        "username": row.actor_name,
        "name": row.actor_name,
        "superAdmin": body["superAdmin"],
    }
    return {"auditLog": log(row), "user": user}


def option(row: AuditEntry) -> Json:
    """An entry in the history of an object."""
    return {
        "id": row.id,
        "date": clock.wire(row.at),
        "username": row.actor_name,
        "action": row.action,
    }


def state(row: AuditEntry, side: str) -> str:
    """The object before or after, as text that can be compared line by line."""
    found = orjson.loads(row.body)[side]
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return "" if found is None else orjson.dumps(found, option=options).decode()


def verdict(found: Verdict) -> Json:
    """What a verification of the chain found; `head` is what to write down elsewhere."""
    return {
        "checked": found.checked,
        "intact": not found.findings,
        "seq": found.head.seq,
        "head": str(found.head),
        "findings": [{"seq": each.seq, "what": each.what} for each in found.findings],
    }


def cells(row: AuditEntry) -> list[str]:
    """An entry as a line of a table."""
    shown = log(row)
    shown["id"] = row.object_id
    shown["namespace"] = row.namespace
    return [_cell(shown[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def stream(row: AuditStream, chain: AuditChain | None, dead: int) -> dict[str, Any]:
    """Where a trail is sent, how far that is, and what stands in its way. No secret."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "config": row.config,
        "enabled": row.enabled,
        "seq": row.seq,
        "lag": lag(row, chain),
        "failures": row.failures,
        "error": row.error,
        "nextAt": row.next_at if row.failures else None,
        "deliveredAt": row.delivered_at,
        "deadLetters": dead,
        "createdAt": row.created_at,
    }


def dead_letter(row: AuditDeadLetter) -> dict[str, Any]:
    """Entries that a receiver does not have."""
    span = {"first": row.first, "last": row.last}
    return {"id": row.id, **span, "error": row.error, "createdAt": row.created_at}
