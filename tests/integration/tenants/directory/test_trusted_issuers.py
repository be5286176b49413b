"""Tokens of trusted issuers: who they act as, what they are exchanged for, and why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tenants.models import User
from tenants.sso import discovery
from tests.support.cast import Cast, Member
from tests.support.doubles.issuer import AUDIENCE, Issuer, issuer, new_key, raw
from tests.support.people import Newcomer, bind, machine, newcomer, role_id

MAIN = {"claim": "ref", "equals": "refs/heads/main"}
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@pytest.fixture(autouse=True)
def _egress(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The issuer of the tests is on loopback, which tenants may reach only if the operator says so."""
    monkeypatch.setattr(settings, "DOWNBEAT", replace(settings.DOWNBEAT, egress="open"))
    yield
    discovery.forget()


@pytest.fixture
def github() -> Iterator[Issuer]:
    with issuer() as found:
        yield found


@pytest.fixture
def ci(cast: Cast) -> Newcomer:
    """A service account that may look at everything."""
    made = machine(cast)
    bind(cast, made.id, role_id(cast, "Viewer"), None)
    return made


def _trust(cast: Cast, ci: Newcomer, github: Issuer, **facts: Any) -> Any:
    body = {
        "name": "GitHub",
        "issuer": github.url,
        "audiences": [AUDIENCE],
        "conditions": [MAIN, {"claim": "sub", "matches": "repo:acme/*:ref:refs/heads/main"}],
        "algorithms": ["ES256"],
        "serviceAccount": ci.id,
        **facts,
    }
    return cast.alice.post(f"{cast.api}/trusted-issuers", body)


def _tried(cast: Cast, token: str) -> Any:
    return cast.alice.post(f"{cast.api}/trusted-issuers/test", {"token": token}).json()


def _exchange(cast: Cast, token: str, **more: str) -> Any:
    body = {
        "grant_type": EXCHANGE,
        "subject_token": token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        **more,
    }
    return _posted(f"{cast.api}/oauth/token", body)


def _posted(path: str, form: dict[str, str]) -> Any:
    type = "application/x-www-form-urlencoded"
    return Client(raise_request_exception=False).post(path, urlencode(form), type)


def _sees(cast: Cast, token: str) -> int:
    return int(Member(None, token).get(f"{cast.api}/namespaces/company.data").status_code)


def test_a_pipelines_token_acts_as_the_account_in_that_tenant_alone(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    _trust(cast, ci, github)
    holder = Member(None, github.token())

    answers = [
        holder.get(f"{cast.api}/namespaces/company.data").status_code,
        holder.post(f"{cast.api}/namespaces", {"id": "mine"}).status_code,
        holder.get(f"{cast.other_api}/namespaces/search").status_code,
        holder.get("/api/v1/me").status_code,
    ]

    assert answers == [
        HTTPStatus.OK,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.UNAUTHORIZED,
    ]


def test_a_token_is_exchanged_for_one_of_ours_that_ends_with_the_trust(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    made = _trust(cast, ci, github, scopes=["namespace.*", "flow.*"]).json()

    answer = _exchange(cast, github.token(), scope="namespace.view").json()
    wider = _exchange(cast, github.token(), scope="execution.view").json()
    before = _sees(cast, answer["access_token"])
    cast.alice.delete(f"{cast.api}/trusted-issuers/{made['id']}")

    assert (answer["token_type"], answer["scope"]) == ("Bearer", "namespace.view")
    assert 0 < answer["expires_in"] <= 300
    assert wider["error"] == "invalid_scope"
    assert before == HTTPStatus.OK
    assert _sees(cast, answer["access_token"]) == HTTPStatus.UNAUTHORIZED
    assert _sees(cast, github.token()) == HTTPStatus.UNAUTHORIZED


def _hostile(github: Issuer) -> dict[str, tuple[str, str]]:
    """Tokens that must not be believed, by what is wrong, with the reason that is given."""
    good = github.claims()
    now = int(good["iat"])
    return {
        "another issuer": (github.token(iss="https://elsewhere.example"), "token.issuer"),
        "another audience": (github.token(aud="https://other.example"), "token.audience"),
        "no audience": (github.token(aud=None), "token.audience"),
        "expired": (github.token(exp=now - 60), "token.expired"),
        "without an end": (github.token(exp=None), "token.expiry"),
        "an end that is no number": (github.token(exp="later"), "token.form"),
        "not yet": (github.token(nbf=now + 120), "token.early"),
        "made tomorrow": (github.token(iat=now + 120), "token.early"),
        "too long a life": (github.token(exp=now + 86400), "token.lifetime"),
        "another branch": (github.token(ref="refs/heads/x"), "token.claim"),
        "another subject": (
            github.token(sub="repo:acme/flows:ref:refs/heads/main:x"),
            "token.claim",
        ),
        "a repository of others": (
            github.token(sub="repo:evil/acme/x:ref:refs/heads/main"),
            "token.claim",
        ),
        "no claim": (github.token(ref=None), "token.claim"),
        **_forged(github, good),
        "no form": ("a.b.c", "token.form"),
    }


def _forged(github: Issuer, good: dict[str, Any]) -> dict[str, tuple[str, str]]:
    stranger = new_key("first")
    duplicate = json.dumps(good)[:-1] + ', "ref": "refs/heads/main"}'
    return {
        "another key": (github.sign(good, key=stranger), "token.signature"),
        "an unknown key": (github.sign(good, key=new_key("other")), "token.key"),
        "no algorithm": (raw({"alg": "none", "typ": "JWT"}, json.dumps(good)), "token.algorithm"),
        "a symmetric algorithm": (
            raw({"alg": "HS256", "typ": "JWT"}, json.dumps(good), b"x" * 32),
            "token.algorithm",
        ),
        "a key of its own": (github.sign(good, jku="https://evil.example"), "token.foreign_key"),
        "a name twice": (
            raw({"alg": "ES256", "typ": "JWT"}, duplicate, b"x" * 64),
            "token.duplicate",
        ),
        "a signature of nothing": (
            raw({"alg": "ES256", "kid": "first", "typ": "JWT"}, json.dumps(good)),
            "token.signature",
        ),
    }


def test_tokens_that_are_not_good_are_refused_and_the_reason_is_told(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    _trust(cast, ci, github)

    for what, (token, reason) in _hostile(github).items():
        tried = _tried(cast, token)
        codes = [tried["code"], *(each["code"] for each in tried["opinions"])]
        assert reason in codes, what
        assert tried["accepted"] is False, what
        assert _sees(cast, token) == HTTPStatus.UNAUTHORIZED, what


def test_an_exchange_tells_strangers_nothing_and_the_trail_everything(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    _trust(cast, ci, github)
    token = github.token(ref="refs/heads/x")

    here = _exchange(cast, token)
    nowhere = _posted(
        "/api/v1/no-such-tenant/oauth/token",
        {
            "grant_type": EXCHANGE,
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        },
    )
    trail = cast.alice.get(f"{cast.api}/auditlogs/search?size=20").content.decode()

    assert here.status_code == nowhere.status_code == HTTPStatus.BAD_REQUEST
    assert here.json() == nowhere.json()
    assert "token.claim" in trail
    assert token not in trail


def test_keys_rotate_and_unknown_ones_are_asked_for_once_in_a_while(
    cast: Cast, ci: Newcomer, github: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trust(cast, ci, github)
    first = _sees(cast, github.token())
    github.keys = {"second": new_key("second")}
    too_soon = _sees(cast, github.token())
    asked = github.asked.count("/keys")
    monkeypatch.setattr(discovery, "REFETCH_SECONDS", 0.0)

    later = _sees(cast, github.token())

    assert (first, too_soon, later) == (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.OK)
    assert asked == 1


@pytest.mark.parametrize("way", ["pinned", "address"])
def test_keys_may_be_written_down_or_stand_at_an_address(
    cast: Cast, ci: Newcomer, github: Issuer, way: str
) -> None:
    more: dict[str, Any] = (
        {"keys": github.key_set()} if way == "pinned" else {"jwksUrl": f"{github.url}/keys"}
    )
    _trust(cast, ci, github, **more)

    assert _sees(cast, github.token()) == HTTPStatus.OK
    assert "/.well-known/openid-configuration" not in github.asked


def test_nobody_makes_us_ask_an_issuer_that_no_admin_named_or_one_inside(
    cast: Cast, ci: Newcomer, github: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = _tried(cast, github.token())
    monkeypatch.setattr(settings, "DOWNBEAT", replace(settings.DOWNBEAT, egress="guarded"))
    _trust(cast, ci, github)
    inside = _tried(cast, github.token())

    assert unknown["code"] == "token.issuer"
    assert inside["opinions"][0]["code"] == "provider.unreachable"
    assert github.asked == []


def test_a_token_that_is_taken_once_is_not_taken_twice(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    _trust(cast, ci, github, singleUse=True)
    token = github.token(jti="one")

    direct = _sees(cast, token)
    first, second = _exchange(cast, token), _exchange(cast, token)
    nameless = _exchange(cast, github.token())

    assert direct == HTTPStatus.UNAUTHORIZED
    assert [first.status_code, second.status_code, nameless.status_code] == [200, 400, 400]


def test_a_token_that_two_rules_take_is_taken_by_none(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    _trust(cast, ci, github)
    _trust(cast, ci, github, name="GitHub again")

    tried = _tried(cast, github.token())

    assert (tried["accepted"], tried["code"]) == (False, "token.ambiguous")
    assert _sees(cast, github.token()) == HTTPStatus.UNAUTHORIZED


def test_nobody_lets_others_act_with_more_than_they_hold(
    cast: Cast, ci: Newcomer, github: Issuer
) -> None:
    clerk = newcomer()
    body = {"name": "machines", "permissions": ["serviceaccount.view", "serviceaccount.edit"]}
    bind(cast, clerk.id, cast.alice.post(f"{cast.api}/roles", body).json()["id"], None)

    refused = _trust(replace(cast, alice=clerk.member), ci, github)

    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "denied.grant")


@pytest.mark.parametrize("flag", ["super_admin", "instance_admin"])
def test_an_account_with_more_than_bindings_is_let_out_by_its_like_only(
    cast: Cast, ci: Newcomer, github: Issuer, flag: str
) -> None:
    User.objects.filter(id=ci.id).update(**{flag: True})

    refused = _trust(cast, ci, github)
    token = cast.alice.post(f"{cast.api}/service-accounts/{ci.id}/api-tokens", {"name": "t"})

    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "denied.grant")
    assert (token.status_code, token.json()["code"]) == (HTTPStatus.FORBIDDEN, "denied.grant")


@pytest.mark.parametrize(
    "facts",
    [
        {"conditions": []},
        {"conditions": [{"claim": "ref", "matches": "**"}]},
        {"conditions": [{"claim": "ref", "matches": "a", "equals": "a"}]},
        {"audiences": []},
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"issuer": "http://example.com"},
        {"jwksUrl": "file:///etc/passwd"},
        {"keys": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}},
        {"keys": {"keys": [{"kty": "EC", "d": "x"}]}},
        {"maxLifetime": "forever"},
    ],
)
def test_a_trust_without_bounds_is_refused(
    module_cast: Cast, facts: dict[str, Any], database: object
) -> None:
    made = machine(module_cast)

    answer = _trust(module_cast, made, Issuer("https://issuer.example"), **facts)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
