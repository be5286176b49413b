"""What routes of tenants, accounts, directories and invitations answer is what OpenAPI says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
from django.urls import resolve

from downbeat.common.api.operations import key_of
from downbeat.common.models import uuid7
from tenants.api.joining_operations import OPERATIONS
from tenants.facade import create_instance_admin_token, make_super_admin
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.directories import PATCH, USER, directory
from tests.support.openapi import deviations
from tests.support.people import machine, newcomer
from tests.support.signing_in import openid_provider


@dataclass
class Asking:
    """Somebody asks; what was not as declared is remembered."""

    wrong: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def __call__(self, who: Member, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = who.request(method, path, body, **more)
        nobody = answer.status_code == HTTPStatus.NOT_IMPLEMENTED and path.endswith("/Me")
        assert answer.status_code < 300 or nobody, (method, path, answer.content)
        plain = path.partition("?")[0]
        self.wrong += [f"{method} {path}: {one}" for one in deviations(method, plain, answer)]
        self.asked.add(key_of(method, resolve(plain).route))
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def asking() -> Asking:
    return Asking()


def _asked(asking: Asking, *prefixes: str) -> None:
    """Everything that is declared below those paths was asked, and answered as it says."""
    wrong, asking.wrong = asking.wrong, []
    mine = {key for key in OPERATIONS if key.partition(" ")[2].startswith(prefixes)}
    assert wrong == []
    assert mine - asking.asked == set()


def test_scim(cast: Cast, asking: Asking) -> None:
    found = directory(cast)
    who, more = Member(None, found.token), {"type": "application/scim+json"}
    at = f"{found.api}"
    names = {"Users": "userName", "Groups": "displayName"}

    for name, unique in names.items():
        body = {"schemas": [USER], unique: f"{uuid7()}@example.com"}
        made = asking(who, "POST", f"{at}/{name}", body, **more)["id"]
        asking(who, "GET", f"{at}/{name}?count=2", **more)
        asking(who, "POST", f"{at}/{name}/.search", {"count": 1}, **more)
        asking(who, "GET", f"{at}/{name}/{made}", **more)
        asking(who, "PUT", f"{at}/{name}/{made}", body, **more)
        step = {"op": "replace", "path": "externalId", "value": "x"}
        asking(
            who, "PATCH", f"{at}/{name}/{made}", {"schemas": [PATCH], "Operations": [step]}, **more
        )
        asking(who, "DELETE", f"{at}/{name}/{made}", **more)
    gone = {"method": "DELETE", "path": f"/Users/{uuid7()}"}
    asking(who, "POST", f"{at}/Bulk", {"Operations": [gone]}, **more)
    for path in ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas"):
        asking(who, "GET", f"{at}/{path}", **more)
    asking(who, "GET", f"{at}/Schemas/{USER}", **more)

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        asking(who, method, f"{at}/Me", {} if method != "GET" else None, **more)

    _asked(asking, "/scim")


def test_directories_issuers_and_providers(cast: Cast, asking: Asking) -> None:
    at = f"{cast.api}/directories"
    made = asking(cast.alice, "POST", at, {"name": "Entra"})["id"]
    asking(cast.alice, "GET", at)
    asking(cast.alice, "GET", f"{at}/{made}")
    asking(cast.alice, "PUT", f"{at}/{made}", {"description": "d"})
    asking(cast.alice, "POST", f"{at}/{made}/token", {"atOnce": True})
    asking(cast.alice, "DELETE", f"{at}/{made}")
    trust = {
        "name": "GitHub",
        "issuer": "https://token.actions.example.org",
        "audiences": ["downbeat"],
        "conditions": [{"claim": "repository", "equals": "acme/app"}],
        "serviceAccount": machine(cast).id,
    }
    at = f"{cast.api}/trusted-issuers"
    made = asking(cast.alice, "POST", at, trust)["id"]
    asking(cast.alice, "GET", at)
    asking(cast.alice, "GET", f"{at}/{made}")
    asking(cast.alice, "PUT", f"{at}/{made}", {**trust, "description": "d"})
    asking(cast.alice, "POST", f"{at}/test", {"token": "a.b.c"})
    asking(cast.alice, "DELETE", f"{at}/{made}")
    at, provider = f"{cast.api}/identity-providers", openid_provider("https://idp.example.org")
    asking(cast.alice, "POST", at, provider)
    asking(cast.alice, "GET", at)
    asking(cast.alice, "GET", f"{at}/idp")
    asking(cast.alice, "PUT", f"{at}/idp", {**provider, "displayName": "Another"})
    asking(cast.alice, "DELETE", f"{at}/idp")

    _asked(asking, "/directories", "/trusted-issuers", "/identity-providers")


def test_invitations(cast: Cast, asking: Asking) -> None:
    at, email = f"{cast.api}/invitations", f"{uuid7()}@example.com"
    made = asking(cast.alice, "POST", at, {"email": email})["id"]
    asking(cast.alice, "GET", f"{at}/search?size=5")
    asking(cast.alice, "GET", f"{at}/email/{email}")
    asking(cast.alice, "GET", f"{at}/{made}")
    asking(cast.alice, "POST", f"{at}/{made}/resend")
    asking(cast.alice, "DELETE", f"{at}/{made}")

    _asked(asking, "/invitations")


def test_accounts_and_tenants(database: object, asking: Asking) -> None:
    admin = Member(None, create_instance_admin_token("operator"))
    made = asking(admin, "POST", "/api/v1/users", {"email": f"{uuid7()}@example.com"})["id"]
    asking(admin, "GET", "/api/v1/users?size=5")
    asking(admin, "GET", f"/api/v1/users/{made}")
    chief = newcomer(admin=True)
    make_super_admin(chief.email, super_admin=True)
    for word, fact in (("superadmin", "superAdmin"), ("instanceowner", "instanceOwner")):
        asking(chief.member, "PATCH", f"/api/v1/users/{made}/{word}", {fact: False})
    asking(admin, "DELETE", f"/api/v1/users/{made}")
    slug = f"t-{uuid7().hex[-12:]}"
    at = f"/api/v1/tenants/{slug}"
    asking(admin, "POST", "/api/v1/tenants", {"id": slug, "name": "T"})
    asking(admin, "GET", "/api/v1/tenants/search?size=5")
    asking(admin, "GET", at)
    asking(admin, "PUT", at, {"name": "T2"})
    asking(admin, "POST", f"{at}/suspend", {"reason": "a check"})
    asking(admin, "POST", f"{at}/resume")
    asking(admin, "DELETE", at)
    me = newcomer(password=PASSWORD).member
    asking(me, "GET", "/api/v1/me")
    asking(me, "PATCH", "/api/v1/me", {"firstName": "Ada"})
    new = {"oldPassword": PASSWORD, "newPassword": f"{PASSWORD} anew"}
    asking(me, "PUT", "/api/v1/me/password", new)

    _asked(asking, "/users", "/tenants", "/me")
