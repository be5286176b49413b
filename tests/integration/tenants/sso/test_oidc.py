"""People sign in at an OpenID provider: found, made, linked, put into groups, and kept inside."""

from __future__ import annotations

import base64
import hashlib
from http import HTTPStatus
from typing import Any

import pytest
from django.db.models.functions import Now

from downbeat.common.scope import tenant_scope
from tenants.models import ExternalIdentity, SignInAttempt, User
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.doubles.openid import CLIENT_SECRET, OpenIdDouble
from tests.support.people import bind, newcomer, role_id
from tests.support.signing_in import Browser, configured, openid_provider, query_of, refusal_of


def test_somebody_new_comes_in_with_the_default_role(cast: Cast, openid: OpenIdDouble) -> None:
    rules = {"defaultRoles": [{"role": "Viewer", "namespace": "company.data"}]}
    configured(cast, openid_provider(openid.url, rules=rules))
    browser = Browser()

    answer = browser.sign_in(cast, openid, next=f"/{cast.tenant.slug}/executions")

    assert (answer.status_code, answer["Location"]) == (303, f"/ui/{cast.tenant.slug}/executions")
    me = browser.me().json()
    assert (me["email"], me["firstName"], me["auths"]) == ("ada@example.org", "Ada", [])
    assert [item["id"] for item in me["tenants"]] == [cast.tenant.slug]
    seen = browser.get(f"{cast.api}/namespaces/company.data")
    assert seen.status_code == HTTPStatus.OK


def test_the_same_subject_is_the_same_person_whatever_the_address(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    first, second = Browser(), Browser()

    first.sign_in(cast, openid)
    second.sign_in(cast, openid, email="ada.new@example.org")

    assert first.me().json()["id"] == second.me().json()["id"]
    assert second.me().json()["email"] == "ada.new@example.org"


def test_another_subject_with_the_address_is_somebody_else_and_does_not_come_in(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    Browser().sign_in(cast, openid)

    answer = Browser().sign_in(cast, openid, sub="subject-2")

    assert refusal_of(answer) == "identity.link_needed"


def test_somebody_with_a_password_is_not_taken_over_by_their_address(
    cast: Cast, openid: OpenIdDouble
) -> None:
    ada = newcomer(password=PASSWORD)
    bind(cast, ada.id, role_id(cast, "Admin"), None)
    configured(cast, openid_provider(openid.url, rules={"linkVerifiedEmail": True}))
    browser = Browser()

    answer = browser.sign_in(cast, openid, email=ada.email)

    assert refusal_of(answer) == "identity.link_needed"
    assert not browser.signed_in


def test_somebody_links_an_account_from_their_own_session(cast: Cast, openid: OpenIdDouble) -> None:
    ada = newcomer(password=PASSWORD)
    bind(cast, ada.id, role_id(cast, "Viewer"), None)
    configured(cast, openid_provider(openid.url))
    browser = Browser()
    browser.client.post("/login", {"username": ada.email, "password": PASSWORD})

    begun = browser.post(
        "/api/v1/me/identities", {"tenant": cast.tenant.slug, "provider": "idp", "next": "/me"}
    )
    asked = query_of(begun.json()["location"])
    openid.gives(openid.signed(openid.says(nonce=asked["nonce"], email=ada.email)))
    answer = browser.back(cast, "idp", state=asked["state"], code="good")
    later = Browser()
    later.sign_in(cast, openid, email=ada.email)

    assert answer["Location"] == "/ui/me?linked=idp"
    assert later.me().json()["id"] == ada.id
    listed = browser.get("/api/v1/me/identities").json()["results"]
    assert [(row["tenant"], row["subject"]) for row in listed] == [(cast.tenant.slug, "subject-1")]


def test_an_account_of_somebody_else_is_not_linked(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    Browser().sign_in(cast, openid)
    bob = newcomer(password=PASSWORD)
    bind(cast, bob.id, role_id(cast, "Viewer"), None)
    browser = Browser()
    browser.client.post("/login", {"username": bob.email, "password": PASSWORD})

    begun = browser.post("/api/v1/me/identities", {"tenant": cast.tenant.slug, "provider": "idp"})
    answer = _answered(browser, cast, openid, begun.json()["location"])

    assert refusal_of(answer) == "identity.taken"


def test_a_token_cannot_link_an_account(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))

    answer = cast.bob.post("/api/v1/me/identities", {"tenant": cast.tenant.slug, "provider": "idp"})

    assert (answer.status_code, answer.json()["code"]) == (403, "session.needed")


def test_a_prepared_person_is_recognised_by_a_verified_address_if_the_tenant_says_so(
    cast: Cast, openid: OpenIdDouble
) -> None:
    prepared = newcomer()
    bind(cast, prepared.id, role_id(cast, "Viewer"), None)
    configured(cast, openid_provider(openid.url, rules={"linkVerifiedEmail": True}))
    browser = Browser()

    unverified = browser.sign_in(cast, openid, email=prepared.email, email_verified="true")
    verified = browser.sign_in(cast, openid, email=prepared.email)

    assert refusal_of(unverified) == "identity.link_needed"
    assert verified["Location"].startswith(f"/ui/{cast.tenant.slug}/")
    assert browser.me().json()["id"] == prepared.id


def test_without_just_in_time_people_strangers_stay_outside(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url, rules={"allowJit": False}))

    answer = Browser().sign_in(cast, openid, email="somebody-else@example.org")

    assert refusal_of(answer) == "identity.unknown"
    with tenant_scope(cast.tenant.id):
        assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"hd": "example.org"}, None),
        ({"hd": "evil.example"}, "claims.required"),
        ({}, "claims.required"),
        ({"hd": ["x", "example.org"]}, None),
    ],
)
def test_required_claims_are_required(
    cast: Cast, openid: OpenIdDouble, claims: dict[str, Any], code: str | None
) -> None:
    configured(cast, openid_provider(openid.url, rules={"requiredClaims": {"hd": ["example.org"]}}))

    answer = Browser().sign_in(cast, openid, **claims)

    if code is None:
        assert answer["Location"].startswith(f"/ui/{cast.tenant.slug}/")
    else:
        assert refusal_of(answer) == code


def test_groups_follow_the_claim_at_each_log_in(cast: Cast, openid: OpenIdDouble) -> None:
    rules = {
        "groupsClaim": "groups",
        "groupMapping": {"idp-analysts": "Analysts", "idp-admins": "Operators"},
        "createMissingGroups": True,
    }
    configured(cast, openid_provider(openid.url, rules=rules))
    browser = Browser()

    browser.sign_in(cast, openid, groups=["idp-analysts", "unmapped"])
    first = _groups(cast, browser.me().json()["id"])
    browser.sign_in(cast, openid, groups=["idp-admins"])
    second = _groups(cast, browser.me().json()["id"])
    browser.sign_in(cast, openid, _claim_names={"groups": "src1"})
    overage = _groups(cast, browser.me().json()["id"])
    browser.sign_in(cast, openid)
    none = _groups(cast, browser.me().json()["id"])

    assert (first, second, overage, none) == ({"Analysts"}, {"Operators"}, {"Operators"}, set())


def test_somebody_who_was_taken_out_or_deactivated_does_not_come_back(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    browser = Browser()
    browser.sign_in(cast, openid)
    person = browser.me().json()["id"]

    cast.alice.delete(f"{cast.api}/tenant-access/{person}")
    shut_out = Browser().sign_in(cast, openid)
    User.objects.filter(id=person).update(active=False)
    deactivated = Browser().sign_in(cast, openid)

    assert refusal_of(shut_out) == "person.shut_out"
    assert refusal_of(deactivated) == "person.disabled"
    assert not browser.signed_in


def test_a_session_of_a_tenants_provider_ends_at_its_border(
    cast: Cast, openid: OpenIdDouble
) -> None:
    """Whoever configures the provider decides who is who, so it must not count elsewhere."""
    ada = newcomer(admin=True, password=PASSWORD)
    bind(cast, ada.id, role_id(cast, "Viewer"), None)
    _let_into_the_other(cast, ada.id)
    browser = Browser()
    browser.client.post("/login", {"username": ada.email, "password": PASSWORD})
    configured(cast, openid_provider(openid.url))
    begun = browser.post("/api/v1/me/identities", {"tenant": cast.tenant.slug, "provider": "idp"})
    _answered(browser, cast, openid, begun.json()["location"])

    confined = Browser()
    confined.sign_in(cast, openid)

    assert browser.get(f"{cast.other_api}/namespaces/search").status_code == HTTPStatus.OK
    assert browser.get("/api/v1/users").status_code == HTTPStatus.OK
    assert confined.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.OK
    assert confined.get(f"{cast.other_api}/namespaces/search").status_code == HTTPStatus.NOT_FOUND
    assert confined.get("/api/v1/users").status_code == HTTPStatus.FORBIDDEN
    assert [item["id"] for item in confined.me().json()["tenants"]] == [cast.tenant.slug]
    found = confined.get("/api/v1/tenants/search").json()["results"]
    assert [item["id"] for item in found] == [cast.tenant.slug]


def test_a_token_made_in_such_a_session_ends_there_too(cast: Cast, openid: OpenIdDouble) -> None:
    ada = newcomer(password=PASSWORD)
    bind(cast, ada.id, role_id(cast, "Viewer"), None)
    _let_into_the_other(cast, ada.id)
    browser, confined = Browser(), Browser()
    browser.client.post("/login", {"username": ada.email, "password": PASSWORD})
    configured(cast, openid_provider(openid.url))
    begun = browser.post("/api/v1/me/identities", {"tenant": cast.tenant.slug, "provider": "idp"})
    _answered(browser, cast, openid, begun.json()["location"])
    confined.sign_in(cast, openid)

    made = confined.post("/api/v1/me/api-tokens", {"name": "ci"}).json()
    token = Member(None, made["fullToken"])
    again = Member(None, token.post("/api/v1/me/api-tokens", {"name": "x"}).json()["fullToken"])
    changed = confined.client.patch("/api/v1/me", {"email": "x@example.org"})

    for member in (token, again):
        assert member.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.OK
        assert member.get(f"{cast.other_api}/namespaces/search").status_code == 404
    assert changed.status_code == HTTPStatus.FORBIDDEN
    assert ada.member.get("/api/v1/me/api-tokens").json()["total"] == 3
    listed = confined.get("/api/v1/me/api-tokens").json()["results"]
    assert {row["name"] for row in listed} == {"ci", "x"}


def test_a_tenant_cannot_seize_an_address_of_the_instance(cast: Cast, openid: OpenIdDouble) -> None:
    """An address that a tenant's provider claims is a person of that tenant, and nobody's elsewhere."""
    address = f"boss-{cast.tenant.slug}@example.com"
    configured(cast, openid_provider(openid.url))
    browser = Browser()
    browser.sign_in(cast, openid, email=address)
    imposter = browser.me().json()["id"]

    let_in = cast.charlie.post(f"{cast.other_api}/tenant-access", {"email": address})
    real = newcomer(admin=True).member.post("/api/v1/users", {"email": address})

    assert let_in.status_code == HTTPStatus.NOT_FOUND
    assert real.status_code == HTTPStatus.CREATED
    assert real.json()["id"] != imposter


def test_the_request_carries_state_nonce_and_a_hashed_challenge(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    asked = Browser().start(cast, "idp")

    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["redirect_uri"].endswith(f"{cast.api}/sso/idp/callback")


def test_the_code_is_redeemed_with_the_verifier_of_the_challenge(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    browser = Browser()
    asked = browser.start(cast, "idp")
    openid.gives(openid.signed(openid.says(nonce=asked["nonce"])))
    browser.back(cast, "idp", state=asked["state"], code="good")

    sent = openid.redeemed[-1]
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    assert CLIENT_SECRET not in str(sent)


def test_an_answer_counts_once_and_for_the_browser_that_asked(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url))
    browser, thief = Browser(), Browser()
    asked = browser.start(cast, "idp")
    openid.gives(openid.signed(openid.says(nonce=asked["nonce"])))

    stolen = thief.back(cast, "idp", state=asked["state"], code="good")
    mine = browser.back(cast, "idp", state=asked["state"], code="good")
    again = browser.back(cast, "idp", state=asked["state"], code="good")
    invented = browser.back(cast, "idp", state="x" * 43, code="good")
    missing = browser.back(cast, "idp", code="good")

    assert refusal_of(stolen) == "state.browser"
    assert mine["Location"].startswith(f"/ui/{cast.tenant.slug}/")
    assert [refusal_of(answer) for answer in (again, invented, missing)] == ["state.unknown"] * 3
    assert not thief.signed_in


def test_an_answer_that_comes_too_late_is_refused(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    browser = Browser()
    asked = browser.start(cast, "idp")
    with tenant_scope(cast.tenant.id):
        SignInAttempt.objects.update(expires_at=Now())

    answer = browser.back(cast, "idp", state=asked["state"], code="good")

    assert refusal_of(answer) == "state.unknown"


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y",
        "x",
    ],
)
def test_a_sign_in_ends_on_a_page_of_ours(cast: Cast, openid: OpenIdDouble, next: str) -> None:
    configured(cast, openid_provider(openid.url))

    answer = Browser().sign_in(cast, openid, next=next)

    assert answer["Location"] == f"/ui/{cast.tenant.slug}/flows"


def test_a_sign_in_is_audited_and_so_is_a_refusal(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    Browser().sign_in(cast, openid)
    Browser().sign_in(cast, openid, iss="https://evil.example")

    found = cast.alice.get(f"{cast.api}/auditlogs/search?size=100").json()["results"]

    text = str(found)
    assert "session.login" in text
    assert "token.issuer" in text
    assert CLIENT_SECRET not in text


def _let_into_the_other(cast: Cast, person: str) -> None:
    found = cast.charlie.get(f"{cast.other_api}/roles/search?size=100").json()["results"]
    role = next(row["id"] for row in found if row["name"] == "Viewer")
    body = {"type": "USER", "externalId": person, "roleId": role}
    answer = cast.charlie.post(f"{cast.other_api}/bindings", body)
    assert answer.status_code < 300, answer.content


def _answered(browser: Browser, cast: Cast, openid: OpenIdDouble, location: str) -> object:
    asked = query_of(location)
    openid.gives(openid.signed(openid.says(nonce=asked["nonce"])))
    return browser.back(cast, "idp", state=asked["state"], code="good")


def _groups(cast: Cast, person: str) -> set[str]:
    found = cast.alice.get(f"{cast.api}/tenant-access/{person}").json()["groups"]
    return {item["name"] for item in found}
