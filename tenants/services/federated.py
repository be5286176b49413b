"""People whom a tenant's identity provider vouches for: found, made, linked, and let in.

Theory of operation. An identity is the pair of issuer and subject, inside one tenant. An e-mail
address is a description: somebody with a password is never taken over by it. A person whom a
provider brings belongs to the tenant of that provider (its home), with an address that means
nothing elsewhere; so no tenant can seize an address of the instance, and none can find out whether
somebody else has it. Whatever is done in one sign-in is done in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable, make_password
from django.db.models.functions import Now

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor, ActorKind, system_actor
from tenants.audit_words import Change, Type
from tenants.models import (
    ExternalIdentity,
    FederatedSession,
    Group,
    Role,
    TenantAccess,
    User,
)
from tenants.models.people import UserKind
from tenants.selectors import identities
from tenants.services import audit, shadows
from tenants.services.bindings import NewBinding, Principal, create_binding
from tenants.services.groups import create_group, enter_groups
from tenants.sso.assertions import Assertion
from tenants.sso.known import Known
from tenants.sso.people import Described, check_required, described
from tenants.sso.refusals import Refused

NOBODY: Final = "nobody yet"


@dataclass(frozen=True)
class Arrival:
    """Somebody whom a provider let in: who, and the session that it vouches for."""

    user: User
    session_id: UUID
    seconds: int


def arrive(known: Known, assertion: Assertion) -> Arrival:
    """Lets in whom the assertion is about; raises Refused, and then nothing was written."""
    check_required(assertion, known.description.rules)
    about = described(assertion, known.description.rules)
    with tenant_scope(known.tenant_id):
        # Two first log-ins of one person at the same moment would make two people.
        shadows.rights_locked()
        identity = _identity(known, assertion, about) or _newcomer(known, assertion, about)
        user = User.objects.get(id=identity.user_id)
        _refresh(user, about)
        _enter_groups(known, assertion, about, user.id)
        _require_entry(known, user)
        ExternalIdentity.objects.filter(id=identity.id).update(
            last_login_at=Now(), provider_id=known.id, email=about.said_email
        )
        session, seconds = _session(known, assertion, identity)
        _record_login(known, user, identity)
    return Arrival(user, session.id, seconds)


def link(known: Known, assertion: Assertion, user_id: UUID) -> None:
    """Adds an identity to somebody who is signed in and asked for it."""
    check_required(assertion, known.description.rules)
    about = described(assertion, known.description.rules)
    with tenant_scope(known.tenant_id):
        shadows.rights_locked()
        user = User.objects.get(id=user_id)
        _require_entry(known, user)
        found = _stored(known, assertion)
        if found is not None and found.user_id != user_id:
            raise Refused("identity.taken", "that account belongs to somebody else here")
        if found is None:
            _linked(known, assertion, about, user_id)


def unlink(user: User, identity_id: UUID, tenant_id: UUID, *, by: Actor) -> bool:
    """Takes an identity from somebody, with the sessions that it carries; says whether it was."""
    with tenant_scope(tenant_id):
        rows = ExternalIdentity.objects.filter(id=identity_id, user_id=user.id)
        row = rows.first()
        if row is None:
            return False
        change = Change.of("user", "identity removed", user.id, issuer=row.issuer)
        audit.record(by, change)
        rows.delete()
        return True


def refused(tenant_id: UUID, provider: str, refusal: Refused) -> None:
    """Records that a sign-in was turned away, and why."""
    nobody = Actor(id=None, name=f"{NOBODY} ({provider[:63]})", kind=ActorKind.USER)
    detail = {"provider": provider[:63], "code": refusal.code, "reason": refusal.detail}
    change = Change(Type.LOGIN_FAILURE, "session.login_failure", "USER", detail=detail)
    audit.refused(tenant_id, nobody, change)


def preview(known: Known, assertion: Assertion) -> dict[str, Any]:
    """What a sign-in would do, without doing any of it: for the test before a provider is saved."""
    rules = known.description.rules
    about = described(assertion, rules)
    problems: list[Refused] = []
    with tenant_scope(known.tenant_id):
        who, outcome = None, "CREATE"
        try:
            check_required(assertion, rules)
            found = _stored(known, assertion)
            who = found.user_id if found else _linkable(known, about)
            outcome = "SIGN_IN" if found else "LINK" if who else "CREATE"
            if who is None:
                _check_newcomer(known, about)
            else:
                _require_entry(known, User.objects.get(id=who))
        except Refused as refusal:
            problems.append(refusal)
            outcome = "REFUSED"
        existing = set(Group.objects.filter(name__in=about.groups).values_list("name", flat=True))
    created = sorted(set(about.groups) - existing) if rules.create_missing_groups else []
    return {
        "issuer": assertion.issuer,
        "subject": assertion.subject,
        "claims": dict(assertion.claims),
        "outcome": outcome,
        "userId": who,
        "person": _shown(assertion, about),
        "groups": {
            "said": about.known_groups,
            "entered": sorted({*existing, *created}),
            "created": created,
            "unknown": sorted(set(about.groups) - existing - set(created)),
        },
        "roles": [role.model_dump() for role in rules.default_roles] if who is None else [],
        "problems": [{"code": item.code, "detail": item.detail} for item in problems],
        "notes": list(_notes(known, assertion, about)),
    }


def _shown(assertion: Assertion, about: Described) -> dict[str, Any]:
    return {
        "email": about.email,
        "saidEmail": about.said_email,
        "emailVerified": assertion.email_verified,
        "firstName": about.first_name,
        "lastName": about.last_name,
        "name": about.name,
    }


def _notes(known: Known, assertion: Assertion, about: Described) -> Iterable[str]:
    rules = known.description.rules
    if about.said_email and about.email is None:
        yield (
            "The provider does not say that it verified the e-mail address, so it is not used. "
            "If you manage the addresses there, set rules.emailTrust to ALWAYS."
        )
    if rules.groups_claim and not about.known_groups:
        yield f"There is no claim {rules.groups_claim}: at a log-in the person leaves all groups."
    if groups_elsewhere(assertion, rules.groups_claim):
        yield "The person has too many groups for the token: they stay as they are."


def groups_elsewhere(assertion: Assertion, claim: str | None) -> bool:
    """Whether a provider only points at the groups, as Entra does above 200 of them."""
    names = assertion.claims.get("_claim_names")
    return bool(claim) and isinstance(names, dict) and claim in names


def _stored(known: Known, assertion: Assertion) -> ExternalIdentity | None:
    return ExternalIdentity.objects.filter(
        kind=known.description.type, issuer=assertion.issuer, subject=assertion.subject
    ).first()


def _identity(known: Known, assertion: Assertion, about: Described) -> ExternalIdentity | None:
    """The identity that is there, or that of a prepared person whom the rules let us recognise."""
    found = _stored(known, assertion)
    if found is not None:
        return found
    prepared = _linkable(known, about)
    return _linked(known, assertion, about, prepared) if prepared else None


def _linkable(known: Known, about: Described) -> UUID | None:
    """Somebody whom a directory or an invitation prepared: in this tenant, without any way in yet."""
    if not known.description.rules.link_verified_email or about.email is None:
        return None
    rows = User.objects.filter(
        email=about.email, kind=UserKind.STANDARD, accesses__tenant_id=known.tenant_id
    )
    found = [row for row in rows if not is_password_usable(row.password)]
    if len(found) != 1 or ExternalIdentity.objects.filter(user_id=found[0].id).exists():
        return None
    return found[0].id


def _linked(
    known: Known, assertion: Assertion, about: Described, user_id: UUID
) -> ExternalIdentity:
    made = ExternalIdentity.objects.create(
        provider_id=known.id,
        user_id=user_id,
        kind=known.description.type,
        issuer=assertion.issuer,
        subject=assertion.subject,
        email=about.said_email,
    )
    # Groups come and go with the provider's word; the way in stays until somebody takes it away.
    TenantAccess.objects.filter(user_id=user_id, tenant_id=known.tenant_id).update(granted=True)
    detail = {"issuer": assertion.issuer, "subject": assertion.subject}
    change = Change.of("user", "identity linked", user_id, provider=known.description.name)
    audit.record(_provider_itself(known), change.noting(**detail))
    return made


def _check_newcomer(known: Known, about: Described) -> None:
    address = about.email or about.said_email.strip().lower()
    people = User.objects.filter(email=address) if address else User.objects.none()
    inside = people.filter(accesses__tenant_id=known.tenant_id) | people.filter(
        home_tenant_id=known.tenant_id
    )
    if inside.exists():
        raise Refused("identity.link_needed", "somebody here has this e-mail address already")
    if not known.description.rules.allow_jit:
        raise Refused("identity.unknown", "nobody here has this account")


def _newcomer(known: Known, assertion: Assertion, about: Described) -> ExternalIdentity:
    _check_newcomer(known, about)
    user = User.objects.create(
        kind=UserKind.STANDARD,
        email=about.email,
        password=make_password(None),
        first_name=about.first_name,
        last_name=about.last_name,
        name="" if about.first_name or about.last_name else about.name or about.said_email[:150],
        home_tenant_id=known.tenant_id,
    )
    TenantAccess.objects.create(user_id=user.id, tenant_id=known.tenant_id, granted=True)
    actor = _provider_itself(known)
    change = Change.of("user", "created", user.id, provider=known.description.name)
    audit.record(actor, change, after={"email": user.email, "name": user.display_name})
    for wish in known.description.rules.default_roles:
        role = Role.objects.filter(name=wish.role).first()
        if role is not None:
            new = NewBinding(Principal.USER, user.id, role.id, wish.namespace)
            create_binding(actor, new)
    return _linked(known, assertion, about, user.id)


def _refresh(user: User, about: Described) -> None:
    """A person of this tenant is described by its provider; one of the instance describes themselves."""
    if user.home_tenant_id is None:
        return
    facts: dict[str, str] = {}
    if about.first_name or about.last_name:
        facts = {"first_name": about.first_name, "last_name": about.last_name}
    same = User.objects.filter(email=about.email, home_tenant_id=user.home_tenant_id)
    if about.email and about.email != user.email and not same.exists():
        facts["email"] = about.email
    if any(getattr(user, name) != value for name, value in facts.items()):
        User.objects.filter(id=user.id).update(**facts)


def _enter_groups(known: Known, assertion: Assertion, about: Described, user_id: UUID) -> None:
    rules = known.description.rules
    if not rules.groups_claim or groups_elsewhere(assertion, rules.groups_claim):
        return
    if rules.create_missing_groups:
        there = set(Group.objects.filter(name__in=about.groups).values_list("name", flat=True))
        for name in sorted(set(about.groups) - there):
            create_group(_provider_itself(known), name, f"From {known.description.display_name}")
    enter_groups(user_id, about.groups, source=known.description.name)


def _require_entry(known: Known, user: User) -> None:
    """Somebody who was deactivated or taken out does not come back by signing in."""
    found = identities.by_id(user.id)
    if found is None or not found.active or found.kind is not UserKind.STANDARD:
        raise Refused("person.disabled", "this person is deactivated")
    if known.tenant_id not in found.tenants.values():
        raise Refused("person.shut_out", "this person was taken out of the tenant")


def _session(
    known: Known, assertion: Assertion, identity: ExternalIdentity
) -> tuple[FederatedSession, int]:
    seconds = _seconds(known, assertion.until, clock.now())
    made = FederatedSession(
        provider_id=known.row_id,
        identity_id=identity.id,
        user_id=identity.user_id,
        sid=assertion.sid,
        name_id_format=assertion.name_id_format[:200],
    )
    made.expires_at = Now() + timedelta(seconds=seconds)
    made.save(force_insert=True)
    FederatedSession.objects.filter(expires_at__lt=Now()).delete()
    return made, seconds


def _seconds(known: Known, until: datetime | None, now: datetime) -> int:
    """The shortest of what the operator, the tenant and the provider allow."""
    hours = known.description.rules.session_hours
    limits = [int(settings.SESSION_COOKIE_AGE)]
    limits += [hours * 3600] if hours else []
    limits += [max(60, int((until - now).total_seconds()))] if until else []
    return min(limits)


def _record_login(known: Known, user: User, identity: ExternalIdentity) -> None:
    actor = Actor(user.id, user.display_name, ActorKind.USER, confined_to=known.tenant_id)
    detail = {"provider": known.description.name, "subject": identity.subject}
    change = Change(Type.LOGIN, "session.login", "USER", str(user.id), detail=detail)
    audit.record(actor, change)


def _provider_itself(known: Known) -> Actor:
    return system_actor(f"log-in by {known.description.name}")
