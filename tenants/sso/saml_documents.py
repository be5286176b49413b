"""Whether a SAML response has the one shape that cannot be misread. Pure.

A signature covers one element, and attacks move it: they wrap the signed assertion away and put
another where a reader looks for it. So before anything is verified, a response must have exactly
one assertion, as a child of the root, with every id used once, its signature inside it and
pointing at it, and nothing that two parsers read differently: no DTD, no comments, no processing
instructions. SAML 2.0 Core section 5.4; Somorovsky et al., "On Breaking SAML" (2012).
"""

from __future__ import annotations

import base64
from typing import Any, Final

from lxml import etree

from tenants.sso.refusals import Refused

LONGEST: Final = 512 * 1024
_SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
_SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
RESPONSE: Final = f"{{{_SAMLP}}}Response"
ASSERTION: Final = f"{{{_SAML}}}Assertion"
ENCRYPTED: Final = f"{{{_SAML}}}EncryptedAssertion"
_SIGNATURE: Final = f"{{{_DS}}}Signature"
_TRANSFORMS: Final = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    }
)
_IDS: Final = ("ID", "Id", "id", "AssertionID")
Element = Any


def decoded(text: object) -> bytes:
    """The document of a `SAMLResponse` parameter; raises Refused."""
    if not isinstance(text, str) or not text or len(text) > LONGEST:
        raise Refused("saml.form", "the response is missing or too long")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Refused("saml.form", "the response is not base64") from None


def root_of(document: bytes) -> Element:
    """The root of a document without anything that parsers disagree about."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("saml.form", "the response is not XML") from None
    if root.getroottree().docinfo.doctype or b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise Refused("saml.dtd", "the response has a document type")
    for node in root.getroottree().iter():
        if not isinstance(node.tag, str):
            raise Refused("saml.comment", "the response has a comment or an instruction")
    if any(True for _ in root.itersiblings()) or root.getprevious() is not None:
        raise Refused("saml.comment", "something stands beside the response")
    return root


def check_shape(root: Element) -> Element:
    """The one assertion of a response whose shape is good; raises Refused."""
    if root.tag != RESPONSE:
        raise Refused("saml.shape", "the document is not a response")
    assertions = list(root.iter(ASSERTION))
    if any(True for _ in root.iter(ENCRYPTED)):
        raise Refused("saml.wrapped", "an encrypted assertion stands where none belongs")
    if len(assertions) != 1 or assertions[0].getparent() is not root:
        raise Refused("saml.wrapped", f"the response has {len(assertions)} assertions in it")
    _check_ids(root)
    _check_signatures(root, assertions[0])
    return assertions[0]


def is_encrypted(root: Element) -> bool:
    """Whether a response holds its one assertion encrypted, as a child of the root; raises Refused."""
    if root.tag != RESPONSE:
        raise Refused("saml.shape", "the document is not a response")
    encrypted = list(root.iter(ENCRYPTED))
    if not encrypted:
        return False
    if len(encrypted) != 1 or encrypted[0].getparent() is not root or _has_plain(root):
        raise Refused("saml.wrapped", "the response has an encrypted assertion and others")
    return True


def _has_plain(root: Element) -> bool:
    return any(True for _ in root.iter(ASSERTION))


def _check_ids(root: Element) -> None:
    found = [node.get(name) for node in root.iter() for name in _IDS if node.get(name) is not None]
    if len(found) != len(set(found)) or not root.get("ID"):
        raise Refused("saml.ids", "an id is missing or stands twice in the response")


def _check_signatures(root: Element, assertion: Element) -> None:
    signatures = list(root.iter(_SIGNATURE))
    if not any(signature.getparent() is assertion for signature in signatures):
        raise Refused("saml.unsigned", "the assertion is not signed")
    for signature in signatures:
        owner = signature.getparent()
        if owner is not assertion and owner is not root:
            raise Refused("saml.wrapped", "a signature stands where none belongs")
        if sum(1 for item in owner if item.tag == _SIGNATURE) != 1:
            raise Refused("saml.wrapped", "an element is signed twice")
        _check_reference(signature, owner)


def _check_reference(signature: Element, owner: Element) -> None:
    references = list(signature.iter(f"{{{_DS}}}Reference"))
    if len(references) != 1 or references[0].get("URI") != f"#{owner.get('ID')}":
        raise Refused("saml.wrapped", "a signature does not cover the element that it stands in")
    if any(True for _ in signature.iter(f"{{{_DS}}}Object")):
        raise Refused("saml.wrapped", "a signature holds objects")
    named = {item.get("Algorithm") for item in signature.iter(f"{{{_DS}}}Transform")}
    if not named <= _TRANSFORMS:
        raise Refused("saml.transform", "a signature is made over something transformed")
    made_by = signature.find(f"{{{_DS}}}SignedInfo/{{{_DS}}}SignatureMethod")
    if (
        made_by is None
        or "sha1" in str(made_by.get("Algorithm"))
        or "hmac" in str(made_by.get("Algorithm"))
    ):
        raise Refused("saml.algorithm", "the signature's algorithm is not allowed")
