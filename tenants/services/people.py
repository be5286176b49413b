"""People and service accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connections, transaction

from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.errors import BadEmail, EmailTaken, OneselfRefused, WeakPassword
from tenants.models import User
from tenants.models.people import UserKind
from tenants.services import audit, sign_in

SHORTEST_PASSWORD = 8


def password_errors(email: str, password: str) -> list[str]:
    """What is wrong with an address and a password; nothing when they will do."""
    errors: list[str] = []
    try:
        validate_email(email)
    except ValidationError:
        errors.append(BadEmail(email=email).message)
    if len(password) < SHORTEST_PASSWORD or password.lower() == email.lower():
        errors.append(WeakPassword(length=SHORTEST_PASSWORD).message)
    return errors


def create_person(
    email: str, password: str | None, *, first_name: str = "", last_name: str = "", admin: bool
) -> User:
    """Somebody new; without a password they cannot sign in yet."""
    address = normal_email(email)
    if password is not None:
        check_password_strength(address, password)
    try:
        with transaction.atomic():
            return User.objects.create(
                email=address,
                password=make_password(password),
                first_name=first_name,
                last_name=last_name,
                instance_admin=admin,
            )
    except IntegrityError:
        raise EmailTaken(email=address) from None


@dataclass(frozen=True)
class NewPerson:
    """Somebody as an admin of the instance writes them."""

    email: str
    password: str | None = field(repr=False)
    first_name: str = ""
    last_name: str = ""


def create_person_by(
    actor: Actor, new: NewPerson, *, instance_admin: bool = False, super_admin: bool = False
) -> User:
    """Somebody new, made by an admin of the instance; a super-admin only by one."""
    with transaction.atomic():
        names = {"first_name": new.first_name, "last_name": new.last_name}
        made = create_person(new.email, new.password, admin=instance_admin, **names)
        audit.record_instance(actor, Change.of("user", "created", made.id), after=_state(made))
        return set_super_admin(actor, made, super_admin=True) if super_admin else made


def create_service_account(name: str, *, description: str = "", admin: bool = False) -> User:
    """An account for machines: tokens, no password, no sign-in."""
    return User.objects.create(
        kind=UserKind.SERVICE_ACCOUNT,
        name=name,
        description=description,
        password=make_password(None),
        instance_admin=admin,
    )


def reset_password(email: str, password: str, *, by: Actor | None = None) -> None:
    """A new password for somebody; their sessions end. Without an actor it is the console's."""
    address = normal_email(email)
    check_password_strength(address, password)
    with transaction.atomic():
        rows = User.objects.filter(email=address, home_tenant=None)
        user = rows.filter(kind=UserKind.STANDARD).first()
        if user is None:
            raise NotFound("user")
        User.objects.filter(id=user.id).update(password=make_password(password))
        change = Change.of("user", "password changed", user.id, email=address)
        audit.record_instance(by or system_actor("console"), change)
    sign_in.forget_checked()


def normal_email(email: str) -> str:
    """The one spelling under which an address is kept."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadEmail(email=email) from None
    return address


def check_password_strength(email: str, password: str) -> None:
    """Raises WeakPassword."""
    if len(password) < SHORTEST_PASSWORD or password.lower() == email.lower():
        raise WeakPassword(length=SHORTEST_PASSWORD)


def change_profile(actor: Actor, user: User, changes: dict[str, str]) -> User:
    """New names or a new address for somebody."""
    before = _state(user)
    if "email" in changes:
        changes = {**changes, "email": normal_email(changes["email"])}
    for name, value in changes.items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            user.save(update_fields=list(changes))
            change = Change.of("user", "updated", user.id)
            audit.record_instance(actor, change, before=before, after=_state(user))
    except IntegrityError:
        raise EmailTaken(email=changes.get("email", "")) from None
    return user


def create_tenant_service_account(actor: Actor, name: str, description: str) -> User:
    """An account for machines that belongs to the current tenant."""
    with tenant_scope(current_tenant()):
        require(actor, "serviceaccount.edit")
        made = create_service_account(name, description=description)
        made.home_tenant_id = current_tenant()
        made.save(update_fields=["home_tenant"])
        change = Change.of("serviceaccount", "created", made.id)
        audit.record(actor, change, after=_account_state(made))
        return made


def update_service_account(
    actor: Actor, account: User, *, name: str, description: str | None
) -> User:
    """Another name or description; tokens and rights stay."""
    with tenant_scope(current_tenant()):
        require(actor, "serviceaccount.edit")
        before = _account_state(account)
        account.name = name
        if description is not None:
            account.description = description
        account.save(update_fields=["name", "description"])
        change = Change.of("serviceaccount", "updated", account.id)
        audit.record(actor, change, before=before, after=_account_state(account))
        return account


def delete_service_account(actor: Actor, account: User) -> None:
    """Takes an account for machines away, with its tokens and bindings."""
    with tenant_scope(current_tenant()):
        require(actor, "serviceaccount.edit")
        change = Change.of("serviceaccount", "deleted", account.id)
        audit.record(actor, change, before=_account_state(account))
        _delete(account)
    sign_in.forget_checked()


def set_super_admin(actor: Actor, user: User, *, super_admin: bool) -> User:
    """Makes somebody a super-admin or ends that: only a super-admin can, or the console."""
    if not actor.is_boundless:
        raise Denied(permission="super-admin")
    _flag(actor, user, "super_admin", super_admin)
    sign_in.forget_checked()
    return user


def set_instance_admin(actor: Actor, user: User, *, instance_admin: bool) -> User:
    """Lets somebody manage the instance or ends that; nobody ends their own."""
    if user.id == actor.id and not instance_admin:
        raise OneselfRefused
    _flag(actor, user, "instance_admin", instance_admin)
    sign_in.forget_checked()
    return user


def _flag(actor: Actor, user: User, name: str, value: bool) -> None:
    with transaction.atomic():
        before = _state(user)
        User.objects.filter(id=user.id).update(**{name: value})
        setattr(user, name, value)
        change = Change.of("user", "updated", user.id)
        audit.record_instance(actor, change, before=before, after=_state(user))


def _state(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.display_name,
        "instanceOwner": user.instance_admin,
        "superAdmin": user.super_admin,
    }


def person_of_email(email: str) -> User:
    """The person with that address; raises NotFound."""
    mine = {"kind": UserKind.STANDARD, "home_tenant": None}
    user = User.objects.filter(email=normal_email(email), **mine).first()
    if user is None:
        raise NotFound("user")
    return user


def make_super_admin(email: str, *, super_admin: bool) -> None:
    """The same from the operator's console, where the first one comes from."""
    user = User.objects.filter(email=normal_email(email), home_tenant=None).first()
    if user is None:
        raise NotFound("user")
    set_super_admin(system_actor("console"), user, super_admin=super_admin)


def delete_person(actor: Actor, person: User) -> None:
    """Takes somebody away from the whole instance; nobody takes themselves away."""
    if person.id == actor.id:
        raise OneselfRefused
    with transaction.atomic():
        change = Change.of("user", "deleted", person.id)
        audit.record_instance(actor, change, before=_state(person))
        _delete(person)
    sign_in.forget_checked()


def _account_state(account: User) -> dict[str, object]:
    return {"name": account.name, "description": account.description}


def _delete(user: User) -> None:
    """The database follows: tokens, bindings and memberships go in every tenant.

    Not through the ORM: it would look for rows in guardian's generic tables, which are closed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from tenants_user where id = %s", [user.id])


def principal(user_id: UUID) -> User:
    """Somebody whom this tenant may give rights to: not an account that another tenant made."""
    user = User.objects.filter(id=user_id).first()
    if user is None or user.home_tenant_id not in {None, current_tenant()}:
        raise NotFound("user")
    return user
