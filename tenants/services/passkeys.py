"""Passkeys (WebAuthn): what browsers are asked to sign, and whether they did. fido2 decides.

A passkey belongs to the name of a host, so it cannot be used from another page. Addresses in
numbers have no passkeys: browsers refuse them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.errors import FactorNotProved, NoPasskeysHere
from tenants.models import SecondFactor, User

NAME: Final = "Downbeat"
_MALFORMED: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True)
class Site:
    """Where people sign in: `https://downbeat.example`."""

    origin: str

    @property
    def host(self) -> str:
        """The name that passkeys belong to; raises NoPasskeysHere for numbers and plain http."""
        parts = urlsplit(self.origin)
        name = parts.hostname or ""
        if _is_number(name) or (parts.scheme != "https" and name != "localhost"):
            raise NoPasskeysHere(origin=self.origin)
        return name

    @property
    def has_passkeys(self) -> bool:
        """Whether browsers offer passkeys here."""
        try:
            return bool(self.host)
        except NoPasskeysHere:
            return False


@dataclass(frozen=True)
class Made:
    """A passkey that a browser made."""

    credential_id: bytes
    public_key: bytes
    counter: int


def making(
    site: Site, user: User, have: Sequence[SecondFactor]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a browser needs to make a passkey, and what we have to remember meanwhile."""
    person = PublicKeyCredentialUserEntity(
        id=user.id.bytes, name=user.email or str(user.id), display_name=user.display_name
    )
    options, state = _server(site).register_begin(
        person,
        credentials=[_credential(row) for row in have],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _plain(options), state


def made(site: Site, state: Mapping[str, Any], answer: Mapping[str, Any]) -> Made:
    """The passkey that a browser made; raises FactorNotProved."""
    try:
        found = _server(site).register_complete(state, RegistrationResponse.from_dict(answer))
        credential = found.credential_data
    except _MALFORMED:
        raise FactorNotProved from None
    if credential is None:
        raise FactorNotProved
    return Made(credential.credential_id, bytes(credential), found.counter)


def asking(site: Site, have: Sequence[SecondFactor]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a browser has to sign with one of these passkeys, and what we remember meanwhile."""
    options, state = _server(site).authenticate_begin(
        [_credential(row) for row in have],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _plain(options), state


def signed(
    site: Site, state: Mapping[str, Any], have: Sequence[SecondFactor], answer: Mapping[str, Any]
) -> tuple[SecondFactor, int]:
    """Which passkey has signed, and its counter; raises FactorNotProved."""
    try:
        response = AuthenticationResponse.from_dict(answer)
        used = _server(site).authenticate_complete(
            state, [_credential(row) for row in have], response
        )
        counter = response.response.authenticator_data.counter
    except _MALFORMED:
        raise FactorNotProved from None
    row = next(row for row in have if bytes(row.credential_id or b"") == used.credential_id)
    return row, counter


def _server(site: Site) -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=site.host, name=NAME)
    return Fido2Server(
        party,
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == site.origin,
    )


def _credential(row: SecondFactor) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(row.public_key))


def _plain(options: Any) -> dict[str, Any]:
    """As JSON that a browser's own functions read: bytes are base64url texts."""
    found: dict[str, Any] = dict(options)["publicKey"]
    return found


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return not name
    return True
