"""Which PostgreSQL, as which roles: Django's DATABASES for this process.

`default` is the unprivileged role under row-level security, `system` finds work across tenants,
`owner` changes tables. A web process is given `default` alone, so that a hole in a view cannot
reach further than one tenant's rows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict, cast

from downbeat.bad_setting import BadSetting
from downbeat.settings.environment import Values, database_parts

ALIASES = {"default": "app", "system": "system", "owner": "owner"}
URLS = {
    "default": "DATABASE_URL",
    "system": "DATABASE_SYSTEM_URL",
    "owner": "DATABASE_OWNER_URL",
}
HELD_BY_PROCESS = {
    "web": ("default",),
    "worker": ("default", "system"),
    "scheduler": ("default", "system", "owner"),
}

Entry = dict[str, object]


class RoleFacts(TypedDict):
    """How one role of the embedded server logs in."""

    user: str
    password_file: str


class ServerFacts(TypedDict):
    """What the embedded server writes down about itself when it starts."""

    host: str
    port: int
    dbname: str
    roles: dict[str, RoleFacts]


def databases(values: Values, home: Path) -> dict[str, Entry]:
    """One entry per alias that this kind of process may hold."""
    held = HELD_BY_PROCESS.get(values.text("PROCESS") or "", tuple(ALIASES))
    found = _by_url(values, held) if values.text("DATABASE_URL") else _embedded(home, held)
    pool = values.number("DATABASE_POOL") or 12
    return {alias: _django(parts, alias, pool) for alias, parts in found.items()}


def _by_url(values: Values, held: tuple[str, ...]) -> dict[str, dict[str, str]]:
    urls = {alias: values.text(URLS[alias]) for alias in held}
    return {alias: database_parts(url) for alias, url in urls.items() if url}


def _embedded(home: Path, held: tuple[str, ...]) -> dict[str, dict[str, str]]:
    facts = _facts(home / "run" / "database.json")
    if facts is None:
        # Nothing runs yet: commands that need no database still work, the others say where it
        # should have been.
        absent = {"HOST": str(home / "run"), "PORT": "", "USER": "", "PASSWORD": ""}
        return {alias: {**absent, "NAME": "downbeat"} for alias in held}
    return {alias: _role(facts, ALIASES[alias]) for alias in held}


def _facts(path: Path) -> ServerFacts | None:
    try:
        return cast(ServerFacts, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise BadSetting(f"{path} cannot be read: {problem}") from None


def _role(facts: ServerFacts, role: str) -> dict[str, str]:
    login = facts["roles"][role]
    return {
        "HOST": facts["host"],
        "PORT": str(facts["port"]),
        "USER": login["user"],
        "PASSWORD": Path(login["password_file"]).read_text(encoding="utf-8").strip(),
        "NAME": facts["dbname"],
    }


def _django(parts: dict[str, str], alias: str, pool: int) -> Entry:
    extra = {key.removeprefix("option:"): parts[key] for key in parts if key.startswith("option:")}
    options: dict[str, object] = {**extra, "application_name": f"downbeat-{alias}"}
    if alias != "owner":
        options["pool"] = {"min_size": 0, "max_size": pool, "timeout": 10, "max_idle": 120}
    core = {key: parts[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **core,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
