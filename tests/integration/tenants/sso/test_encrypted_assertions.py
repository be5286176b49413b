"""SAML assertions that only we can read: believed when they are signed inside, otherwise told one thing."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import xmlsec
from lxml import etree

from tenants.sso.certificates import new_key_pair
from tests.support.cast import Cast
from tests.support.doubles.saml import (
    CERTIFICATE,
    DS,
    ENTITY,
    SAML,
    Request,
    Statement,
    encoded,
    encrypted,
)
from tests.support.signing_in import Browser, configured, refusal_of, saml_provider

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
XENC = "http://www.w3.org/2001/04/xmlenc#"
STRANGER = new_key_pair("stranger", now=datetime.now(UTC))


def _our_certificate(cast: Cast) -> str:
    """The certificate that our metadata tells providers to encrypt with."""
    root = etree.fromstring(Browser().get(f"{cast.api}/sso/saml/metadata").content)
    (shown,) = root.iterfind(f".//{{{MD}}}KeyDescriptor[@use='encryption']")
    text = "".join(shown.findtext(f".//{{{DS}}}X509Certificate").split())
    lines = "\n".join(textwrap.wrap(text, 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _sign_in(cast: Cast, document_of: Callable[[Statement], Any]) -> Any:
    browser = Browser()
    request = Request.of(browser.get(f"{cast.api}/sso/saml/start")["Location"])
    form = {
        "SAMLResponse": encoded(document_of(Statement(request))),
        "RelayState": request.relay_state,
    }
    answer = Browser().send_form(f"{cast.api}/sso/saml/acs", **form)
    place = answer["Location"]
    return browser.get(place.partition("testserver")[2]) if "/finish?" in place else answer


@pytest.mark.parametrize(
    "content",
    [
        xmlsec.constants.TransformAes128Gcm,
        xmlsec.constants.TransformAes256Gcm,
        xmlsec.constants.TransformAes128Cbc,
        xmlsec.constants.TransformAes256Cbc,
    ],
)
@pytest.mark.parametrize("required", [True, False])
def test_an_encrypted_assertion_lets_somebody_in(cast: Cast, content: Any, required: bool) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY, saml={"wantAssertionEncrypted": required}))
    ours = _our_certificate(cast)

    answer = _sign_in(cast, lambda said: encrypted(said.honest(), ours, content))

    assert answer["Location"] == f"/ui/{cast.tenant.slug}/flows", answer["Location"]


def test_an_encrypted_assertion_inside_a_signed_response_is_good_too(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY, saml={"wantResponseSigned": True}))
    ours = _our_certificate(cast)

    good = _sign_in(cast, lambda said: said.signed(encrypted(said.honest(), ours)))
    unsigned = _sign_in(cast, lambda said: encrypted(said.honest(), ours))

    assert good["Location"].endswith("/flows"), good["Location"]
    assert refusal_of(unsigned) == "saml.unsigned"


def test_a_tenant_may_insist_on_encryption(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY, saml={"wantAssertionEncrypted": True}))

    assert refusal_of(_sign_in(cast, Statement.honest)) == "saml.unencrypted"


def _for_a_stranger(said: Statement, ours: str) -> Any:
    return encrypted(said.honest(), STRANGER[1])


def _unsigned(said: Statement, ours: str) -> Any:
    return encrypted(said.response(said.assertion()), ours)


def _signed_by_a_stranger(said: Statement, ours: str) -> Any:
    said.key, said.certificate = STRANGER
    return encrypted(said.honest(), ours)


def _spoiled(said: Statement, ours: str) -> Any:
    document = encrypted(said.honest(), ours, xmlsec.constants.TransformAes256Cbc)
    value = list(document.iter(f"{{{XENC}}}CipherValue"))[-1]
    raw = bytearray(base64.b64decode("".join(value.text.split())))
    raw[-1] ^= 1
    value.text = base64.b64encode(bytes(raw)).decode()
    return document


def _changed_before(said: Statement, ours: str) -> Any:
    document = said.honest()
    document.find(f".//{{{SAML}}}NameID").text = "an-administrator"
    return encrypted(document, ours)


@pytest.mark.parametrize(
    "forge", [_for_a_stranger, _unsigned, _signed_by_a_stranger, _spoiled, _changed_before]
)
def test_whatever_is_wrong_inside_is_told_alike(
    cast: Cast, forge: Callable[[Statement, str], Any]
) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    ours = _our_certificate(cast)

    answer = _sign_in(cast, lambda said: forge(said, ours))

    assert refusal_of(answer) == "saml.encrypted"


def _by_rsa_15(said: Statement, ours: str) -> Any:
    return encrypted(said.honest(), ours, key=xmlsec.constants.TransformRsaPkcs1)


def _beside_a_plain_one(said: Statement, ours: str) -> Any:
    document = encrypted(said.honest(), ours)
    document.append(said.signed())
    return document


def _twice(said: Statement, ours: str) -> Any:
    document = encrypted(said.honest(), ours)
    document.append(
        etree.fromstring(etree.tostring(document.find(f"{{{SAML}}}EncryptedAssertion")))
    )
    return document


def _without_content(said: Statement, ours: str) -> Any:
    document = encrypted(said.honest(), ours)
    place = document.find(f"{{{SAML}}}EncryptedAssertion")
    for child in list(place):
        place.remove(child)
    return document


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (_by_rsa_15, "saml.algorithm"),
        (_beside_a_plain_one, "saml.wrapped"),
        (_twice, "saml.wrapped"),
        (_without_content, "saml.shape"),
    ],
)
def test_what_is_wrong_outside_has_its_name(
    cast: Cast, forge: Callable[[Statement, str], Any], code: str
) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    ours = _our_certificate(cast)

    assert refusal_of(_sign_in(cast, lambda said: forge(said, ours))) == code


def test_what_a_signed_assertion_says_wrongly_keeps_its_name(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    ours = _our_certificate(cast)

    def for_another(said: Statement) -> Any:
        said.audience = "https://another.example.org"
        return encrypted(said.honest(), ours)

    assert refusal_of(_sign_in(cast, for_another)) == "saml.audience"
