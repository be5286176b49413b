"""Whom an assertion describes: names, address, groups, and what is missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tenants.sso.assertions import Assertion
from tenants.sso.config import EmailTrust, Rules
from tenants.sso.refusals import Refused

MOST_GROUPS: Final = 1000
_EMAIL: Final = re.compile(r"[^@\s<>\"',;:()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,189}\.[A-Za-z0-9-]{2,63}")


@dataclass(frozen=True)
class Described:
    """Somebody, as an assertion describes them after the tenant's rules.

    `email` is set only if the rules trust it. `known_groups` are what the provider said,
    `groups` the names in the tenant that this amounts to.
    """

    first_name: str
    last_name: str
    name: str
    email: str | None
    said_email: str
    known_groups: tuple[str, ...]
    groups: tuple[str, ...]


def described(assertion: Assertion, rules: Rules) -> Described:
    """What the tenant's rules make of an assertion."""
    said = text_of(assertion.claims, rules.email_claim)
    address = said.strip().lower() if _EMAIL.fullmatch(said.strip()) and said.isascii() else ""
    trusted = rules.email_trust is EmailTrust.ALWAYS or assertion.email_verified
    known = values_of(assertion.claims, rules.groups_claim) if rules.groups_claim else ()
    return Described(
        first_name=text_of(assertion.claims, rules.first_name_claim)[:150],
        last_name=text_of(assertion.claims, rules.last_name_claim)[:150],
        name=text_of(assertion.claims, rules.name_claim)[:150],
        email=address if address and trusted else None,
        said_email=said[:254],
        known_groups=known,
        groups=groups_of(known, rules),
    )


def groups_of(known: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """The tenant's names of groups that a provider named."""
    names = (
        rules.group_mapping.get(name) or (name if rules.keep_unmapped_groups else "")
        for name in known
    )
    return tuple(dict.fromkeys(name[:150] for name in names if name.strip()))


def check_required(assertion: Assertion, rules: Rules) -> None:
    """Raises Refused unless every claim that the tenant requires has one of its values."""
    for name, wanted in rules.required_claims.items():
        found = set(values_of(assertion.claims, name))
        if not found or (wanted and found.isdisjoint(wanted)):
            raise Refused("claims.required", f"the claim {name!r} is not as the tenant requires")


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """The first value of a claim as a text without control characters."""
    found = values_of(claims, name)
    return "".join(letter for letter in found[0] if letter.isprintable()).strip() if found else ""


def values_of(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """All values of a claim. `a.b` looks into an object unless a claim has that very name."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    items = found if isinstance(found, list | tuple) else [found]
    texts = [
        str(item).lower() if isinstance(item, bool) else str(item)
        for item in items[:MOST_GROUPS]
        if isinstance(item, str | int | float)
    ]
    return tuple(dict.fromkeys(texts))
