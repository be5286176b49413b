"""An OpenID provider on the wire that says whatever a test wants, honest or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from joserfc.jwk import ECKey, RSAKey

from tests.support.doubles.wire import Answer, Asked, HttpDouble

CLIENT_ID: Final = "downbeat"
CLIENT_SECRET: Final = "a-client-secret-of-the-tests-that-is-long-enough-for-hmac-0123456789"
ACCESS_TOKEN: Final = "an-access-token"
Json = dict[str, Any]


def part(content: bytes) -> str:
    """One of the three parts of a token."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _signature(key: Any, algorithm: str, text: bytes) -> bytes:
    """By a secret, an RSA key or an elliptic curve, whatever the algorithm is called."""
    if isinstance(key, bytes):
        return hmac.new(key, text, hashlib.sha256).digest()
    if isinstance(key, ECKey):
        first, second = decode_dss_signature(_private(key).sign(text, ECDSA(SHA256())))
        return first.to_bytes(32, "big") + second.to_bytes(32, "big")
    digest = SHA512() if algorithm.endswith("512") else SHA256()
    made: bytes = _private(key).sign(text, padding.PKCS1v15(), digest)
    return made


def _private(key: Any) -> Any:
    return key.private_key


class OpenIdDouble(HttpDouble):
    """Discovery, keys and a token endpoint; ``answer`` is what the token endpoint gives next."""

    def __init__(self) -> None:
        super().__init__()
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.curve = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig", "alg": "ES256"})
        self.published: list[Json] = [self.public(self.key), self.public(self.curve)]
        self.metadata: Json = {}
        self.answer: Json = {}
        self.userinfo: Json = {}
        self.redeemed: list[Mapping[str, str]] = []

    @staticmethod
    def public(key: Any) -> Json:
        """A key as the set shows it."""
        shown: Json = key.as_dict(private=False)
        return shown

    def says(self, **more: Any) -> Json:
        """Claims of an honest token; without a nonce."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "email": "ada@example.org",
            "email_verified": True,
            "given_name": "Ada",
            "family_name": "Lovelace",
        }
        return {**claims, **more}

    def signed(
        self, claims: Mapping[str, Any] | bytes, *, key: Any = None, header: Json | None = None
    ) -> str:
        """A compact token; made by hand, for libraries refuse to make most of the hostile ones."""
        made_by = self.key if key is None else key
        head = {"alg": "RS256", "kid": "first", "typ": "JWT", **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        text = f"{part(json.dumps(head).encode())}.{part(payload)}"
        return f"{text}.{part(_signature(made_by, str(head['alg']), text.encode()))}"

    def gives(self, token: str | None, **more: Any) -> None:
        """The token endpoint answers with that ID token."""
        self.answer = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", **more}
        if token is not None:
            self.answer["id_token"] = token

    def named(self, method: str, path: str) -> str:
        return path.rpartition("/")[2] or "root"

    def answered(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        match asked.what:
            case "openid-configuration":
                return Answer(body=self._metadata())
            case "keys":
                return Answer(body={"keys": self.published})
            case "token":
                sent = parse_qs(str(asked.body))
                self.redeemed.append({name: values[0] for name, values in sent.items()})
                return Answer(body=self.answer)
            case "userinfo":
                return Answer(body=self.userinfo)
        return Answer(404, {"error": "not_found"})

    def _metadata(self) -> Json:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/logout",
            **self.metadata,
        }
