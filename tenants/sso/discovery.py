"""What an OpenID provider says of itself: its addresses and its keys, remembered for a while.

Theory of operation. Each web process keeps what it fetched, by tenant and issuer. Keys rotate: a
token with a key that is not known yet makes us ask again, but at most once a minute, so that a
storm of forged tokens does not become a storm of requests to the provider.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from tenants.sso.config import Address
from tenants.sso.outgoing import get_json
from tenants.sso.refusals import Refused
from tenants.sso.tokens import UnknownKey

METADATA_SECONDS: Final = 600.0
KEYS_SECONDS: Final = 3600.0
REFETCH_SECONDS: Final = 60.0
REMEMBERED: Final = 1000
WELL_KNOWN: Final = "/.well-known/openid-configuration"
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL: Final = ("userinfo_endpoint", "end_session_endpoint")
_address: Final[TypeAdapter[str]] = TypeAdapter(Address)


@dataclass(frozen=True)
class Metadata:
    """The addresses of a provider, checked."""

    issuer: str
    document: Mapping[str, Any]
    fetched: float

    def address(self, name: str) -> str:
        """One of its addresses; empty if it has none."""
        return str(self.document.get(name) or "")


@dataclass(frozen=True)
class _Keys:
    keys: Sequence[Mapping[str, Any]]
    fetched: float


_lock = threading.Lock()
_metadata: dict[tuple[UUID, str], Metadata] = {}
_keys: dict[tuple[UUID, str], _Keys] = {}


def metadata(tenant_id: UUID, issuer: str) -> Metadata:
    """What the provider says of itself; raises Refused if it is another issuer's."""
    known = _metadata.get((tenant_id, issuer))
    if known is not None and time.monotonic() - known.fetched < METADATA_SECONDS:
        return known
    found = Metadata(issuer, _checked(issuer), time.monotonic())
    with _lock:
        _bounded(_metadata)[tenant_id, issuer] = found
    return found


def with_keys(
    tenant_id: UUID, issuer: str, verify: Callable[[Sequence[Mapping[str, Any]]], None]
) -> None:
    """Calls a check with the provider's keys; again with fresh ones if the key was unknown."""
    known = _known_keys(tenant_id, issuer)
    try:
        verify(known.keys)
    except UnknownKey:
        if time.monotonic() - known.fetched < REFETCH_SECONDS:
            raise
        verify(_fetched_keys(tenant_id, issuer).keys)


def forget() -> None:
    """Asks the providers again from here on."""
    with _lock:
        _metadata.clear()
        _keys.clear()


def _checked(issuer: str) -> Mapping[str, Any]:
    found = get_json(issuer.rstrip("/") + WELL_KNOWN)
    # Otherwise one provider could speak for another (OpenID Connect Discovery section 4.3).
    if found.get("issuer") != issuer:
        raise Refused("provider.issuer", f"{issuer} says that it is {found.get('issuer')!r}")
    for name in (*_NEEDED, *_OPTIONAL):
        if name in _NEEDED or found.get(name):
            _check_address(name, found.get(name))
    return found


def _check_address(name: str, value: object) -> None:
    try:
        _address.validate_python(value, strict=True)
    except ValidationError:
        raise Refused("provider.metadata", f"the provider's {name} is no https address") from None


def _known_keys(tenant_id: UUID, issuer: str) -> _Keys:
    known = _keys.get((tenant_id, issuer))
    if known is not None and time.monotonic() - known.fetched < KEYS_SECONDS:
        return known
    return _fetched_keys(tenant_id, issuer)


def _fetched_keys(tenant_id: UUID, issuer: str) -> _Keys:
    listed = get_json(metadata(tenant_id, issuer).address("jwks_uri")).get("keys")
    if not isinstance(listed, list):
        raise Refused("provider.keys", "the provider's key set has no keys")
    found = _Keys([key for key in listed if isinstance(key, dict)], time.monotonic())
    with _lock:
        _bounded(_keys)[tenant_id, issuer] = found
    return found


def _bounded(known: dict[Any, Any]) -> dict[Any, Any]:
    if len(known) >= REMEMBERED:
        known.clear()
    return known
