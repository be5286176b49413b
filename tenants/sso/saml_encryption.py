"""Encrypted SAML assertions: which are opened, and what is told of those that are not.

Whoever may send any ciphertext and learns what became of it can find out what somebody else's says
(Jager and Somorovsky, "How to Break XML Encryption", 2011; Bleichenbacher, 1998, for RSA). So keys
are taken by RSA-OAEP only, and until the provider's signature on the assertion is verified, all that
can be wrong with an encrypted one has one name.
"""

from __future__ import annotations

from typing import Any, Final

from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tenants.sso import saml_documents
from tenants.sso.refusals import Refused
from tenants.sso.saml_documents import Element

_XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
_CONTENT: Final = frozenset(
    {f"{_XENC11}aes{bits}-gcm" for bits in (128, 192, 256)}
    | {f"{_XENC}aes{bits}-cbc" for bits in (128, 192, 256)}
)
_KEYS: Final = frozenset({f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep"})


def opened(settings: OneLogin_Saml2_Settings, encoded: str, root: Element) -> Element:
    """A response with its encrypted assertion in the clear, signed by the provider; raises Refused."""
    _check_methods(root)
    try:
        # The library decrypts with the key of ours that is in the settings.
        document = OneLogin_Saml2_Response(settings, encoded).decrypted_document
        found = saml_documents.root_of(etree.tostring(document))
        saml_documents.check_shape(found)
        signed = _is_signed(settings, found)
    except Exception:
        signed = False
    if not signed:
        raise Refused(
            "saml.encrypted",
            "the encrypted assertion cannot be decrypted with the key in our metadata, or what is in"
            " it is not signed by the provider",
        )
    return found


def _check_methods(root: Element) -> None:
    """What is said in the clear about how it is encrypted."""
    data = list(root.iter(f"{{{_XENC}}}EncryptedData"))
    keys = list(root.iter(f"{{{_XENC}}}EncryptedKey"))
    if len(data) != 1 or len(keys) != 1:
        raise Refused("saml.shape", "an encrypted assertion has one content and one key")
    if _method(data[0]) not in _CONTENT:
        raise Refused(
            "saml.algorithm", "the assertion must be encrypted with AES, best with AES-GCM"
        )
    if _method(keys[0]) not in _KEYS:
        raise Refused("saml.algorithm", "the assertion's key must be encrypted with RSA-OAEP")


def _method(element: Element) -> str:
    found = element.find(f"{{{_XENC}}}EncryptionMethod")
    return str(found.get("Algorithm")) if found is not None else ""


def _is_signed(settings: OneLogin_Saml2_Settings, root: Element) -> bool:
    certificates: list[Any] = settings.get_idp_data()["x509certMulti"]["signing"]
    return bool(
        OneLogin_Saml2_Utils.validate_sign(
            root,
            multicerts=certificates,
            cert=certificates[0],
            xpath=OneLogin_Saml2_Utils.ASSERTION_SIGNATURE_XPATH,
        )
    )
