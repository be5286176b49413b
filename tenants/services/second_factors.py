"""Second factors: enrolled by their owners, proved before they count, reset by an admin.

Everything that weakens an account needs its password again, so that a session or a token that
was stolen cannot be made into more.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from downbeat.common import clock
from downbeat.common.errors import NotFound
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.errors import FactorExists, FactorNotProved, TooManyFactors
from tenants.factors import recovery, totp
from tenants.models import RecoveryCode, SecondFactor, User
from tenants.models.second_factors import FactorKind
from tenants.selectors import identities
from tenants.services import audit, master_keys
from tenants.services.passkeys import Site, made, making
from tenants.services.people import person_of_email

MOST: Final = 10
UNPROVED_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Begun:
    """A factor that waits for its proof. The secret is in here and never again."""

    id: UUID
    secret: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    options: Mapping[str, Any] | None = None


def enrolled(user_id: UUID) -> Sequence[SecondFactor]:
    """The factors of somebody that count, the oldest first."""
    rows = SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False)
    return list(rows.order_by("created_at"))


def codes_left(user_id: UUID) -> int:
    """How many recovery codes somebody has not used."""
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()


def begin_totp(user: User, name: str) -> Begun:
    """An authenticator app: its secret, which counts once a code of it was given."""
    secret = os.urandom(totp.SECRET_BYTES)
    row = _unproved(user, FactorKind.TOTP, name or "Authenticator app")
    row.sealed = master_keys.seal(base64.b64encode(secret).decode(), context=context_of(row))
    row.save(force_insert=True)
    instance = settings.DOWNBEAT.public_url.partition("://")[2].strip("/") or "Downbeat"
    address = totp.address_of(secret, user.email or str(user.id), instance)
    return Begun(row.id, totp.letters_of(secret), address)


def begin_passkey(user: User, name: str, site: Site) -> Begun:
    """A passkey: what a browser needs to make one; raises NoPasskeysHere."""
    row = _unproved(user, FactorKind.WEBAUTHN, name or "Passkey")
    options, state = making(site, user, _passkeys(user.id))
    row.sealed = master_keys.seal(json.dumps(state), context=context_of(row))
    row.save(force_insert=True)
    return Begun(row.id, options=options)


def confirm_totp(actor: Actor, user: User, id: UUID, code: str) -> list[str]:
    """The proof of an app; the answer are recovery codes when it is the first factor."""
    row = _waiting(user, id, FactorKind.TOTP)
    step = totp.step_of(secret_of(row), code, clock.now().timestamp())
    if step is None:
        raise FactorNotProved
    row.counter = step
    return _confirm(actor, user, row)


def confirm_passkey(
    actor: Actor, user: User, id: UUID, credential: Mapping[str, Any], site: Site
) -> list[str]:
    """The proof of a passkey."""
    row = _waiting(user, id, FactorKind.WEBAUTHN)
    state = json.loads(master_keys.unseal(row.sealed, context=context_of(row)))
    found = made(site, state, credential)
    row.credential_id, row.public_key = found.credential_id, found.public_key
    row.counter, row.sealed = found.counter, ""
    return _confirm(actor, user, row)


def remove(actor: Actor, user: User, id: UUID) -> None:
    """Takes a factor away; with the last one the recovery codes go too."""
    with transaction.atomic():
        row = SecondFactor.objects.filter(id=id, user=user).select_for_update().first()
        if row is None:
            raise NotFound("second factor")
        row.delete()
        if not enrolled(user.id):
            RecoveryCode.objects.filter(user=user).delete()
        _record(actor, user, "second factor removed", kind=row.kind, name=row.name)


def new_codes(actor: Actor, user: User) -> list[str]:
    """Ten new recovery codes; the old ones are void. They are in this answer and nowhere else."""
    with transaction.atomic():
        codes = _codes(user)
        _record(actor, user, "recovery codes made")
    return codes


def reset(actor: Actor, user: User) -> None:
    """Takes all factors of somebody away, for who has lost them; an admin of the instance may."""
    with transaction.atomic():
        gone, _ = SecondFactor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        _record(actor, user, "second factors reset", count=gone)


def reset_by_console(email: str) -> None:
    """The same from the operator's console."""
    reset(system_actor("console"), person_of_email(email))


def secret_of(row: SecondFactor) -> bytes:
    """The secret of an app."""
    return base64.b64decode(master_keys.unseal(row.sealed, context=context_of(row)))


def owner_of(user: User) -> Actor:
    """Somebody as the actor of their own account."""
    found = identities.by_id(user.id)
    if found is None:
        raise NotFound("user")
    return found.actor()


def _unproved(user: User, kind: FactorKind, name: str) -> SecondFactor:
    late = clock.now() - UNPROVED_FOR
    SecondFactor.objects.filter(user=user, confirmed_at=None, created_at__lt=late).delete()
    if SecondFactor.objects.filter(user=user).count() >= MOST:
        raise TooManyFactors(most=MOST)
    return SecondFactor(user=user, kind=kind, name=name[:150])


def _waiting(user: User, id: UUID, kind: FactorKind) -> SecondFactor:
    late = clock.now() - UNPROVED_FOR
    rows = SecondFactor.objects.filter(id=id, user=user, kind=kind, confirmed_at=None)
    found = rows.filter(created_at__gt=late).first()
    if found is None:
        raise NotFound("second factor")
    return found


def _confirm(actor: Actor, user: User, row: SecondFactor) -> list[str]:
    """Makes a factor count; of two proofs at the same moment one finds nothing to prove."""
    facts = ("counter", "credential_id", "public_key", "sealed")
    with transaction.atomic():
        first = not enrolled(user.id)
        waiting = SecondFactor.objects.filter(id=row.id, confirmed_at=None)
        changes = {name: getattr(row, name) for name in facts}
        try:
            with transaction.atomic():
                proved = waiting.update(confirmed_at=clock.now(), **changes)
        except IntegrityError:
            raise FactorExists from None
        if not proved:
            raise NotFound("second factor")
        _record(actor, user, "second factor added", kind=row.kind, name=row.name)
        return _codes(user) if first else []


def _codes(user: User) -> list[str]:
    codes = [recovery.make(secrets.choice) for _ in range(recovery.COUNT)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=recovery.digest(code)) for code in codes
    )
    return codes


def _passkeys(user_id: UUID) -> list[SecondFactor]:
    return [row for row in enrolled(user_id) if row.kind == FactorKind.WEBAUTHN]


def _record(actor: Actor, user: User, event: str, **detail: object) -> None:
    change = Change.of("user", event, user.id).noting(email=user.email, **detail)
    audit.record_instance(actor, change)


def context_of(row: SecondFactor) -> str:
    """What the sealed facts of a factor are authenticated with."""
    return f"second factor|{row.user_id}|{row.id}"
