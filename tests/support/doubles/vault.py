"""Vault on the wire: key-value engines of both versions, AppRole, Kubernetes and plain tokens.

Written from the public documentation of the HTTP API. Tokens of log-ins live as long as told; what
a token may not read is answered 403, what is not there 404, and a deleted version 404 with its
metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.doubles.wire import Answer, Asked, HttpDouble

ROOT_TOKEN: Final = "hvs.root-token-of-the-double"
ROLE_ID: Final = "role-id-1"
SECRET_ID: Final = "secret-id-of-the-double"


@dataclass
class Engine:
    """One mounted engine."""

    version: int
    secrets: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """By path; None is a version that was deleted."""


class VaultDouble(HttpDouble):
    """A server with engines; `forbidden` are paths that no token may read."""

    def __init__(self) -> None:
        super().__init__()
        self.engines: dict[str, Engine] = {"secret": Engine(2)}
        self.tokens: set[str] = {ROOT_TOKEN}
        self.forbidden: set[str] = set()
        self.logins = 0

    def named(self, method: str, path: str) -> str:
        """Log-ins and reads."""
        return "login" if "/auth/" in path else "read"

    def answered(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        """As the documentation has it."""
        path = asked.path.partition("?")[0].removeprefix("/v1/")
        if asked.what == "login":
            return self._logged_in(path, asked.body or {})
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if headers.get("x-vault-token") not in self.tokens:
            return Answer(403, {"errors": ["permission denied"]})
        return self._read(path)

    def _logged_in(self, path: str, body: Mapping[str, Any]) -> Answer:
        approle = (body.get("role_id"), body.get("secret_id")) == (ROLE_ID, SECRET_ID)
        kubernetes = path == "auth/kubernetes/login" and body.get("role") == "downbeat"
        if not (approle or (kubernetes and body.get("jwt"))):
            return Answer(400, {"errors": [f"invalid role or secret id {body}"]})
        self.logins += 1
        token = f"hvs.session-{self.logins}"
        self.tokens.add(token)
        return Answer(200, {"auth": {"client_token": token, "lease_duration": 3600}})

    def _read(self, path: str) -> Answer:
        mount, _, rest = path.partition("/")
        engine = self.engines.get(mount)
        if engine is None:
            return Answer(404, {"errors": [f"no handler for route {path}"]})
        name = rest.removeprefix("data/") if engine.version == 2 else rest
        if name in self.forbidden:
            return Answer(403, {"errors": ["1 error occurred: permission denied"]})
        if name not in engine.secrets:
            return Answer(404, {"errors": []})
        data = engine.secrets[name]
        if engine.version == 1:
            return Answer(200, {"data": data})
        metadata = {"version": 3, "deletion_time": "" if data else "2026-01-01T00:00:00Z"}
        body = {"data": {"data": data, "metadata": metadata}}
        return Answer(200 if data is not None else 404, body)
