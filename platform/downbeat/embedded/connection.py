"""Writes down how to reach the database, for the settings of every process."""

from __future__ import annotations

from downbeat.embedded.home import Home, write_facts
from downbeat.embedded.postgres import PORT, Postgres

DATABASE = "downbeat"
ROLES = {"owner": "downbeat_owner", "app": "downbeat_app", "system": "downbeat_system"}


def secret_name(alias: str) -> str:
    """The name of the file that holds a role's password."""
    return f"postgres-{alias}"


def write(home: Home, server: Postgres) -> None:
    """Replaces the facts; the socket's folder may be another one after each start."""
    roles = {
        alias: {"user": role, "password_file": str(home.secret(secret_name(alias)))}
        for alias, role in ROLES.items()
    }
    facts = {"host": str(server.socket), "port": PORT, "dbname": DATABASE, "roles": roles}
    write_facts(home.database_facts, facts)
