"""Signed tokens of OpenID providers: taken apart strictly, and their signature. Pure.

joserfc does the cryptography. Around it stands what attackers have used elsewhere: the algorithm
is one that the administrator allowed and fits the key, the key comes from the provider's own key
set and never from the token, headers that change the meaning are refused, and a name that stands
twice in an object makes the whole token ambiguous. RFC 7515, RFC 8725.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwk, jws
from joserfc.errors import JoseError

from tenants.sso.refusals import Refused

LONGEST: Final = 64 * 1024
SHORTEST_RSA: Final = 2048
Json = dict[str, Any]
# A key or an address of one that the token itself brings proves nothing.
_FOREIGN_KEYS: Final = ("jwk", "jku", "x5u", "x5c")
_KIND_OF: Final = {"R": "RSA", "P": "RSA", "E": "EC", "H": "oct"}
_CURVE_OF: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


class UnknownKey(Refused):
    """The key set that we know has no such key; a fresh one may have it."""


@dataclass(frozen=True)
class Opened:
    """A token taken apart; nothing in it is believed yet."""

    text: str
    header: Json
    claims: Json

    @property
    def algorithm(self) -> str:
        """What the token says it was signed with."""
        return str(self.header["alg"])


def opened(text: object, algorithms: Collection[str], *, types: Collection[str]) -> Opened:
    """A compact token whose form is good. `types` are the values of `typ` that may stand there."""
    if not isinstance(text, str) or not text:
        raise Refused("token.missing", "the provider sent no token")
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3:
        raise Refused("token.form", "the token is not three parts joined by dots")
    header = _object(parts[0], "header")
    if header.get("alg") not in algorithms:
        raise Refused("token.algorithm", f"the algorithm {header.get('alg')!r} is not allowed")
    if "crit" in header or "b64" in header or "zip" in header:
        raise Refused("token.critical", "the token asks for extensions that are not understood")
    if found := [name for name in _FOREIGN_KEYS if name in header]:
        raise Refused("token.foreign_key", f"the token brings its own key in {found[0]!r}")
    said = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    if said not in types:
        raise Refused("token.type", f"the token is a {said!r}")
    return Opened(text, header, _object(parts[1], "claims"))


def verify(token: Opened, keys: Sequence[Mapping[str, Any]]) -> None:
    """Raises Refused unless one key of the provider's set made the signature."""
    _verified(token, _chosen(token, keys))


def verify_by_secret(token: Opened, secret: str) -> None:
    """The same for symmetric algorithms, which an administrator has to ask for by name."""
    size = {"HS256": 32, "HS384": 48, "HS512": 64}[token.algorithm]
    if len(secret.encode()) < size:
        raise Refused("token.key", f"{token.algorithm} needs a client secret of {size} bytes")
    _verified(token, {"kty": "oct", "k": base64.urlsafe_b64encode(secret.encode()).decode()})


def _verified(token: Opened, key: Mapping[str, Any]) -> None:
    try:
        found = jwk.import_key(_padless(key))
        jws.deserialize_compact(token.text, found, algorithms=[token.algorithm])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refused(
            "token.signature", f"the signature is wrong ({type(error).__name__})"
        ) from None


def _chosen(token: Opened, keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    kid = token.header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise Refused("token.key", "the name of the key is not a text")
    fitting = [key for key in keys if _fits(key, token.algorithm)]
    named = [key for key in fitting if kid is None or key.get("kid") == kid]
    if not named:
        raise UnknownKey("token.key", f"the provider has no key {kid!r} for {token.algorithm}")
    if len(named) > 1:
        raise Refused("token.key", "the token does not say which of the provider's keys it means")
    return named[0]


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a key may be used for that: of its kind, for signatures, and long enough."""
    kind = _KIND_OF[algorithm[0]]
    # A symmetric key in a public set is public.
    if kind == "oct" or key.get("kty") != kind or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", algorithm) != algorithm or "verify" not in key.get("key_ops", ["verify"]):
        return False
    if kind == "EC":
        return bool(key.get("crv") == _CURVE_OF[algorithm])
    return len(str(key.get("n", ""))) * 6 >= SHORTEST_RSA


def _padless(key: Mapping[str, Any]) -> Json:
    wanted = ("kty", "n", "e", "crv", "x", "y", "k")
    return {name: str(key[name]).rstrip("=") for name in wanted if name in key}


def _object(part: str, where: str) -> Json:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        found = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (binascii.Error, ValueError, RecursionError):
        raise Refused("token.form", f"the {where} cannot be read") from None
    if not isinstance(found, dict):
        raise Refused("token.form", f"the {where} is not an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("token.duplicate", "a name stands twice in the token")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
