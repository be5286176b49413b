"""Sign-ins under way: begun here, answered by a provider, used once.

Theory of operation. A row remembers what the answer must match. It is found by the digest of the
`state` that travelled with the browser, belongs to the browser whose cookie has the digest beside
it, and is taken by compare-and-set: of two answers to one question the second finds nothing. The
database's clock says when it is too late.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from downbeat.common.scope import tenant_scope
from tenants.models import SeenAssertion, SignInAttempt
from tenants.services import keys
from tenants.sso.known import Known
from tenants.sso.refusals import Refused

LIFE: Final = timedelta(minutes=10)
TEST_LIFE: Final = timedelta(minutes=30)
CLEANED: Final = 100


class Purpose(StrEnum):
    """Why somebody goes to a provider."""

    LOGIN = "LOGIN"
    LINK = "LINK"
    TEST = "TEST"


class Step(StrEnum):
    """How far an attempt is: begun, answered (SAML posts from another site), done."""

    STARTED = "STARTED"
    ANSWERED = "ANSWERED"
    DONE = "DONE"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do, and where to go afterwards (a path of the portal)."""

    purpose: Purpose
    next: str = ""
    user_id: UUID | None = None


@dataclass(frozen=True)
class Taken:
    """An attempt in hand."""

    id: UUID
    wish: Wish
    provider_name: str
    kept: Mapping[str, Any] = field(repr=False)


def begin(known: Known, wish: Wish, *, state: str, browser: str, kept: Mapping[str, Any]) -> UUID:
    """Remembers what the answer must match; older attempts that nobody finished go."""
    with tenant_scope(known.tenant_id):
        _clean()
        row = SignInAttempt(
            provider_id=known.id,
            provider_name=known.description.name,
            purpose=wish.purpose,
            state=_digest(state),
            browser=_digest(browser),
            user_id=wish.user_id,
            next=wish.next,
        )
        row.sealed = _sealed(row.id, kept)
        row.expires_at = Now() + (TEST_LIFE if wish.purpose is Purpose.TEST else LIFE)
        row.save(force_insert=True)
        return row.id


def take(
    tenant_id: UUID, name: str, state: str, *, at: Step, to: Step, browser: str | None
) -> Taken:
    """The attempt of a state, once; raises Refused. None as browser: it is asked at the next step."""
    with tenant_scope(tenant_id):
        rows = SignInAttempt.objects.filter(
            state=_digest(state), provider_name=name, step=at, expires_at__gt=Now()
        )
        row = rows.select_for_update().first() if state else None
        if row is None:
            raise Refused("state.unknown", "this sign-in is unknown, too old, or was used before")
        if browser is not None and not secrets.compare_digest(bytes(row.browser), _digest(browser)):
            raise Refused("state.browser", "this sign-in was begun in another browser")
        SignInAttempt.objects.filter(id=row.id).update(step=to)
        return _taken(row)


def keep(tenant_id: UUID, attempt_id: UUID, kept: Mapping[str, Any]) -> None:
    """Puts something else into an attempt: the answer, or the result of a test."""
    with tenant_scope(tenant_id):
        sealed = _sealed(attempt_id, kept)
        SignInAttempt.objects.filter(id=attempt_id).update(sealed=sealed)


def test_of(tenant_id: UUID, attempt_id: UUID, user_id: UUID) -> tuple[Step, Taken] | None:
    """A test log-in of that person; None when there is none, or it is too old."""
    with tenant_scope(tenant_id):
        rows = SignInAttempt.objects.filter(id=attempt_id, user_id=user_id, expires_at__gt=Now())
        row = rows.filter(purpose=Purpose.TEST).first()
        return (Step(row.step), _taken(row)) if row else None


def use_once(known: Known, assertion_id: str, *, until: Any) -> None:
    """Raises Refused if an assertion or log-out token of that provider was used before."""
    with tenant_scope(known.tenant_id):
        SeenAssertion.objects.filter(expires_at__lt=Now()).delete()
        digest = hashlib.sha256(assertion_id.encode()).digest()
        if SeenAssertion.objects.filter(provider_id=known.row_id, digest=digest).exists():
            raise Refused("assertion.replayed", "this assertion was used before")
        made = SeenAssertion(provider_id=known.row_id, digest=digest, expires_at=until)
        stored = SeenAssertion.objects.bulk_create([made], ignore_conflicts=True)
        mine = SeenAssertion.objects.filter(id=stored[0].id).exists()
        if not mine:
            raise Refused("assertion.replayed", "this assertion was used before")


def _taken(row: SignInAttempt) -> Taken:
    kept = json.loads(keys.decrypt(row.sealed, context=_context(row.id)))
    wish = Wish(Purpose(row.purpose), row.next, row.user_id)
    return Taken(row.id, wish, row.provider_name, kept)


def _clean() -> None:
    old = SignInAttempt.objects.filter(expires_at__lt=Now()).values_list("id", flat=True)
    SignInAttempt.objects.filter(id__in=list(old[:CLEANED])).delete()


def _sealed(id: UUID, kept: Mapping[str, Any]) -> str:
    return keys.encrypt(json.dumps(dict(kept), default=str), context=_context(id))


def context_of(row: SignInAttempt) -> str:
    """What is kept of a sign-in is authenticated with this."""
    return _context(row.id)


def _context(id: UUID) -> str:
    return f"signinattempt|{id}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
