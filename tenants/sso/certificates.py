"""Certificates as people paste them, and keys of our own. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

SHORTEST_RSA: Final = 2048
_PEM: Final = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")


def normal(text: str) -> str:
    """One certificate as PEM; raises ValueError for anything else, and for keys that are too short."""
    try:
        der = base64.b64decode("".join(_PEM.sub("", text).split()), validate=True)
        found = x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError):
        raise ValueError("is not one X.509 certificate in PEM or base64") from None
    key = found.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SHORTEST_RSA:
        raise ValueError(f"has an RSA key of {key.key_size} bits; {SHORTEST_RSA} are needed")
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("has a key that is neither RSA nor of an elliptic curve")
    return found.public_bytes(serialization.Encoding.PEM).decode().strip()


def expires_at(pem: str) -> datetime:
    """When a certificate ends."""
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def new_key_pair(name: str, *, now: datetime) -> tuple[str, str]:
    """A private key and its self-signed certificate, both PEM; good for ten years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = built.public_bytes(serialization.Encoding.PEM)
    return private.decode().strip(), public.decode().strip()
