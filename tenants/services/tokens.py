"""API tokens: made, listed and revoked by their owners."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from downbeat.common import clock
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants import tokens
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.contracts import NewToken
from tenants.errors import BadLifetime
from tenants.models import ApiToken, User
from tenants.models.people import UserKind
from tenants.services import audit, sign_in

DEFAULT_LIFE = timedelta(days=90)
_LIFE = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.\d+)?S)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TokenWish:
    """What somebody asks of a token."""

    name: str
    description: str = ""
    life: timedelta = DEFAULT_LIFE
    scopes: Sequence[str] = ()
    extended: bool = False


def issue(owner: User, wish: TokenWish, *, by: Actor | None = None) -> NewToken:
    """A new token of that owner; its text is in the answer and nowhere else.

    Without an actor it is made at the operator's console.
    """
    service = owner.kind == UserKind.SERVICE_ACCOUNT
    kind = tokens.TokenKind.SERVICE if service else tokens.TokenKind.PERSON
    token = tokens.make(kind, secrets.choice)
    with tenant_scope(_chain(owner, by)):
        ends, maker = clock.now() + wish.life, _maker(owner, by)
        row = ApiToken.objects.create(
            user=owner,
            name=wish.name,
            description=wish.description,
            lookup=token.lookup,
            digest=token.digest,
            scopes=list(wish.scopes),
            confined_to_id=by.confined_to if by else None,
            made_by=maker.id if maker else None,
            extended=wish.extended,
            expires_at=min(ends, maker.expires_at) if maker else ends,
        )
        _record(by, row, "created")
    return NewToken(id=row.id, name=row.name, text=token.text)


def revoke(owner: User, token_id: UUID, *, by: Actor) -> None:
    """Ends a token of that owner; other processes notice within two seconds."""
    with tenant_scope(_chain(owner, by)):
        rows = ApiToken.objects.filter(id=token_id, user_id=owner.id)
        row = (rows.filter(confined_to_id=by.confined_to) if by.confined_to else rows).first()
        if row is None:
            raise NotFound("token")
        for one in (row, *_made_with(row)):
            _record(by, one, "deleted")
        row.delete()
    sign_in.forget_checked()


def _maker(owner: User, by: Actor | None) -> ApiToken | None:
    """The token with which its owner makes another one for themselves."""
    if by is None or by.token_id is None or by.id != owner.id:
        return None
    return ApiToken.objects.filter(id=by.token_id).first()


def _made_with(row: ApiToken) -> list[ApiToken]:
    """All that was made with a token, and with what was: the database ends them with it."""
    made = list(ApiToken.objects.filter(made_by=row.id))
    return [*made, *(inner for one in made for inner in _made_with(one))]


def _chain(owner: User, by: Actor | None) -> UUID:
    """Whose audit trail tells of a token: the tenant's that it cannot leave, or the instance's."""
    return owner.home_tenant_id or (by.confined_to if by else None) or audit.INSTANCE


def _record(by: Actor | None, row: ApiToken, event: str) -> None:
    change = Change.of(
        "apitoken",
        event,
        row.id,
        userId=row.user_id,
        name=row.name,
        scopes=row.scopes,
        expiresAt=row.expires_at,
    )
    audit.record(by or system_actor("console"), change)


def lifetime(text: str | None) -> timedelta:
    """Reads `P30D`, `P2W`, `PT12H`; raises BadLifetime beyond what the instance allows."""
    if not text:
        return DEFAULT_LIFE
    most: timedelta = settings.DOWNBEAT.token_max_age
    found = _LIFE.fullmatch(text.strip())
    parts = {name: int(digits) for name, digits in found.groupdict("0").items()} if found else {}
    if not any(parts.values()) or any(number > 10**8 for number in parts.values()):
        raise BadLifetime(text=text, most=most.days)
    life = timedelta(**parts)
    if life > most:
        raise BadLifetime(text=text, most=most.days)
    return life
