"""Forged, stolen and broken ID tokens: each refused for its reason, and nobody comes in."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey

from downbeat.common.scope import tenant_scope
from tenants.models import ExternalIdentity, FederatedSession, User
from tenants.sso.id_tokens import half_hash
from tests.support.cast import Cast
from tests.support.doubles.openid import ACCESS_TOKEN, CLIENT_ID, OpenIdDouble
from tests.support.signing_in import Browser, configured, openid_provider, refusal_of

Json = dict[str, Any]
STRANGER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)
NOW = int(time.time())


@dataclass(frozen=True)
class Forgery:
    """A token that must be refused, and why."""

    name: str
    code: str
    make: Callable[[OpenIdDouble, str], str | None]

    def __str__(self) -> str:
        return self.name


def says(name: str, code: str, **claims: Any) -> Forgery:
    """An honest signature under claims that are not."""
    return Forgery(
        name, code, lambda idp, nonce: idp.signed(idp.says(**{"nonce": nonce, **claims}))
    )


def lacks(claim: str, code: str) -> Forgery:
    """The same without one claim."""

    def make(idp: OpenIdDouble, nonce: str) -> str:
        claims = {**idp.says(), "nonce": nonce}
        del claims[claim]
        return idp.signed(claims)

    return Forgery(f"no {claim}", code, make)


def heads(name: str, code: str, key: Any = None, **header: Any) -> Forgery:
    """Honest claims under a header that is not."""
    return Forgery(
        name,
        code,
        lambda idp, nonce: idp.signed(idp.says(nonce=nonce), key=key, header=header),
    )


def raw(name: str, code: str, make: Callable[[OpenIdDouble, str], str | None]) -> Forgery:
    """A token made by hand."""
    return Forgery(name, code, make)


def _part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _unsigned(algorithm: str) -> Callable[[OpenIdDouble, str], str]:
    return lambda idp, nonce: (
        f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(idp.says(nonce=nonce))}."
    )


def _by_public_key(prefix: str) -> Callable[[OpenIdDouble, str], str]:
    """The public key as the secret of an HMAC; the prefix once hid it from a check."""

    def make(idp: OpenIdDouble, nonce: str) -> str:
        pem = (prefix + idp.key.as_pem(private=False).decode()).encode()
        return idp.signed(idp.says(nonce=nonce), key=pem, header={"alg": "HS256"})

    return make


def _empty_hmac(idp: OpenIdDouble, nonce: str) -> str:
    return idp.signed(idp.says(nonce=nonce), key=b"", header={"alg": "HS256"})


def _swapped(idp: OpenIdDouble, nonce: str) -> str:
    head, _, signature = idp.signed(idp.says(nonce=nonce)).split(".")
    return f"{head}.{_part(idp.says(nonce=nonce, sub='somebody-else'))}.{signature}"


def _twice(idp: OpenIdDouble, nonce: str) -> str:
    text = json.dumps(idp.says(nonce=nonce))
    return idp.signed((text[:-1] + ', "sub": "somebody-else"}').encode())


def _twice_in_header(idp: OpenIdDouble, nonce: str) -> str:
    head = b'{"alg":"none","alg":"RS256","kid":"first"}'
    return f"{_part(head)}.{_part(idp.says(nonce=nonce))}.{_part(b'x' * 256)}"


def _truncated(idp: OpenIdDouble, nonce: str) -> str:
    return idp.signed(idp.says(nonce=nonce))[:-4]


def _own_key(idp: OpenIdDouble, nonce: str) -> str:
    header = {"jwk": STRANGER.as_dict(private=False)}
    return idp.signed(idp.says(nonce=nonce), key=STRANGER, header=header)


FORGERIES = (
    says("another issuer", "token.issuer", iss="https://evil.example"),
    says("issuer with a slash", "token.issuer", iss="http://127.0.0.1/"),
    says("issuer as a list", "token.issuer", iss=["http://127.0.0.1"]),
    lacks("iss", "token.issuer"),
    says("another audience", "token.audience", aud="another-app"),
    says("audience that begins alike", "token.audience", aud=f"{CLIENT_ID}-evil"),
    says("audience as an object", "token.audience", aud={CLIENT_ID: True}),
    says("audience with a number", "token.audience", aud=[CLIENT_ID, 7]),
    says("no audience at all", "token.audience", aud=[]),
    lacks("aud", "token.audience"),
    says("many audiences, no party", "token.party", aud=[CLIENT_ID, "another-app"]),
    says("another party", "token.party", azp="another-app"),
    says("party as a list", "token.party", azp=[CLIENT_ID]),
    says("another nonce", "token.nonce", nonce="x" * 43),
    says("nonce as a list", "token.nonce", nonce=["x"]),
    lacks("nonce", "token.nonce"),
    says("expired", "token.expired", iat=NOW - 400, exp=NOW - 120),
    says("expiry as a text", "token.time", exp="9999999999"),
    says("expiry as a truth", "token.time", exp=True),
    says("expiry without end", "token.time", exp=1e300),
    lacks("exp", "token.expiry"),
    says("not yet valid", "token.not_before", nbf=NOW + 3600),
    says("begin as a text", "token.time", nbf="0"),
    says("made in the future", "token.issued_at", iat=NOW + 3600, exp=NOW + 7200),
    says("made long ago", "token.old", iat=NOW - 7200),
    lacks("iat", "token.issued_at"),
    says("empty subject", "token.subject", sub=""),
    says("subject as a number", "token.subject", sub=7),
    says("subject with a line break", "token.subject", sub="subject-1\nX"),
    says("subject without end", "token.subject", sub="x" * 256),
    lacks("sub", "token.subject"),
    says("hash of another access token", "token.at_hash", at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    raw("alg none", "token.algorithm", _unsigned("none")),
    raw("alg None", "token.algorithm", _unsigned("None")),
    raw("alg missing", "token.algorithm", lambda idp, nonce: f"{_part({})}.{_part(idp.says())}.x"),
    raw("HS256 with the public key", "token.algorithm", _by_public_key("")),
    raw("HS256 with the public key, hidden", "token.algorithm", _by_public_key(" \n")),
    raw("HS256 with no key", "token.algorithm", _empty_hmac),
    heads("an algorithm that was not allowed", "token.algorithm", alg="RS512"),
    heads("unknown key", "token.key", key=STRANGER, kid="stranger"),
    heads("key as a path", "token.key", kid="../../etc/passwd"),
    heads("key as SQL", "token.key", kid="' or 1=1 --"),
    heads("key as a number", "token.key", kid=7),
    heads("a stranger's key under our name", "token.signature", key=STRANGER),
    heads("keys by address", "token.foreign_key", key=STRANGER, jku="https://evil.example/keys"),
    heads("certificate by address", "token.foreign_key", key=STRANGER, x5u="https://evil.example"),
    heads("certificate in the token", "token.foreign_key", key=STRANGER, x5c=["MIIB"]),
    raw("key in the token", "token.foreign_key", _own_key),
    heads("unknown critical extension", "token.critical", crit=["x"], x=1),
    heads("unencoded payload", "token.critical", b64=False, crit=["b64"]),
    heads("a log-out token", "token.type", typ="logout+jwt"),
    heads("an access token", "token.type", typ="at+jwt"),
    raw("swapped subject", "token.signature", _swapped),
    raw("subject twice", "token.duplicate", _twice),
    raw("algorithm twice", "token.duplicate", _twice_in_header),
    raw("signature cut off", "token.signature", _truncated),
    raw("no signature", "token.form", lambda idp, nonce: idp.signed(idp.says()).rsplit(".", 1)[0]),
    raw("encrypted", "token.form", lambda idp, nonce: "a.b.c.d.e"),
    raw("no token", "token.missing", lambda idp, nonce: None),
    raw("claims that are a list", "token.form", lambda idp, nonce: idp.signed(b"[]")),
    raw("claims that are no JSON", "token.form", lambda idp, nonce: idp.signed(b"{sub: 1}")),
    raw("a token without end", "token.form", lambda idp, nonce: "a." + "b" * 70_000 + ".c"),
)


@pytest.fixture(scope="module")
def configured_cast(module_cast: Cast, openid: OpenIdDouble) -> Cast:
    configured(module_cast, openid_provider(openid.url))
    return module_cast


def _traces(cast: Cast) -> tuple[int, int, int]:
    with tenant_scope(cast.tenant.id):
        found = ExternalIdentity.objects.count(), FederatedSession.objects.count()
    return (*found, User.objects.filter(home_tenant_id=cast.tenant.id).count())


def test_there_are_forty_and_no_two_alike() -> None:
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES) >= 40


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_a_forged_token_lets_nobody_in(
    configured_cast: Cast, openid: OpenIdDouble, forgery: Forgery
) -> None:
    browser = Browser()
    asked = browser.start(configured_cast, "idp")
    openid.gives(forgery.make(openid, asked["nonce"]))

    answer = browser.back(configured_cast, "idp", state=asked["state"], code="good")

    assert refusal_of(answer) == forgery.code
    assert not browser.signed_in
    assert _traces(configured_cast) == (0, 0, 0)


def test_the_honest_token_beside_them_is_good(cast: Cast, openid: OpenIdDouble) -> None:
    """Otherwise the table above would pass with a door that nobody can open."""
    configured(cast, openid_provider(openid.url))
    more: Json = {
        "azp": CLIENT_ID,
        "aud": [CLIENT_ID],
        "nbf": NOW - 5,
        "at_hash": half_hash(ACCESS_TOKEN, "RS256"),
    }

    answer = Browser().sign_in(cast, openid, **more)

    assert answer["Location"].startswith(f"/ui/{cast.tenant.slug}/")


def test_a_short_key_of_the_provider_itself_is_refused(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url))
    before = openid.published
    openid.published = [_short_key()]
    browser = Browser()
    asked = browser.start(cast, "idp")
    openid.gives(_with_short_key(openid.says(nonce=asked["nonce"])))

    answer = browser.back(cast, "idp", state=asked["state"], code="good")
    openid.published = before

    assert refusal_of(answer) == "token.key"


def _short_key() -> Json:
    numbers = SHORT.public_key().public_numbers()
    modulus, exponent = numbers.n.to_bytes(128, "big"), numbers.e.to_bytes(3, "big")
    return {"kty": "RSA", "kid": "short", "n": _part(modulus), "e": _part(exponent)}


def _with_short_key(claims: Json) -> str:
    signed = f"{_part({'alg': 'RS256', 'kid': 'short'})}.{_part(claims)}"
    return f"{signed}.{_part(SHORT.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"
