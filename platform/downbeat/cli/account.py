"""Which server, tenant and token a client command uses: options, environment, then log-in file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Account:
    """A server, and who we are there."""

    url: str
    tenant: str
    token: str | None


def file() -> Path:
    """Where log-ins are kept."""
    if chosen := os.environ.get("DOWNBEAT_CONFIG"):
        return Path(chosen)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "downbeat" / "account.json"


def current() -> Account:
    """The account to use; the environment wins over the file, the file over a local server."""
    kept = _kept()
    url = os.environ.get("DOWNBEAT_URL") or kept.get("url") or _running_here() or LOOPBACK
    return Account(
        url=url.rstrip("/"),
        tenant=os.environ.get("DOWNBEAT_TENANT") or kept.get("tenant") or "main",
        token=_token() or kept.get("token") or None,
    )


def keep(account: Account) -> Path:
    """Remembers a log-in, readable for its owner only."""
    from downbeat.embedded.home import write_private

    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"url": account.url, "tenant": account.tenant, "token": account.token}
    write_private(path, json.dumps(kept, indent=2) + "\n")
    return path


def forget() -> None:
    """Removes the log-in."""
    file().unlink(missing_ok=True)


def _kept() -> dict[str, str]:
    return _strings(file())


def _running_here() -> str | None:
    home = Path(os.environ.get("DOWNBEAT_HOME") or ".downbeat")
    return _strings(home / "run" / "instance.json").get("url")


def _token() -> str | None:
    if path := os.environ.get("DOWNBEAT_TOKEN_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get("DOWNBEAT_TOKEN")


def _strings(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
