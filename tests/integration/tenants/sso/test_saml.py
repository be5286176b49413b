"""SAML: honest responses let people in, forged ones let nobody in, each refused for its reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names

from downbeat.common.scope import tenant_scope
from tenants.models import ExternalIdentity, FederatedSession, User
from tenants.sso.certificates import new_key_pair
from tests.support.cast import Cast
from tests.support.doubles.saml import CERTIFICATE, DS, ENTITY, SAML, Request, Statement, encoded
from tests.support.signing_in import Browser, configured, refusal_of, saml_provider

EVIL = "subject-of-an-administrator"
STRANGER = new_key_pair("stranger", now=datetime.now(UTC))


def _asked(browser: Browser, cast: Cast) -> Request:
    answer = browser.get(f"{cast.api}/sso/saml/start")
    assert answer.status_code == 303, answer.content
    return Request.of(answer["Location"])


def _posted(cast: Cast, request: Request, document: Any, **more: Any) -> Any:
    """The provider's page posts from another site: no cookie of ours comes along."""
    form = {"SAMLResponse": encoded(document), "RelayState": request.relay_state}
    return Browser().send_form(f"{cast.api}/sso/saml/acs", **{**form, **more})


def _sign_in(cast: Cast, browser: Browser, document_of: Callable[[Statement], Any]) -> Any:
    request = _asked(browser, cast)
    answer = _posted(cast, request, document_of(Statement(request)))
    place = answer["Location"]
    return browser.get(place.partition("testserver")[2]) if "/finish?" in place else answer


def test_an_honest_response_lets_somebody_in(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    browser = Browser()

    answer = _sign_in(cast, browser, Statement.honest)

    assert answer["Location"] == f"/ui/{cast.tenant.slug}/flows", answer["Location"]
    me = browser.me().json()
    assert (me["email"], me["firstName"]) == ("ada@example.org", "Ada")


def test_a_signed_response_around_a_signed_assertion_is_good_too(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY, saml={"wantResponseSigned": True}))

    refused = _sign_in(cast, Browser(), Statement.honest)
    good = _sign_in(cast, Browser(), lambda said: said.signed(said.honest()))

    assert refusal_of(refused) == "saml.unsigned"
    assert good["Location"].endswith("/flows")


def test_an_answer_belongs_to_the_browser_that_asked(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    browser, thief = Browser(), Browser()
    request = _asked(browser, cast)
    place = _posted(cast, request, Statement(request).honest())["Location"]
    path = place.partition("testserver")[2]

    stolen = thief.get(path)
    mine = browser.get(path)
    again = browser.get(path)

    assert refusal_of(stolen) == "state.browser"
    assert mine["Location"].endswith("/flows")
    assert refusal_of(again) == "state.unknown"


def test_a_response_counts_once(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    request = _asked(Browser(), cast)
    document = Statement(request).honest()

    first = _posted(cast, request, document)
    second = _posted(cast, request, document)

    assert "/finish?" in first["Location"]
    assert refusal_of(second) == "state.unknown"


def test_an_unasked_response_counts_only_if_the_tenant_lets_providers_begin(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY))
    request = _asked(Browser(), cast)
    unasked = Statement(request, answers="", response_answers="").honest()
    closed = _posted(cast, request, unasked)
    configured(cast, saml_provider(CERTIFICATE, ENTITY, saml={"allowIdpInitiated": True}))
    browser = Browser()

    form = {"SAMLResponse": encoded(unasked)}
    opened = browser.send_form(f"{cast.api}/sso/saml/acs", **form)
    replayed = Browser().send_form(f"{cast.api}/sso/saml/acs", **form)

    assert refusal_of(closed) == "saml.unsolicited"
    assert opened["Location"].endswith("/flows")
    assert browser.signed_in
    assert refusal_of(replayed) == "assertion.replayed"


def test_our_metadata_can_be_imported(cast: Cast) -> None:
    configured(cast, saml_provider(CERTIFICATE, ENTITY, enabled=False))

    answer = Browser().get(f"{cast.api}/sso/saml/metadata")

    root = etree.fromstring(answer.content)
    assert root.get("entityID").endswith(f"{cast.api}/sso/saml/metadata")
    assert f"{cast.api}/sso/saml/acs" in answer.content.decode()
    assert "PRIVATE" not in answer.content.decode()


@dataclass(frozen=True)
class Forgery:
    """A response that must be refused, and why."""

    name: str
    code: str
    make: Callable[[Statement], Any]

    def __str__(self) -> str:
        return self.name


def says(name: str, code: str, **wrong: Any) -> Forgery:
    """An honest signature over statements that are not."""

    def make(said: Statement) -> Any:
        for field, value in wrong.items():
            setattr(said, field, value)
        return said.honest()

    return Forgery(name, code, make)


def _evil(said: Statement) -> Any:
    """An assertion about somebody else, without a signature, under an id of its own."""
    said.subject = EVIL
    return said.assertion()


def _signature_of(assertion: Any) -> Any:
    return assertion.find(f"{{{DS}}}Signature")


def _parts(said: Statement) -> tuple[Any, Any]:
    honest = said.honest()
    return honest, honest.find(f"{{{SAML}}}Assertion")


def _xsw1(said: Statement) -> Any:
    """The whole honest response inside the signature of a forged response."""
    signed = said.signed(said.honest())
    forged = copy.deepcopy(signed)
    forged.set("ID", "_forged")
    forged.find(f"{{{SAML}}}Assertion/{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    original = copy.deepcopy(signed)
    original.remove(original.find(f"{{{DS}}}Signature"))
    forged.find(f"{{{DS}}}Signature").append(original)
    return forged


def _xsw2(said: Statement) -> Any:
    """The honest response before a detached signature of a forged one."""
    signed = said.signed(said.honest())
    forged = copy.deepcopy(signed)
    forged.set("ID", "_forged")
    forged.find(f"{{{SAML}}}Assertion/{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    original = copy.deepcopy(signed)
    original.remove(original.find(f"{{{DS}}}Signature"))
    forged.insert(1, original)
    return forged


def _xsw3(said: Statement) -> Any:
    """A forged assertion before the honest one."""
    root, honest = _parts(said)
    root.insert(root.index(honest), _evil(said))
    return root


def _xsw4(said: Statement) -> Any:
    """The honest assertion as a child of the forged one."""
    root, honest = _parts(said)
    forged = _evil(said)
    root.remove(honest)
    forged.append(honest)
    root.append(forged)
    return root


def _xsw5(said: Statement) -> Any:
    """A forged assertion that carries the signature; the honest one stands at the end."""
    root, honest = _parts(said)
    forged = copy.deepcopy(honest)
    forged.set("ID", "_forged")
    forged.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    honest.remove(_signature_of(honest))
    root.insert(root.index(honest), forged)
    return root


def _xsw6(said: Statement) -> Any:
    """The honest assertion inside the signature of the forged one."""
    root, honest = _parts(said)
    forged = copy.deepcopy(honest)
    forged.set("ID", "_forged")
    forged.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    honest.remove(_signature_of(honest))
    root.remove(honest)
    _signature_of(forged).append(honest)
    root.append(forged)
    return root


def _xsw7(said: Statement) -> Any:
    """A forged assertion in an element for extensions."""
    root, _ = _parts(said)
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(_evil(said))
    root.insert(1, extensions)
    return root


def _xsw8(said: Statement) -> Any:
    """The honest assertion in an object of the forged one's signature."""
    root, honest = _parts(said)
    forged = copy.deepcopy(honest)
    forged.set("ID", "_forged")
    forged.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    honest.remove(_signature_of(honest))
    root.remove(honest)
    held = etree.SubElement(_signature_of(forged), f"{{{DS}}}Object")
    held.append(honest)
    root.append(forged)
    return root


def _changed(said: Statement) -> Any:
    root, honest = _parts(said)
    honest.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = EVIL
    return root


def _commented(said: Statement) -> Any:
    """Canonical XML drops comments, so the signature stays good; readers stop at them."""
    said.subject = f"{EVIL}.example.net"
    text = etree.tostring(said.honest())
    return text.replace(EVIL.encode() + b".", EVIL.encode() + b"<!-- -->.")


def _with_dtd(entity: bytes) -> Callable[[Statement], bytes]:
    return lambda said: entity + etree.tostring(said.honest())


def _same_id_twice(said: Statement) -> Any:
    root, honest = _parts(said)
    root.find("{urn:oasis:names:tc:SAML:2.0:protocol}Status").set("ID", honest.get("ID"))
    return root


def _stranger(said: Statement) -> Any:
    said.key, said.certificate = STRANGER
    return said.honest()


def _response_only(said: Statement) -> Any:
    return said.signed(said.response(said.assertion()))


FORGERIES = (
    Forgery("unsigned", "saml.unsigned", lambda said: said.response(said.assertion())),
    Forgery("only the response is signed", "saml.unsigned", _response_only),
    Forgery("changed after signing", "saml.signature", _changed),
    Forgery("signed by a stranger", "saml.signature", _stranger),
    Forgery(
        "signed with SHA-1",
        "saml.algorithm",
        lambda said: said.response(said.signed(None, sign_algorithm=Names.RSA_SHA1)),
    ),
    Forgery("wrapped 1", "saml.wrapped", _xsw1),
    Forgery("wrapped 2", "saml.wrapped", _xsw2),
    Forgery("wrapped 3", "saml.wrapped", _xsw3),
    Forgery("wrapped 4", "saml.wrapped", _xsw4),
    Forgery("wrapped 5", "saml.wrapped", _xsw5),
    Forgery("wrapped 6", "saml.wrapped", _xsw6),
    Forgery("wrapped 7", "saml.wrapped", _xsw7),
    Forgery("wrapped 8", "saml.wrapped", _xsw8),
    Forgery("one id twice", "saml.ids", _same_id_twice),
    Forgery("a comment in the name", "saml.comment", _commented),
    Forgery("a document type", "saml.dtd", _with_dtd(b"<!DOCTYPE a>")),
    Forgery(
        "an external entity",
        "saml.dtd",
        _with_dtd(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    ),
    Forgery(
        "entities without end",
        "saml.dtd",
        _with_dtd(b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'),
    ),
    Forgery("an instruction", "saml.comment", _with_dtd(b"<?php x ?>")),
    Forgery("no XML", "saml.form", lambda said: b"{}"),
    Forgery("another document", "saml.shape", lambda said: said.signed()),
    says("another issuer", "saml.issuer", issuer="https://evil.example/saml"),
    says("another audience", "saml.audience", audience="https://other.example/metadata"),
    says("no audience", "saml.audience", audience=""),
    says("another recipient", "saml.recipient", recipient="https://other.example/acs"),
    says("another destination", "saml.destination", destination="https://other.example/acs"),
    says("no destination", "saml.destination", destination=""),
    says("answers another request", "saml.in_response_to", answers="_another"),
    says("response answers another", "saml.in_response_to", response_answers="_another"),
    says("assertion answers nothing", "saml.in_response_to", answers=""),
    says("expired", "saml.expired", lasts=timedelta(minutes=-30)),
    says("not yet valid", "saml.not_before", begins=timedelta(minutes=30)),
    says("confirmed too late", "saml.subject_confirmation", confirmed_for=timedelta(minutes=-1)),
    says("confirmed for ever", "saml.expiry", confirmed_for=None),
    says("a failed status", "saml.status", status="urn:oasis:names:tc:SAML:2.0:status:Responder"),
    says("nobody", "saml.invalid", subject=""),
    says("a name without end", "saml.subject", subject="x" * 300),
    says(
        "a name for one session",
        "saml.transient",
        name_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    ),
)


@pytest.fixture(scope="module")
def saml_cast(module_cast: Cast) -> Cast:
    configured(module_cast, saml_provider(CERTIFICATE, ENTITY))
    return module_cast


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_a_forged_response_lets_nobody_in(saml_cast: Cast, forgery: Forgery) -> None:
    browser = Browser()

    answer = _sign_in(saml_cast, browser, forgery.make)

    assert refusal_of(answer) == forgery.code
    assert not browser.signed_in
    with tenant_scope(saml_cast.tenant.id):
        assert not ExternalIdentity.objects.exists()
        assert not FederatedSession.objects.exists()
    assert not User.objects.filter(home_tenant_id=saml_cast.tenant.id).exists()


def test_a_response_that_is_not_base64_is_refused(saml_cast: Cast) -> None:
    request = _asked(Browser(), saml_cast)
    form = {"SAMLResponse": "%%%", "RelayState": request.relay_state}

    answer = Browser().send_form(f"{saml_cast.api}/sso/saml/acs", **form)
    nothing = Browser().send_form(f"{saml_cast.api}/sso/saml/acs")
    wide = form | {"SAMLResponse": "\U000a0e2f\u00da"}
    other = Browser().send_form(f"{saml_cast.api}/sso/saml/acs", **wide)

    assert {refusal_of(one) for one in (answer, nothing, other)} == {"saml.form"}
