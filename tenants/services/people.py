"""People and service accounts."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connections, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant
from tenants.access import require
from tenants.actors import Actor
from tenants.errors import BadEmail, EmailTaken, OneselfRefused, WeakPassword
from tenants.models import User
from tenants.models.people import UserKind
from tenants.services import sign_in

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


def create_service_account(name: str, *, description: str = "", admin: bool = False) -> User:
    """An account for machines: tokens, no password, no sign-in."""
    return User.objects.create(
        kind=UserKind.SERVICE_ACCOUNT,
        name=name,
        description=description,
        password=make_password(None),
        instance_admin=admin,
    )


def reset_password(email: str, password: str) -> None:
    """A new password for somebody; their sessions end."""
    address = normal_email(email)
    check_password_strength(address, password)
    changed = User.objects.filter(email=address, kind=UserKind.STANDARD).update(
        password=make_password(password)
    )
    if not changed:
        raise NotFound("user")
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


def change_profile(user: User, changes: dict[str, str]) -> User:
    """New names or a new address for somebody."""
    if "email" in changes:
        changes = {**changes, "email": normal_email(changes["email"])}
    for name, value in changes.items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            user.save(update_fields=list(changes))
    except IntegrityError:
        raise EmailTaken(email=changes.get("email", "")) from None
    return user


def create_tenant_service_account(actor: Actor, name: str, description: str) -> User:
    """An account for machines that belongs to the current tenant."""
    require(actor, "serviceaccount.edit")
    made = create_service_account(name, description=description)
    made.home_tenant_id = current_tenant()
    made.save(update_fields=["home_tenant"])
    return made


def delete_service_account(actor: Actor, account: User) -> None:
    """Takes an account for machines away, with its tokens and bindings."""
    require(actor, "serviceaccount.edit")
    _delete(account)
    sign_in.forget_checked()


def delete_person(actor: Actor, person: User) -> None:
    """Takes somebody away from the whole instance; nobody takes themselves away."""
    if person.id == actor.id:
        raise OneselfRefused
    _delete(person)
    sign_in.forget_checked()


def _delete(user: User) -> None:
    """The database follows: tokens, bindings and memberships go in every tenant.

    Not through the ORM: it would look for rows in guardian's generic tables, which are closed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from tenants_user where id = %s", [user.id])
