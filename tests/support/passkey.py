"""A passkey in software: makes a key for a host and signs with it, as a browser hands it on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_FLAG = AuthenticatorData.FLAG
PRESENT = _FLAG.UP | _FLAG.UV


@dataclass
class Passkey:
    """One key; its counter grows with each signature, unless it does not count."""

    origin: str
    host: str
    counter: int = 1
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser answers when a passkey is made."""
        from_key: Callable[[Any], ES256] = ES256.from_cryptography_key
        public = from_key(self.key.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        proof = AuthenticatorData.create(self._host(), PRESENT | _FLAG.AT, self.counter, data)
        client = CollectedClientData.create("webauthn.create", options["challenge"], self.origin)
        attestation = AttestationObject.create("none", proof, {})
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser answers at a log-in."""
        self.counter += 1
        proof = AuthenticatorData.create(self._host(), PRESENT, self.counter)
        client = CollectedClientData.create("webauthn.get", options["challenge"], self.origin)
        signature = self.key.sign(bytes(proof) + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=proof, signature=signature)

    def _host(self) -> bytes:
        return sha256(self.host.encode()).digest()

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        id = websafe_encode(self.id)
        response = {name: websafe_encode(bytes(part)) for name, part in parts.items()}
        return {
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
