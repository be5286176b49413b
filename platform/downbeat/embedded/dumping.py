"""Runs PostgreSQL's own programs for dumps, as the superuser of a running embedded server."""

from __future__ import annotations

import subprocess

from downbeat.embedded.cluster import PLAIN_ENVIRONMENT, SUPERUSER
from downbeat.embedded.errors import ToolFailed
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import PORT, SUPERUSER_SECRET, Postgres


def run(home: Home, server: Postgres, name: str, *options: str) -> None:
    """Runs one program to its end; raises with what it said when it fails."""
    where = ("-h", str(server.socket), "-p", str(PORT), "-U", SUPERUSER, "--no-password")
    done = subprocess.run(
        [str(server.binaries.program(name)), *where, *options],
        env=PLAIN_ENVIRONMENT | {"PGPASSWORD": home.read_secret(SUPERUSER_SECRET)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ToolFailed(tool=name, reason=done.stderr.strip())
