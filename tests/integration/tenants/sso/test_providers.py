"""Administrators keep identity providers, and try them before they save them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from joserfc.jwk import RSAKey

from downbeat.common.scope import tenant_scope
from tenants.models import ExternalIdentity, IdentityProvider, User
from tenants.sso import discovery
from tests.support.cast import Cast, Member
from tests.support.doubles.openid import CLIENT_SECRET, OpenIdDouble
from tests.support.doubles.saml import CERTIFICATE, ENTITY, Request, Statement, encoded
from tests.support.doubles.wire import Trouble
from tests.support.people import bind, newcomer, role_id
from tests.support.signing_in import (
    Browser,
    configured,
    openid_provider,
    query_of,
    refusal_of,
    saml_provider,
)

Json = dict[str, Any]


def test_a_provider_is_kept_shown_changed_and_taken_away(cast: Cast) -> None:
    path = f"{cast.api}/identity-providers"
    made = cast.alice.post(path, openid_provider("https://idp.example.org"))
    twice = cast.alice.post(path, openid_provider("https://idp.example.org"))
    body = openid_provider("https://idp.example.org", displayName="Another name", position=3)
    del body["clientSecret"]
    changed = cast.alice.put(f"{path}/idp", body)
    listed = cast.alice.get(path).json()
    gone = cast.alice.delete(f"{path}/idp")

    assert (made.status_code, twice.status_code) == (201, 409)
    assert made.json()["addresses"]["redirectUri"].endswith(f"{cast.api}/sso/idp/callback")
    assert (changed.json()["displayName"], changed.json()["version"]) == ("Another name", 2)
    assert [row["name"] for row in listed["results"]] == ["idp"]
    assert gone.status_code == 204
    assert cast.alice.get(f"{path}/idp").status_code == 404


def test_no_answer_no_entry_and_no_row_has_the_secret(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    shown = [
        cast.alice.get(f"{cast.api}/identity-providers").content,
        cast.alice.get(f"{cast.api}/identity-providers/idp").content,
        cast.alice.get(f"{cast.api}/auditlogs/search?size=100").content,
        cast.anonymous.get(f"/api/v1/configs/login?tenant={cast.tenant.slug}").content,
    ]
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute("select row_to_json(p)::text from tenants_identityprovider p")
        shown += [row[0].encode() for row in cursor.fetchall()]

    for text in shown:
        assert CLIENT_SECRET.encode() not in text
        assert b"PRIVATE KEY" not in text


def test_a_sealed_secret_does_not_open_in_another_row(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    configured(cast, openid_provider(openid.url, name="second"))
    with tenant_scope(cast.tenant.id):
        first = IdentityProvider.objects.get(name="idp")
        IdentityProvider.objects.filter(name="second").update(sealed=first.sealed)

    answer = Browser().get(f"{cast.api}/sso/second/start")

    assert answer.status_code == 500
    assert answer.json()["code"] == "encryption.undecryptable"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": "Not A Name"}, "name"),
        ({"name": "tests"}, "name"),
        ({"clientSecret": None}, "clientSecret"),
        ({"oidc": {"issuer": "http://idp.example.org"}}, "oidc.issuer"),
        ({"oidc": {"issuer": "https://user:pw@idp.example.org"}}, "oidc.issuer"),
        ({"oidc": {"algorithms": ["none"]}}, "oidc.algorithms"),
        ({"oidc": {"algorithms": []}}, "oidc.algorithms"),
        ({"oidc": {"clockSkewSeconds": 9999}}, "oidc.clockSkewSeconds"),
        ({"domains": ["not a domain"]}, "domains.0"),
        ({"rules": {"defaultRoles": [{"role": "Nothing"}]}}, "rules.defaultRoles.0.role"),
        ({"type": "SAML"}, "saml"),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(
    shared_cast: Cast, wrong: Json, path: str
) -> None:
    body = openid_provider("https://idp.example.org", **wrong)
    body["oidc"] = {"issuer": "https://idp.example.org", "clientId": "x", **wrong.get("oidc", {})}

    answer = shared_cast.alice.post(f"{shared_cast.api}/identity-providers", body)

    assert answer.status_code == 422, answer.content
    assert path in [found.get("path") for found in answer.json()["errors"]]


@pytest.mark.parametrize("certificate", ["", "x", "-----BEGIN CERTIFICATE-----\nMIIB\n"])
def test_a_certificate_has_to_be_one(shared_cast: Cast, certificate: str) -> None:
    body = saml_provider(certificate, ENTITY)

    answer = shared_cast.alice.post(f"{shared_cast.api}/identity-providers", body)

    assert answer.status_code == 422
    assert "saml.certificates" in str(answer.json()["errors"])


def test_another_issuer_needs_the_secret_again(cast: Cast, openid: OpenIdDouble) -> None:
    """Otherwise whoever edits a provider could have its secret sent to themselves."""
    configured(cast, openid_provider("https://idp.example.org"))
    body = openid_provider(openid.url)
    del body["clientSecret"]

    changed = cast.alice.put(f"{cast.api}/identity-providers/idp", body)
    tried = cast.alice.post(f"{cast.api}/identity-providers/test", body)

    for answer in (changed, tried):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "clientSecret"


def test_who_holds_less_than_everything_decides_nothing_about_sign_ins(cast: Cast) -> None:
    """Whoever decides how people sign in can become any of them."""
    path = f"{cast.api}/roles"
    permissions = ["identityprovider.view", "identityprovider.edit"]
    role = cast.alice.post(path, {"name": "Sign-ins", "permissions": permissions}).json()["id"]
    person = newcomer()
    bind(cast, person.id, role, None)
    body = openid_provider("https://idp.example.org")

    seen = person.member.get(f"{cast.api}/identity-providers")
    made = person.member.post(f"{cast.api}/identity-providers", body)
    tried = person.member.post(f"{cast.api}/identity-providers/test", body)

    assert seen.status_code == 200
    assert [(answer.status_code, answer.json()["code"]) for answer in (made, tried)] == [
        (403, "denied.grant")
    ] * 2


def test_the_login_page_knows_the_enabled_providers_of_a_tenant(cast: Cast) -> None:
    configured(cast, openid_provider("https://a.example.org", name="second", position=2))
    configured(cast, openid_provider("https://b.example.org", name="first", position=1))
    configured(cast, openid_provider("https://c.example.org", name="off", enabled=False))
    with_domain = openid_provider("https://a.example.org", name="second", position=2)
    configured(cast, {**with_domain, "domains": ["Example.ORG"]})

    def buttons(query: str) -> list[Json]:
        found: list[Json] = cast.anonymous.get(f"/api/v1/configs/login?{query}").json()["providers"]
        return found

    shown = buttons(f"tenant={cast.tenant.slug}&email=ada@example.org")
    assert [(item["name"], item["suggested"]) for item in shown] == [
        ("first", False),
        ("second", True),
    ]
    assert shown[0]["startUrl"] == f"{cast.api}/sso/first/start"
    assert set(shown[0]) == {"name", "displayName", "type", "startUrl", "suggested"}
    assert buttons("tenant=no-such-tenant") == buttons(f"tenant={cast.other.slug}") == []


def test_a_provider_that_is_off_or_of_nobody_cannot_be_found(cast: Cast) -> None:
    configured(cast, openid_provider("https://c.example.org", name="off", enabled=False))

    answers = [
        Browser().get(address)
        for address in (
            f"{cast.api}/sso/off/start",
            f"{cast.api}/sso/nothing/start",
            f"{cast.other_api}/sso/off/start",
            "/api/v1/no-such-tenant/sso/off/start",
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({str({**answer.json(), "instance": ""}) for answer in answers}) == 1


def test_a_test_shows_the_claims_and_makes_nobody(cast: Cast, openid: OpenIdDouble) -> None:
    rules = {
        "groupsClaim": "groups",
        "groupMapping": {"a": "Analysts"},
        "keepUnmappedGroups": True,
        "defaultRoles": [{"role": "Viewer"}],
    }
    cast.alice.post(f"{cast.api}/groups", {"name": "Analysts"})
    body = {**openid_provider(openid.url, rules=rules), "next": "/acme/admin"}
    browser = Browser()

    begun, report = _tried(cast, browser, openid, body, groups=["a", "b"])

    assert begun["Location"].startswith("/ui/acme/admin?test=")
    assert (report["outcome"], report["subject"]) == ("CREATE", "subject-1")
    assert report["claims"]["email"] == "ada@example.org"
    assert report["groups"] == {
        "said": ["a", "b"],
        "entered": ["Analysts"],
        "created": [],
        "unknown": ["b"],
    }
    assert report["roles"] == [{"role": "Viewer", "namespace": None}]
    assert not browser.signed_in
    with tenant_scope(cast.tenant.id):
        assert not IdentityProvider.objects.exists()
        assert not ExternalIdentity.objects.exists()
    assert not User.objects.filter(home_tenant_id=cast.tenant.id).exists()


def test_a_test_says_what_is_wrong(cast: Cast, openid: OpenIdDouble) -> None:
    rules = {"requiredClaims": {"hd": ["example.org"]}}
    _, refused = _tried(cast, Browser(), openid, openid_provider(openid.url, rules=rules))
    _, forged = _tried(cast, Browser(), openid, openid_provider(openid.url), aud="another")
    unverified = openid_provider(openid.url)
    _, noted = _tried(cast, Browser(), openid, unverified, email_verified=False)

    assert [item["code"] for item in refused["problems"]] == ["claims.required"]
    assert [item["code"] for item in forged["problems"]] == ["token.audience"]
    assert noted["person"]["email"] is None
    assert "emailTrust" in noted["notes"][0]


def test_a_test_of_a_provider_that_cannot_be_reached_says_so_at_once(cast: Cast) -> None:
    body = openid_provider("https://127.0.0.1:1")

    answer = cast.alice.post(f"{cast.api}/identity-providers/test", body).json()

    assert answer["location"] is None
    assert [item["code"] for item in answer["problems"]] == ["provider.unreachable"]


def test_the_result_of_a_test_is_for_whoever_began_it(cast: Cast, openid: OpenIdDouble) -> None:
    body = openid_provider(openid.url)
    begun = cast.alice.post(f"{cast.api}/identity-providers/test", body).json()
    path = f"{cast.api}/identity-providers/tests/{begun['id']}"
    other = newcomer()
    bind(cast, other.id, _admin(cast), None)

    assert cast.alice.get(path).json() == {"id": begun["id"], "finished": False, "report": None}
    assert other.member.get(path).status_code == 404
    assert cast.bob.get(path).status_code in {403, 404}


def test_a_saml_provider_is_tried_before_it_is_saved(cast: Cast) -> None:
    browser = Browser()
    body = {**saml_provider(CERTIFICATE, ENTITY), "next": "/acme/admin"}
    begun = _by(browser, cast.alice, f"{cast.api}/identity-providers/test", body)
    request = Request.of(begun["location"])
    form = {"SAMLResponse": encoded(Statement(request).honest()), "RelayState": request.relay_state}
    posted = Browser().send_form(f"{cast.api}/sso/saml/acs", **form)
    back = browser.get(posted["Location"].partition("testserver")[2])

    report = cast.alice.get(f"{cast.api}/identity-providers/tests/{begun['id']}").json()["report"]

    assert back["Location"].startswith("/ui/acme/admin?test=")
    assert (report["outcome"], report["person"]["firstName"]) == ("CREATE", "Ada")


def test_a_tenant_among_others_reaches_no_address_that_is_not_public(
    cast: Cast, openid: OpenIdDouble
) -> None:
    """The address of a provider is what somebody wrote: it must not open what is inside."""
    configured(cast, openid_provider(openid.url))
    discovery.forget()
    before = len(openid.log)

    with override_settings(DOWNBEAT=dataclasses.replace(settings.DOWNBEAT, egress="auto")):
        answer = Browser().get(f"{cast.api}/sso/idp/start")

    assert refusal_of(answer) == "provider.unreachable"
    assert len(openid.log) == before


def test_metadata_of_another_issuer_is_refused(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    openid.metadata = {"issuer": "https://evil.example"}

    answer = Browser().get(f"{cast.api}/sso/idp/start")
    openid.metadata = {}

    assert refusal_of(answer) == "provider.issuer"


def test_redirects_of_a_provider_are_not_followed(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    elsewhere = {"Location": f"{openid.url}/keys"}
    openid.fails("openid-configuration", Trouble(302, {}, elsewhere))
    before = openid.count("keys")

    answer = Browser().get(f"{cast.api}/sso/idp/start")

    assert refusal_of(answer) == "provider.unreachable"
    assert openid.count("keys") == before


def test_new_keys_are_found_and_a_storm_of_unknown_ones_is_not_passed_on(
    cast: Cast, openid: OpenIdDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(cast, openid_provider(openid.url))
    Browser().sign_in(cast, openid)
    fresh = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    openid.published.append(openid.public(fresh))
    before = openid.count("keys")

    def come(key: Any, kid: str) -> Any:
        browser = Browser()
        asked = browser.start(cast, "idp")
        header = {"kid": kid}
        claims = openid.says(nonce=asked["nonce"])
        openid.gives(openid.signed(claims, key=key, header=header))
        return browser.back(cast, "idp", state=asked["state"], code="good")

    young = come(fresh, "second")
    monkeypatch.setattr(discovery, "REFETCH_SECONDS", 0.0)
    rotated = come(fresh, "second")
    monkeypatch.setattr(discovery, "REFETCH_SECONDS", 60.0)
    storm = [come(fresh, f"unknown-{at}") for at in range(5)]
    openid.published.pop()

    assert refusal_of(young) == "token.key"
    assert rotated["Location"].startswith("/ui/")
    assert {refusal_of(answer) for answer in storm} == {"token.key"}
    assert openid.count("keys") == before + 1


def _admin(cast: Cast) -> str:
    return role_id(cast, "Admin")


def _by(browser: Browser, member: Member, path: str, body: Json) -> Json:
    """A request with somebody's token whose cookies land in a browser."""
    headers = {"Authorization": f"Bearer {member.token}"}
    answer = browser.client.post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    found: Json = answer.json()
    return found


def _tried(
    cast: Cast, browser: Browser, openid: OpenIdDouble, body: Json, **claims: Any
) -> tuple[Any, Json]:
    begun = _by(browser, cast.alice, f"{cast.api}/identity-providers/test", body)
    asked = query_of(begun["location"])
    openid.gives(openid.signed(openid.says(nonce=asked["nonce"], **claims)))
    back = browser.back(cast, body["name"], state=asked["state"], code="good")
    found = cast.alice.get(f"{cast.api}/identity-providers/tests/{begun['id']}").json()
    assert found["finished"]
    return back, found["report"]
