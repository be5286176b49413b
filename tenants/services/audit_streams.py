"""Streams of audit trails: made, changed and taken away by whoever may."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import NameTaken
from tenants.models import AuditChain, AuditStream
from tenants.services import audit, keys
from tenants.services.audit_delivery import context_of
from tenants.services.audit_receivers import SECRET_PREFIX
from tenants.syslog import FACILITIES

KINDS: Final = ("WEBHOOK", "SYSLOG")
TRANSPORTS: Final = ("TCP", "TLS", "UDP")
_KNOWN: Final = {
    "WEBHOOK": {"url", "certificateAuthority"},
    "SYSLOG": {
        "host", "port", "transport", "facility", "appName", "hostname", "certificateAuthority",
    },
}  # fmt: skip


@dataclass(frozen=True)
class StreamFacts:
    """A stream as somebody writes it. None leaves a fact as it is.

    `secret` signs a webhook's calls (`whsec_` and base64); left out, a new stream gets one.
    `from_now`: a new stream begins with what comes, not with what the trail still has.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    enabled: bool = True
    secret: str | None = field(default=None, repr=False)
    from_now: bool = False


def create_stream(actor: Actor, tenant_id: UUID, facts: StreamFacts) -> tuple[AuditStream, str]:
    """A new stream, with the secret that signs it: the only time that it is shown."""
    config = _checked(facts)
    secret = facts.secret or _new_secret()
    with tenant_scope(tenant_id):
        row = AuditStream(id=uuid7(), tenant_id=tenant_id, name=facts.name, kind=facts.kind)
        row.config, row.enabled = config, facts.enabled
        row.secret = keys.encrypt(secret, context=context_of(row))
        row.seq = _end() if facts.from_now else 0
        _insert(row)
        _record(actor, row, "created", before=None, after=_state(row))
    return row, secret


def update_stream(actor: Actor, tenant_id: UUID, id: UUID, facts: StreamFacts) -> AuditStream:
    """Changes a stream; one that waited after failures is tried at once."""
    config = _checked(facts)
    with tenant_scope(tenant_id):
        row = _locked(id)
        before = _state(row)
        row.name, row.kind, row.config, row.enabled = facts.name, facts.kind, config, facts.enabled
        if facts.secret is not None:
            row.secret = keys.encrypt(facts.secret, context=context_of(row))
        row.failures, row.error = 0, ""
        _insert(row, new=False)
        AuditStream.objects.filter(id=id).update(next_at=Now())
        _record(actor, row, "updated", before=before, after=_state(row))
    return row


def delete_stream(actor: Actor, tenant_id: UUID, id: UUID) -> None:
    """Sends nothing there any more."""
    with tenant_scope(tenant_id):
        row = _locked(id)
        _record(actor, row, "deleted", before=_state(row), after=None)
        AuditStream.objects.filter(id=row.id).delete()


def _locked(id: UUID) -> AuditStream:
    row = AuditStream.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise NotFound("stream")
    return row


def _insert(row: AuditStream, *, new: bool = True) -> None:
    fields = None if new else ["name", "kind", "config", "enabled", "secret", "failures", "error"]
    try:
        with transaction.atomic():
            row.save(force_insert=new, update_fields=fields)
    except IntegrityError:
        raise NameTaken(name=row.name) from None


def _end() -> int:
    chain = AuditChain.objects.first()
    return chain.seq if chain else 0


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _state(row: AuditStream) -> dict[str, Any]:
    return {"name": row.name, "kind": row.kind, "config": row.config, "enabled": row.enabled}


def _record(
    actor: Actor,
    row: AuditStream,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    audit.record(actor, Change.of("audit", f"stream {event}", row.id), before=before, after=after)


def _checked(facts: StreamFacts) -> dict[str, Any]:
    if facts.kind not in KINDS:
        raise InvalidFields([FieldError(f"use one of {', '.join(KINDS)}", path="kind")])
    errors = [
        FieldError("is not known for this kind of stream", path=f"config.{name}")
        for name in sorted(set(facts.config) - _KNOWN[facts.kind])
    ]
    for name, wrong, text in _RULES[facts.kind]:
        if wrong(facts.config.get(name)):
            errors.append(FieldError(text, path=f"config.{name}"))
    if facts.secret is not None and not _is_key(facts.secret):
        text = f"write {SECRET_PREFIX} and 24 to 64 bytes in base64"
        errors.append(FieldError(text, path="secret"))
    if errors:
        raise InvalidFields(errors)
    return {name: value for name, value in facts.config.items() if value is not None}


def _is_key(text: str) -> bool:
    try:
        raw = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        return False
    return text.startswith(SECRET_PREFIX) and 24 <= len(raw) <= 64


def _no_url(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) and len(value) <= 2000 else None
    good = parts is not None and parts.scheme in {"http", "https"} and parts.hostname
    # A password in an address would be shown to whoever may see the stream.
    return not good or bool(parts and (parts.username or parts.password))


def _no_text(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and 0 < len(value) <= 255)


def _no_host(value: Any) -> bool:
    return value is None or _no_text(value) or "/" in value


def _no_port(value: Any) -> bool:
    return not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65_536


def _no_certificate(value: Any) -> bool:
    pem = isinstance(value, str) and "-----BEGIN CERTIFICATE-----" in value
    return value is not None and not (pem and len(value) <= 100_000)


_CERTIFICATE: Final = ("certificateAuthority", _no_certificate, "must be certificates as PEM text")
_RULES: Final[Mapping[str, tuple[tuple[str, Callable[[Any], bool], str], ...]]] = {
    "WEBHOOK": (
        ("url", _no_url, "must be an http or https address without a user"),
        _CERTIFICATE,
    ),
    "SYSLOG": (
        ("host", _no_host, "must be a name or an address"),
        ("port", _no_port, "must be a number from 1 to 65535"),
        ("transport", lambda value: value not in TRANSPORTS, f"use one of {', '.join(TRANSPORTS)}"),
        (
            "facility",
            lambda value: value is not None and value not in FACILITIES,
            f"use one of {', '.join(FACILITIES)}",
        ),
        ("appName", _no_text, "must be a text of at most 255 characters"),
        ("hostname", _no_text, "must be a text of at most 255 characters"),
        _CERTIFICATE,
    ),
}
