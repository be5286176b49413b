"""What a provider asserted about somebody, once it is believed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Assertion:
    """A believed statement: this issuer says that its subject is here, now.

    The pair of issuer and subject is the identity; everything in `claims` is only a description.
    `sid` names the session at the provider, `until` is when the provider wants it to end.
    """

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    sid: str = ""
    until: datetime | None = None
    name_id_format: str = ""
    email_verified: bool = False
