"""The mail server, from one address: `smtp://user:password@host:587?from=downbeat@example.com`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from downbeat.bad_setting import BadSetting

SENT: Final = "django.core.mail.backends.smtp.EmailBackend"
NOT_SENT: Final = "django.core.mail.backends.dummy.EmailBackend"
PORTS: Final = {"smtp": 587, "smtps": 465}
_PLAIN: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Mail:
    """How mail leaves, as Django wants to know it."""

    backend: str = NOT_SENT
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    starts_tls: bool = False
    is_tls: bool = False
    sender: str = "downbeat@localhost"


def mail(url: str | None) -> Mail:
    """The server of an address; without one no mail leaves. Raises BadSetting.

    `smtp` is encrypted by STARTTLS, but for a server on this machine; `smtps` from the beginning.
    """
    if not url:
        return Mail()
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadSetting("DOWNBEAT_SMTP_URL must be smtp://… or smtps://…")
    sender = parse_qs(parts.query).get("from", [f"downbeat@{parts.hostname}"])[0]
    return Mail(
        backend=SENT,
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=parts.scheme == "smtp" and parts.hostname not in _PLAIN,
        is_tls=parts.scheme == "smtps",
        sender=sender,
    )
