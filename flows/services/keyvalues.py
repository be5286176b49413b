"""Writes key-value pairs; the database's clock says when one has expired."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from downbeat.sdk.fields import format_duration, parse_duration
from flows.contracts import KeyValueRef
from flows.models import KeyValue
from flows.selectors.keyvalues import live_pairs, reference
from flows.services.errors import KeyExists, KeyInvalid, KeyNotFound, ValueInvalid
from tenants import facade as tenants
from tenants.contracts import NamespaceRef

_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")
KINDS = ("STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON")


@transaction.atomic
def set_pair(
    namespace: NamespaceRef,
    key: str,
    value: Any,
    *,
    kind: str | None = None,
    ttl: timedelta | None = None,
    overwrite: bool = True,
    description: str | None = None,
) -> KeyValueRef:
    """Stores a value under a key; without ``overwrite`` an existing key is refused."""
    if not _KEY.fullmatch(key):
        raise KeyInvalid(key=key)
    typed, found_kind = typed_value(key, value, kind)
    now = clock.now()
    row = KeyValue.objects.select_for_update().filter(namespace=namespace.path, key=key).first()
    live = row is not None and (row.expires_at is None or row.expires_at > now)
    if live and not overwrite:
        raise KeyExists(key=key, namespace=namespace.path)
    before = {key: told(row)} if row is not None and live else None
    if row is None:
        row = _new_row(namespace, key, now)
    row.value = typed
    row.kind = found_kind
    row.revision += 1
    row.updated_at = now
    row.expires_at = now + ttl if ttl else None
    row.description = row.description if description is None else description
    row.save()
    tenants.tell_audit(before=before, after={key: told(row)})
    return reference(row)


def told(row: KeyValue) -> dict[str, object]:
    """What the audit trail keeps of a pair: enough to see that it changed, not the value."""
    shown = hashlib.sha256(orjson.dumps(row.value)).hexdigest()[:16]
    expires = row.expires_at
    return {
        "kind": row.kind,
        "revision": row.revision,
        "fingerprint": shown,
        "expires": expires.isoformat() if expires else None,
        "description": row.description,
    }


def _new_row(namespace: NamespaceRef, key: str, now: datetime) -> KeyValue:
    tenants.hold_namespace(namespace)
    return KeyValue(
        id=uuid7(),
        tenant_id=current_tenant(),
        namespace_id=namespace.id,
        namespace=namespace.path,
        key=key,
        revision=0,
        created_at=now,
    )


@transaction.atomic
def delete_pairs(namespace: str, keys: Iterable[str]) -> list[str]:
    """Removes keys; returns those that were there."""
    rows = live_pairs(namespace).filter(key__in=list(keys))
    found = [row.key for row in rows]
    tenants.tell_audit(before={row.key: told(row) for row in rows})
    rows.delete()
    return found


def delete_pair(namespace: str, key: str, *, error_on_missing: bool = False) -> bool:
    """Removes a key; says whether it was there."""
    deleted = bool(delete_pairs(namespace, [key]))
    if error_on_missing and not deleted:
        raise KeyNotFound(key=key, namespace=namespace)
    return deleted


def typed_value(key: str, value: Any, kind: str | None) -> tuple[Any, str]:
    """A value as it is stored, with its kind; the kind is found out when none is given."""
    if kind is None:
        return value, _kind_of(value)
    try:
        return _TYPED[kind](value), kind
    except KeyError:
        raise ValueInvalid(key=key, reason=f"'{kind}' is none of {', '.join(KINDS)}") from None
    except (ValueError, TypeError) as error:
        raise ValueInvalid(key=key, reason=str(error) or f"not a {kind}") from None


def _kind_of(value: Any) -> str:
    match value:
        case bool():
            return "BOOLEAN"
        case int() | float():
            return "NUMBER"
        case str():
            return _kind_of_text(value)
        case _:
            return "JSON"


def _kind_of_text(text: str) -> str:
    for kind in ("DATE", "DATETIME", "DURATION"):
        try:
            _TYPED[kind](text)
        except ValueError:
            continue
        return kind
    return "STRING"


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError("a boolean is not a number")
    if isinstance(value, int | float):
        return value
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else float(text)


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text == "true"


def _datetime(value: Any) -> str:
    text = str(value)
    if len(text) < 16 or "T" not in text:
        raise ValueError("not an ISO-8601 date and time")
    datetime.fromisoformat(text)
    return text


def _date(value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def _duration(value: Any) -> str:
    parse_duration(str(value))
    return str(value) if isinstance(value, str) else format_duration(value)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


_TYPED: dict[str, Callable[[Any], Any]] = {
    "STRING": str,
    "NUMBER": _number,
    "BOOLEAN": _boolean,
    "DATETIME": _datetime,
    "DATE": _date,
    "DURATION": _duration,
    "JSON": _json,
}
