"""SAML 2.0 as a service provider: requests, responses and log-outs, around python3-saml.

python3-saml verifies signatures, issuer, destination and status. It lets through what it finds no
statement about (no audience, a subject confirmation without recipient or end, a response that
answers no request), so those are required here. Its clock may differ from the provider's by five
minutes in `Conditions`, and by nothing in the subject confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from tenants.sso import saml_documents, saml_encryption
from tenants.sso.assertions import Assertion
from tenants.sso.config import Saml
from tenants.sso.refusals import Refused

TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
LONGEST_NAME: Final = 255
CLOCKS: Final = 300.0
_CODES: Final[dict[object, str]] = {
    OneLogin_Saml2_ValidationError.INVALID_SIGNATURE: "saml.signature",
    OneLogin_Saml2_ValidationError.NO_SIGNATURE_FOUND: "saml.unsigned",
    OneLogin_Saml2_ValidationError.NO_SIGNED_ASSERTION: "saml.unsigned",
    OneLogin_Saml2_ValidationError.NO_SIGNED_MESSAGE: "saml.unsigned",
    OneLogin_Saml2_ValidationError.WRONG_AUDIENCE: "saml.audience",
    OneLogin_Saml2_ValidationError.WRONG_ISSUER: "saml.issuer",
    OneLogin_Saml2_ValidationError.WRONG_DESTINATION: "saml.destination",
    OneLogin_Saml2_ValidationError.EMPTY_DESTINATION: "saml.destination",
    OneLogin_Saml2_ValidationError.WRONG_INRESPONSETO: "saml.in_response_to",
    OneLogin_Saml2_ValidationError.ASSERTION_EXPIRED: "saml.expired",
    OneLogin_Saml2_ValidationError.SESSION_EXPIRED: "saml.expired",
    OneLogin_Saml2_ValidationError.ASSERTION_TOO_EARLY: "saml.not_before",
    OneLogin_Saml2_ValidationError.WRONG_SUBJECTCONFIRMATION: "saml.subject_confirmation",
    OneLogin_Saml2_ValidationError.STATUS_CODE_IS_NOT_SUCCESS: "saml.status",
    OneLogin_Saml2_ValidationError.DEPRECATED_SIGNATURE_METHOD: "saml.algorithm",
    OneLogin_Saml2_ValidationError.DEPRECATED_DIGEST_METHOD: "saml.algorithm",
    OneLogin_Saml2_ValidationError.INVALID_XML_FORMAT: "saml.shape",
}


@dataclass(frozen=True)
class ServiceProvider:
    """Ourselves, as a provider knows us: below one address, with a key pair of this provider."""

    base: str
    private_key: str
    certificate: str

    @property
    def entity_id(self) -> str:
        """Our name; its address answers with our metadata."""
        return f"{self.base}/metadata"

    @property
    def acs(self) -> str:
        """Where responses are posted."""
        return f"{self.base}/acs"

    @property
    def slo(self) -> str:
        """Where log-outs arrive."""
        return f"{self.base}/slo"


def settings(
    config: Saml, us: ServiceProvider, *, shows_encryption: bool = False
) -> OneLogin_Saml2_Settings:
    """Both sides, strict; the options that allauth's `build_saml_config` leaves open are closed."""
    idp: dict[str, Any] = {
        "entityId": config.entity_id,
        "singleSignOnService": {"url": config.sso_url, "binding": Names.BINDING_HTTP_REDIRECT},
        "x509certMulti": {"signing": list(config.certificates)},
    }
    if config.slo_url:
        idp["singleLogoutService"] = {"url": config.slo_url}
    post, redirect = Names.BINDING_HTTP_POST, Names.BINDING_HTTP_REDIRECT
    ours = {
        "entityId": us.entity_id,
        "assertionConsumerService": {"url": us.acs, "binding": post},
        "singleLogoutService": {"url": us.slo, "binding": redirect},
        "NameIDFormat": config.name_id_format,
        "x509cert": us.certificate,
        "privateKey": us.private_key,
    }
    # The library shows our key for encryption only when it insists on it.
    security = {**_security(config), "wantAssertionsEncrypted": shows_encryption}
    return OneLogin_Saml2_Settings(
        {"strict": True, "debug": False, "sp": ours, "idp": idp, "security": security}
    )


def _security(config: Saml) -> dict[str, Any]:
    return {
        "authnRequestsSigned": config.sign_requests,
        "logoutRequestSigned": True,
        "logoutResponseSigned": True,
        "signMetadata": False,
        "wantAssertionsSigned": True,
        "wantMessagesSigned": config.want_response_signed,
        "wantNameId": True,
        "wantAttributeStatement": False,
        "requestedAuthnContext": False,
        "rejectDeprecatedAlgorithm": True,
        "signatureAlgorithm": Names.RSA_SHA256,
        "digestAlgorithm": Names.SHA256,
        "allowSingleLabelDomains": True,
    }


def metadata(config: Saml, us: ServiceProvider) -> str:
    """What an administrator gives to the provider."""
    made = settings(config, us, shows_encryption=True).get_sp_metadata()
    return made.decode() if isinstance(made, bytes) else str(made)


def authentication_request(config: Saml, us: ServiceProvider, relay_state: str) -> tuple[str, str]:
    """Where the browser goes, and the id that the response must answer."""
    auth = _auth(config, us, us.acs)
    return str(auth.login(return_to=relay_state)), str(auth.get_last_request_id())


def in_response_to(document: bytes) -> str:
    """The request that a response says it answers; not verified yet. Empty if it says none."""
    root = saml_documents.root_of(document)
    if root.tag != saml_documents.RESPONSE:
        raise Refused("saml.shape", "the document is not a response")
    return str(root.get("InResponseTo") or "")


def assertion_of(
    config: Saml, us: ServiceProvider, encoded: str, *, request_id: str | None, now: datetime
) -> tuple[Assertion, str, datetime]:
    """A believed assertion, its id, and until when that id must be remembered; raises Refused."""
    root = saml_documents.root_of(saml_documents.decoded(encoded))
    if saml_documents.is_encrypted(root):
        root = saml_encryption.opened(settings(config, us), encoded, root)
    elif config.want_assertion_encrypted:
        raise Refused("saml.unencrypted", "the assertion is not encrypted")
    found = saml_documents.check_shape(root)
    _check_statements(found, us, request_id, root)
    response = OneLogin_Saml2_Response(settings(config, us), encoded)
    try:
        response.is_valid(_request(us.acs), request_id, raise_exceptions=True)
        believed = _believed(config, response)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError) as error:
        raise _refused(error) from None
    # Refusing a second use costs a row until the assertion has ended, clocks considered.
    ends = max(response.get_assertion_not_on_or_after() or 0, now.timestamp()) + CLOCKS
    return believed, str(response.get_assertion_id()), datetime.fromtimestamp(ends, UTC)


def _auth(
    config: Saml, us: ServiceProvider, at: str, query: Mapping[str, str] | None = None
) -> OneLogin_Saml2_Auth:
    return OneLogin_Saml2_Auth(_request(at, query), settings(config, us))


def _request(at: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The request as it was meant: our own address, whatever a proxy made of it."""
    place = urlsplit(at)
    return {
        "https": "on" if place.scheme == "https" else "off",
        "http_host": place.netloc,
        "script_name": place.path,
        "get_data": dict(query or {}),
        "post_data": {},
    }


def _check_statements(
    assertion: Any, us: ServiceProvider, request_id: str | None, root: Any
) -> None:
    """What must be said at all; whether it is right, too, where python3-saml compares loosely."""
    if root.get("Destination") != us.acs:
        raise Refused("saml.destination", "the response was made for another address")
    if request_id is not None and root.get("InResponseTo") != request_id:
        raise Refused("saml.in_response_to", "the response answers another request")
    names = {"saml": Names.NS_SAML}
    audiences = assertion.findall(
        "saml:Conditions/saml:AudienceRestriction/saml:Audience", namespaces=names
    )
    if us.entity_id not in {(item.text or "").strip() for item in audiences}:
        raise Refused("saml.audience", "the assertion is for another application")
    conditions = assertion.find("saml:Conditions", namespaces=names)
    if not conditions.get("NotOnOrAfter"):
        raise Refused("saml.expiry", "the assertion never ends")
    for item in assertion.findall(
        "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", namespaces=names
    ):
        _check_confirmation(item, us, request_id)


def _check_confirmation(data: Any, us: ServiceProvider, request_id: str | None) -> None:
    if data.get("Recipient") != us.acs:
        raise Refused("saml.recipient", "the assertion is for another recipient")
    if not data.get("NotOnOrAfter"):
        raise Refused("saml.expiry", "the subject confirmation never ends")
    if data.get("InResponseTo") != request_id:
        raise Refused("saml.in_response_to", "the assertion answers another request")


def _believed(config: Saml, response: OneLogin_Saml2_Response) -> Assertion:
    subject = str(response.get_nameid() or "").strip()
    if not subject or len(subject) > LONGEST_NAME or not subject.isprintable():
        raise Refused("saml.subject", "the assertion names nobody")
    if response.get_nameid_format() == TRANSIENT:
        # It is another one at each log-in, and would make a new person each time.
        raise Refused(
            "saml.transient", "the name is transient; let the provider send a lasting one"
        )
    ends = response.get_session_not_on_or_after()
    return Assertion(
        issuer=config.entity_id,
        subject=subject,
        claims={**response.get_friendlyname_attributes(), **response.get_attributes()},
        sid=str(response.get_session_index() or "")[:1024],
        until=datetime.fromtimestamp(ends, UTC) if ends else None,
        name_id_format=str(response.get_nameid_format() or ""),
    )


def _refused(error: Exception) -> Refused:
    # The numbers of the library's two kinds of errors mean different things.
    known = isinstance(error, OneLogin_Saml2_ValidationError)
    number = getattr(error, "code", None) if known else None
    return Refused(_CODES.get(number, "saml.invalid"), str(error)[:300])


def logout_address(config: Saml, us: ServiceProvider, name_id: str, sid: str, format: str) -> str:
    """Where the browser goes so that the session at the provider ends too."""
    auth = _auth(config, us, us.slo)
    return str(
        auth.logout(name_id=name_id, session_index=sid or None, name_id_format=format or None)
    )


@dataclass(frozen=True)
class LogoutRequest:
    """A provider asks us to end sessions, and where its answer goes."""

    subject: str
    sids: tuple[str, ...]
    answer_at: str


def logout_request(config: Saml, us: ServiceProvider, query: Mapping[str, str]) -> LogoutRequest:
    """A believed request to log somebody out (HTTP-Redirect); raises Refused."""
    if "Signature" not in query:
        raise Refused("saml.unsigned", "the request to log out is not signed")
    auth = _auth(config, us, us.slo, query)
    document = OneLogin_Saml2_Utils.decode_base64_and_inflate(query["SAMLRequest"], ignore_zip=True)
    root = saml_documents.root_of(document if isinstance(document, bytes) else document.encode())
    try:
        where = auth.process_slo(keep_local_session=True)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError) as error:
        raise _refused(error) from None
    if auth.get_errors():
        raise Refused("saml.logout", str(auth.get_last_error_reason())[:300])
    names = OneLogin_Saml2_XML.query(root, "/samlp:LogoutRequest/saml:NameID")
    indexes = OneLogin_Saml2_XML.query(root, "/samlp:LogoutRequest/samlp:SessionIndex")
    if len(names) != 1 or not root.get("NotOnOrAfter"):
        raise Refused("saml.logout", "the request names nobody, or never ends")
    return LogoutRequest(
        (names[0].text or "").strip(),
        tuple((item.text or "").strip() for item in indexes),
        str(where),
    )
