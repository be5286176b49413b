"""The keys that trusted issuers sign with: written down, at an address, or found by discovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from downbeat.common.scope import current_tenant
from tenants.models import TrustedIssuer
from tenants.sso import discovery
from tenants.sso.outgoing import get_json
from tenants.sso.refusals import Refused
from tenants.sso.tokens import UnknownKey

KEPT_SECONDS: Final = 3600.0
AGAIN_SECONDS: Final = 60.0
REMEMBERED: Final = 1000
Keys = Sequence[Mapping[str, Any]]

_lock = threading.Lock()
_at_address: dict[tuple[object, str], tuple[Keys, float]] = {}


def with_keys(row: TrustedIssuer, verify: Callable[[Keys], None]) -> None:
    """Calls a check with the issuer's keys, and again with fresh ones if the key was unknown.

    Fetched keys are kept for an hour in the memory of each process. Raises Refused, also when the
    issuer cannot be reached.
    """
    if row.keys is not None:
        verify(listed(row.keys))
    elif row.jwks_url:
        _with_keys_at(row.jwks_url, verify)
    else:
        discovery.with_keys(current_tenant(), row.issuer, verify)


def listed(document: Mapping[str, Any]) -> Keys:
    """The keys of a key set (RFC 7517)."""
    found = document.get("keys")
    if not isinstance(found, list):
        raise Refused("provider.keys", "the issuer's key set has no keys")
    return [key for key in found if isinstance(key, dict)]


def _with_keys_at(url: str, verify: Callable[[Keys], None]) -> None:
    keys, fetched = _at_address.get((current_tenant(), url), ((), 0.0))
    if not keys or time.monotonic() - fetched > KEPT_SECONDS:
        verify(_fetched(url))
        return
    try:
        verify(keys)
    except UnknownKey:
        # A storm of forged tokens must not become a storm of requests to the issuer.
        if time.monotonic() - fetched < AGAIN_SECONDS:
            raise
        verify(_fetched(url))


def _fetched(url: str) -> Keys:
    keys = listed(get_json(url))
    with _lock:
        if len(_at_address) >= REMEMBERED:
            _at_address.clear()
        _at_address[current_tenant(), url] = keys, time.monotonic()
    return keys
