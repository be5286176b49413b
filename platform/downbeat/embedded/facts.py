"""How a tool reaches the database of a running instance, from what the instance wrote down."""

from __future__ import annotations

import json
from pathlib import Path

from downbeat.embedded.connection import ROLES
from downbeat.embedded.errors import NotRunning
from downbeat.embedded.home import Home


def owner_dsn(home: Path) -> str:
    """How the role that owns the tables connects, as libpq reads it."""
    return dsn(home, "owner")


def dsn(home: Path, alias: str) -> str:
    """How one of our roles connects, as libpq reads it."""
    place = Home(home)
    try:
        facts = json.loads(place.database_facts.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotRunning(home=home) from None
    password = Path(facts["roles"][alias]["password_file"]).read_text(encoding="utf-8").strip()
    return (
        f"host='{facts['host']}' port={facts['port']} dbname={facts['dbname']}"
        f" user={ROLES[alias]} password='{password}'"
    )
