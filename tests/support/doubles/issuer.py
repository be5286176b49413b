"""An issuer of tokens on loopback: discovery, a key set that can change, and a pen."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

AUDIENCE = "https://downbeat.example"


def new_key(kid: str) -> ECKey:
    """A key for ES256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class Issuer:
    """What the server says, and how often it was asked."""

    url: str = ""
    keys: dict[str, ECKey] = field(default_factory=lambda: {"first": new_key("first")})
    asked: list[str] = field(default_factory=list)

    def claims(self, **more: Any) -> dict[str, Any]:
        """Those of a pipeline's token, as GitHub writes them; None leaves one out."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "repo:acme/flows:ref:refs/heads/main",
            "repository": "acme/flows",
            "ref": "refs/heads/main",
            "iat": now,
            "exp": now + 300,
            **more,
        }
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: ECKey | None = None, **header: Any) -> str:
        """A token with these claims."""
        chosen = key or next(iter(self.keys.values()))
        protected = {"alg": "ES256", "kid": chosen.kid, "typ": "JWT", **header}
        return jws.serialize_compact(protected, json.dumps(claims).encode(), chosen)

    def token(self, **more: Any) -> str:
        """A good token, but for what is said otherwise."""
        return self.sign(self.claims(**more))

    def key_set(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [key.as_dict(private=False) for key in self.keys.values()]}

    def answer(self, path: str) -> dict[str, Any] | None:
        """What stands at an address."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            end = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token")}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **end}
        return self.key_set() if path == "/keys" else None


def raw(header: dict[str, Any], claims: str, signature: bytes = b"") -> str:
    """A token that nobody signed, or not like that."""
    parts = (json.dumps(header).encode(), claims.encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@contextmanager
def issuer() -> Iterator[Issuer]:
    """A running one."""
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = found.answer(self.path)
            body = json.dumps(answer).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
