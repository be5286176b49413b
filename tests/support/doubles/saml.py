"""A SAML identity provider that says whatever a test wants, honest or not."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import xmlsec
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tenants.sso.certificates import new_key_pair

ENTITY: Final = "https://idp.example.org/saml"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
KEY, CERTIFICATE = new_key_pair("idp", now=datetime.now(UTC))


@dataclass(frozen=True)
class Request:
    """What the browser brings: the request's id, where the answer goes, and the relay state."""

    id: str
    acs: str
    audience: str
    relay_state: str

    @classmethod
    def of(cls, location: str) -> Request:
        """The request in a redirect of ours."""
        query = parse_qs(urlsplit(location).query)
        document = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        return cls(
            id=document.get("ID"),
            acs=document.get("AssertionConsumerServiceURL"),
            audience=document.findtext(f"{{{SAML}}}Issuer").strip(),
            relay_state=query["RelayState"][0],
        )


@dataclass
class Statement:
    """What a response says; a test changes what it wants to be wrong."""

    request: Request
    subject: str = "subject-1"
    name_format: str = PERSISTENT
    issuer: str = ENTITY
    audience: str | None = None
    recipient: str | None = None
    destination: str | None = None
    answers: str | None = None
    response_answers: str | None = None
    begins: timedelta = timedelta(minutes=-1)
    lasts: timedelta = timedelta(minutes=5)
    confirmed_for: timedelta | None = timedelta(minutes=5)
    sid: str = "session-1"
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    attributes: dict[str, list[str]] = field(
        default_factory=lambda: {
            "email": ["ada@example.org"],
            "given_name": ["Ada"],
            "family_name": ["Lovelace"],
        }
    )
    key: str = KEY
    certificate: str = CERTIFICATE

    def assertion(self, id: str | None = None) -> Any:
        """The assertion, not signed yet."""
        now = datetime.now(UTC)
        at, until = _moment(now), _moment(now + self.lasts)
        answers = self.request.id if self.answers is None else self.answers
        ends = self.confirmed_for
        confirmed = f' NotOnOrAfter="{_moment(now + ends)}"' if ends is not None else ""
        recipient = self.request.acs if self.recipient is None else self.recipient
        audience = self.request.audience if self.audience is None else self.audience
        restriction = (
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
            "</saml:AudienceRestriction>"
            if audience
            else ""
        )
        answered = f' InResponseTo="{answers}"' if answers else ""
        attributes = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )
        text = f"""<saml:Assertion xmlns:saml="{SAML}" ID="{id or "_" + uuid4().hex}" Version="2.0"
 IssueInstant="{at}"><saml:Issuer>{self.issuer}</saml:Issuer><saml:Subject>
<saml:NameID Format="{self.name_format}">{self.subject}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData{confirmed} Recipient="{recipient}"{answered}/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{_moment(now + self.begins)}" NotOnOrAfter="{until}">{restriction}
</saml:Conditions><saml:AuthnStatement AuthnInstant="{at}" SessionIndex="{self.sid}">
<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password
</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""
        return etree.fromstring(text.encode())

    def response(self, assertion: Any) -> Any:
        """A response around an assertion."""
        destination = self.request.acs if self.destination is None else self.destination
        answers = self.request.id if self.response_answers is None else self.response_answers
        answered = f' InResponseTo="{answers}"' if answers else ""
        text = f"""<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_{uuid4().hex}"
 Version="2.0" IssueInstant="{_moment(datetime.now(UTC))}" Destination="{destination}"{answered}>
<saml:Issuer>{self.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{self.status}"/>
</samlp:Status></samlp:Response>"""
        root = etree.fromstring(text.encode())
        root.append(assertion)
        return root

    def signed(self, assertion: Any | None = None, **algorithms: str) -> Any:
        """An assertion with its signature."""
        plain = self.assertion() if assertion is None else assertion
        made = OneLogin_Saml2_Utils.add_sign(
            etree.tostring(plain), self.key, self.certificate, **algorithms
        )
        return etree.fromstring(made)

    def honest(self) -> Any:
        """The whole response, with a signed assertion."""
        return self.response(self.signed())


def encrypted(
    root: Any,
    certificate: str,
    content: Any = xmlsec.constants.TransformAes256Gcm,
    key: Any = xmlsec.constants.TransformRsaOaep,
) -> Any:
    """A response whose assertion only the holder of a certificate's key can read."""
    document = etree.fromstring(etree.tostring(root))
    assertion = document.find(f"{{{SAML}}}Assertion")
    place = etree.SubElement(document, f"{{{SAML}}}EncryptedAssertion")
    data = xmlsec.template.encrypted_data_create(
        place, content, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="dsig")
    wrapped = xmlsec.template.add_encrypted_key(info, key)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    place.append(data)
    manager = xmlsec.KeysManager()
    manager.add_key(
        xmlsec.Key.from_memory(certificate.encode(), xmlsec.constants.KeyDataFormatCertPem)
    )
    context = xmlsec.EncryptionContext(manager)
    aes = xmlsec.constants.KeyDataAes
    context.key = xmlsec.Key.generate(aes, 256, xmlsec.constants.KeyDataTypeSession)
    place.append(context.encrypt_xml(data, assertion))
    return document


def encoded(root: Any) -> str:
    """A response as a form posts it."""
    text = root if isinstance(root, bytes) else etree.tostring(root)
    return base64.b64encode(text).decode()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
