"""Everybody who may stand before a door: people, machines, browsers, and those who lost the key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import orjson
from django.conf import settings
from django.test import Client

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tenants.actors import system_actor
from tenants.contracts import TenantRef
from tenants.facade import create_instance_admin_token, make_super_admin
from tenants.models import ExternalIdentity, FederatedSession, IdentityProvider, User
from tenants.services.entries import suspend
from tenants.services.people import create_person
from tenants.services.tenants import create_tenant
from tenants.services.tokens import TokenWish, issue
from tests.integration.isolation.furnished import SELF, Furnished, Word, furnish
from tests.support.cast import Member

BACKEND: Final = "tenants.authentication.PasswordBackend"
CUSTOM: Final = ("flow.view", "flow.edit", "execution.create", "secret.edit", "binding.view")
NARROW: Final = ("flow.view", "execution.*", "kv.edit")


class Asker(Protocol):
    """Whoever sends requests."""

    def ask(self, method: str, path: str, body: object = None, type: str = "") -> Any:
        """One request; bytes and text are sent as they are, everything else as JSON."""


@dataclass
class Holder:
    """Somebody with a token in the header, or with none."""

    token: str | None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(self, method: str, path: str, body: object = None, type: str = "") -> Any:
        """One request."""
        self.client.cookies.clear()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return _sent(self.client, method, path, body, type, headers)


@dataclass
class Browsing:
    """Somebody with a session's cookie and the page's CSRF token."""

    cookies: dict[str, str]
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(self, method: str, path: str, body: object = None, type: str = "") -> Any:
        """One request of a page of ours."""
        self.client.cookies.clear()
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        token = self.cookies[settings.CSRF_COOKIE_NAME]
        return _sent(self.client, method, path, body, type, {"X-CSRFToken": token})


def _sent(
    client: Client, method: str, path: str, body: object, type: str, headers: dict[str, str]
) -> Any:
    if body is None:
        return client.generic(method, path, b"", "", headers=headers)
    raw = body.encode() if isinstance(body, str) else body
    content = raw if isinstance(raw, bytes) else orjson.dumps(body)
    return client.generic(method, path, content, type or "application/json", headers=headers)


@dataclass(frozen=True)
class Company:
    """Two furnished tenants and everybody who asks; names are those of the oracle."""

    here: Furnished
    there: Furnished
    askers: dict[str, Asker]


def tenant_of(owner: User, word: Word, name: str) -> Furnished:
    """A furnished tenant of its own."""
    ref = create_tenant(f"{name}-{uuid7().hex[-10:]}", name.title(), admin_id=owner.id)
    return furnish(ref, Member(owner, _token(owner)), word)


def assemble(here: Word, there: Word) -> Company:
    """Both tenants with their owners, and everybody else in or before the first one."""
    owner, stranger = _person("owner"), _person("stranger")
    ours, theirs = tenant_of(owner, here, "ours"), tenant_of(stranger, there, "theirs")
    askers: dict[str, Asker] = {"nobody": Holder(None), "owner": Holder(_token(owner))}
    askers["stranger"] = Holder(_token(stranger))
    for name, role in (("viewer", "Viewer"), ("launcher", "Launcher"), ("editor", "Editor")):
        askers[name] = Holder(_token(_bound(ours, name, role)))
    admin = _bound(ours, "keeper", "Admin")
    askers["keeper"] = Holder(_token(admin))
    askers["reading token"] = Holder(_token(admin, "*.view"))
    askers["narrow token"] = Holder(_token(owner, *NARROW))
    askers["custom role"] = Holder(_token(_custom(ours)))
    askers["group member"] = Holder(_token(_member(ours)))
    askers["machine"] = Holder(_machine(ours))
    askers["directory"] = Holder(ours.whole["directory token"])
    askers |= _shut_out(ours)
    askers |= _vouched_for(ours, theirs)
    askers |= _above()
    return Company(ours, theirs, askers)


def _person(name: str) -> User:
    return create_person(f"{name}-{uuid7()}@example.com", None, first_name=name, admin=False)


def _token(user: User, *scopes: str) -> str:
    return issue(user, TokenWish(name="test", scopes=scopes)).text


def _role(made: Furnished, name: str) -> str:
    rows = made.ask("GET", "/roles/search?size=100")["results"]
    return next(str(row["id"]) for row in rows if row["name"] == name)


def _give(
    made: Furnished, id: str, role: str, *, place: str | None = SELF, to: str = "USER"
) -> None:
    body = {"type": to, "externalId": id, "roleId": role, "namespaceId": place}
    made.ask("POST", "/bindings", body)


def _bound(made: Furnished, name: str, role: str, place: str | None = SELF) -> User:
    person = _person(name)
    _give(made, str(person.id), _role(made, role), place=place)
    return person


def _custom(made: Furnished) -> User:
    role = made.ask("POST", "/roles", {"name": "of our own", "permissions": list(CUSTOM)})
    person = _person("custom")
    _give(made, str(person.id), role["id"])
    return person


def _member(made: Furnished) -> User:
    group = made.ask("POST", "/groups", {"name": "writers"})["id"]
    _give(made, group, _role(made, "Editor"), to="GROUP")
    person = _person("member")
    made.ask("PUT", f"/groups/{group}/members/{person.id}")
    return person


def _machine(made: Furnished) -> str:
    account = made.ask("POST", "/service-accounts", {"name": "ci"})["id"]
    _give(made, account, _role(made, "Editor"))
    token = made.ask("POST", f"/service-accounts/{account}/api-tokens", {"name": "t"})
    return str(token["fullToken"])


def _shut_out(made: Furnished) -> dict[str, Asker]:
    """Admins of the whole tenant, once: suspended in it, and deactivated altogether."""
    suspended, gone = (_bound(made, name, "Admin", None) for name in ("suspended", "gone"))
    tokens = _token(suspended), _token(gone)
    with tenant_scope(made.tenant.id):
        suspend(system_actor("test"), suspended, suspended=True)
    User.objects.filter(id=gone.id).update(active=False)
    return {"suspended": Holder(tokens[0]), "deactivated": Holder(tokens[1])}


def _vouched_for(here: Furnished, there: Furnished) -> dict[str, Asker]:
    """Sessions of single sign-on: of our provider, and of the other tenant's."""
    ours, theirs = _bound(here, "sso", "Editor"), _bound(here, "guest", "Admin", None)
    for person in (ours, theirs):
        _give(there, str(person.id), _role(there, "Admin"), place=None)
    return {
        "confined here": Browsing(_session(ours, here.tenant)),
        "confined elsewhere": Browsing(_session(theirs, there.tenant)),
    }


def _session(person: User, tenant: TenantRef) -> dict[str, str]:
    """The cookies of a browser for which that tenant's provider has vouched."""
    until = clock.now() + timedelta(hours=4)
    with tenant_scope(tenant.id):
        provider = IdentityProvider.objects.get(name="idp")
        IdentityProvider.objects.filter(id=provider.id).update(enabled=True)
        of = {"provider_id": provider.id, "user_id": person.id}
        identity = ExternalIdentity.objects.create(
            **of, kind="OIDC", issuer="https://idp.example.org", subject=str(person.id)
        )
        session = FederatedSession.objects.create(**of, identity_id=identity.id, expires_at=until)
    client = Client()
    client.force_login(person, backend=BACKEND)
    store = client.session
    store["federated"] = [str(tenant.id), str(session.id)]
    store.save()
    client.get("/ui/")
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _above() -> dict[str, Asker]:
    """Those who stand above tenants: one enters all of them, the other manages the instance."""
    chief = _person("chief")
    make_super_admin(chief.email or "", super_admin=True)
    chief.refresh_from_db()
    operator = create_instance_admin_token(f"operator {UUID(int=uuid7().int)}")
    return {"super-admin": Holder(_token(chief)), "instance owner": Holder(operator)}
