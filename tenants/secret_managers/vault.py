"""Vault and OpenBao: the key-value engine, versions 1 and 2.

Sources: the HTTP API of the KV engines (`/v1/{mount}/data/{path}` in version 2,
`/v1/{mount}/{path}` in version 1), of the AppRole and Kubernetes auth methods.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.guarded_requests import keep_outside
from tenants.secret_managers.port import TIMEOUT, Ask, ManagerFailedError, path_of, text_of

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
METHODS: Final = ("TOKEN", "APPROLE", "KUBERNETES")
MOST_LOGINS: Final = 1000
_NEEDS: Final = {"TOKEN": ("token",), "APPROLE": ("roleId", "secretId"), "KUBERNETES": ()}


class Vault:
    """One client for each configuration is logged in and kept until its token is nearly over."""

    settings: Mapping[str, str] = {
        "address": "Where it listens, https://vault.example.com:8200.",
        "mount": "Where the engine is mounted; `secret` unless told.",
        "version": "Of the engine, 1 or 2; 2 unless told.",
        "path": "Below the mount; may name {tenant}, {namespace} and {namespacePath}.",
        "layout": "KEY: a Vault secret for each, its value in `field`. FIELDS: one Vault secret"
        " that holds all, each as a field.",
        "field": "For the layout KEY; `value` unless told.",
        "vaultNamespace": "The namespace of Vault Enterprise or OpenBao.",
        "auth": "TOKEN, APPROLE or KUBERNETES.",
        "authMount": "Where the method is mounted, if not at its usual place.",
        "role": "For KUBERNETES.",
        "cacheSeconds": "How long a worker remembers a value in its memory, 0 to 300.",
    }
    secrets: Mapping[str, str] = {
        "token": "For TOKEN.",
        "roleId": "For APPROLE.",
        "secretId": "For APPROLE.",
    }

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, float]] = {}

    def wrong(self, config: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, str]:
        """Settings that could not work."""
        found: dict[str, str] = {}
        parts = urlsplit(text_of(config, "address"))
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            found["config.address"] = "must be an http or https address without a user"
        if config.get("version", 2) not in (1, 2):
            found["config.version"] = "must be 1 or 2"
        if config.get("layout", "KEY") not in ("KEY", "FIELDS"):
            found["config.layout"] = "use KEY or FIELDS"
        if ".." in text_of(config, "path").split("/"):
            found["config.path"] = "must not climb out with '..'"
        method = config.get("auth")
        if method not in METHODS:
            found["config.auth"] = f"use one of {', '.join(METHODS)}"
            return found
        for name in _NEEDS[method]:
            if name not in secrets:
                found[f"credentials.{name}"] = f"is needed for {method}"
        if method == "KUBERNETES" and not text_of(config, "role"):
            found["config.role"] = "is needed for KUBERNETES"
        return found

    def value(self, ask: Ask) -> str | None:
        """The value, read with a token that is logged in anew when Vault knows it no more."""
        import hvac.exceptions  # type: ignore[import-untyped]

        try:
            found = self._read(ask)
        except hvac.exceptions.InvalidPath:
            return None
        except (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
            raise ManagerFailedError(
                "it does not let us read that: the policy of our token or role forbids it"
            ) from None
        except hvac.exceptions.VaultError as problem:
            # Its text repeats what the server says, and servers repeat what they were sent.
            raise ManagerFailedError(f"it answered {type(problem).__name__}") from None
        except TaskFailed as problem:
            raise ManagerFailedError(str(problem)) from None
        except (OSError, ValueError) as problem:
            raise ManagerFailedError(f"it did not answer: {type(problem).__name__}") from None
        return None if found is None else str(found)

    def _read(self, ask: Ask) -> Any:
        import hvac.exceptions

        try:
            return self._asked(ask)
        except (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
            if ask.config.get("auth") == "TOKEN" or not self._forget(ask):
                raise
        return self._asked(ask)

    def _asked(self, ask: Ask) -> Any:
        client, config = self._client(ask), ask.config
        mount = text_of(config, "mount", "secret")
        place = path_of(text_of(config, "path"), ask)
        by_field = config.get("layout", "KEY") == "FIELDS"
        path = place if by_field else "/".join(part for part in (place, ask.key) if part)
        if config.get("version", 2) == 1:
            data = client.secrets.kv.v1.read_secret(path, mount_point=mount)["data"]
        else:
            read = client.secrets.kv.v2.read_secret_version
            data = read(path, mount_point=mount, raise_on_deleted_version=True)["data"]["data"]
        return data.get(ask.key if by_field else text_of(config, "field", "value"))

    def _client(self, ask: Ask) -> Any:
        import hvac
        import requests

        session = requests.Session()
        # Nothing of the host's environment decides where secrets are asked for.
        session.trust_env = False
        if ask.guarded:
            keep_outside(session)
        client = hvac.Client(
            url=ask.config["address"],
            token="",
            timeout=TIMEOUT,
            allow_redirects=False,
            session=session,
            namespace=ask.config.get("vaultNamespace"),
        )
        client.token = self._token(client, ask)
        return client

    def _token(self, client: Any, ask: Ask) -> str:
        if ask.config.get("auth") == "TOKEN":
            return ask.credentials["token"]
        name = _name(ask)
        with self._lock:
            known = self._tokens.get(name)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        said = _log_in(client, ask)["auth"]
        lives = float(said.get("lease_duration") or 0) * 0.8 or 60.0
        with self._lock:
            if len(self._tokens) >= MOST_LOGINS:
                self._tokens.clear()
            self._tokens[name] = (said["client_token"], time.monotonic() + lives)
        return str(said["client_token"])

    def _forget(self, ask: Ask) -> bool:
        with self._lock:
            return self._tokens.pop(_name(ask), None) is not None


def _log_in(client: Any, ask: Ask) -> Any:
    mount = text_of(ask.config, "authMount")
    at = {"mount_point": mount} if mount else {}
    if ask.config["auth"] == "APPROLE":
        given = ask.credentials
        return client.auth.approle.login(given["roleId"], given["secretId"], use_token=False, **at)
    return client.auth.kubernetes.login(
        role=ask.config["role"], jwt=_own_jwt(ask), use_token=False, **at
    )


def _own_jwt(ask: Ask) -> str:
    """The worker's own identity; it goes to those servers only that the operator has named.

    Otherwise whoever configures a manager could have it sent to a server of theirs.
    """
    host = urlsplit(ask.config["address"]).hostname
    if host not in settings.DOWNBEAT.vault_kubernetes_hosts:
        raise ManagerFailedError(
            f"the operator does not let this instance show its Kubernetes identity to {host}"
            " (DOWNBEAT_VAULT_KUBERNETES_HOSTS)"
        )
    try:
        return SERVICE_ACCOUNT.read_text(encoding="utf-8").strip()
    except OSError:
        raise ManagerFailedError("this worker does not run in Kubernetes") from None


def _name(ask: Ask) -> str:
    """What a log-in is remembered under: everything that it depends on, hashed."""
    parts = [ask.tenant, *(f"{k}={ask.config.get(k)}" for k in sorted(ask.config))]
    parts += [f"{k}={v}" for k, v in sorted(ask.credentials.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
