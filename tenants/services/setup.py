"""The first person and the first tenant, once; and keys for the operator at the console."""

from __future__ import annotations

from django.db import connections, transaction

from tenants.actors import system_actor
from tenants.audit_words import Change
from tenants.contracts import TenantRef
from tenants.errors import AlreadySetUp
from tenants.models import User
from tenants.models.people import UserKind
from tenants.services import audit
from tenants.services.people import create_person, create_service_account
from tenants.services.tenants import create_tenant
from tenants.services.tokens import TokenWish, issue

FIRST_TENANT = "main"
# Two set-ups at the same moment: the second waits and then finds the first one's person.
SETUP_LOCK = 0x646F776E


def is_set_up() -> bool:
    """Whether there is a person who can sign in."""
    return User.objects.filter(kind=UserKind.STANDARD).exists()


def set_up(
    email: str, password: str, *, tenant: str = FIRST_TENANT, tenant_name: str = ""
) -> tuple[User, TenantRef]:
    """The first admin and the first tenant; raises AlreadySetUp (405) ever after."""
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [SETUP_LOCK])
        if is_set_up():
            raise AlreadySetUp
        person = create_person(email, password, admin=True)
        change = Change.of("user", "created", person.id)
        after = {"email": person.email, "instanceOwner": True}
        audit.record_instance(system_actor("set-up"), change, after=after)
        made = create_tenant(tenant, tenant_name or tenant, admin_id=person.id)
    return person, made


def create_instance_admin_token(name: str) -> str:
    """A token of a new service account that manages the instance; for the operator's console."""
    account = create_service_account(name, description="Made at the console.", admin=True)
    return issue(account, TokenWish(name=name)).text
