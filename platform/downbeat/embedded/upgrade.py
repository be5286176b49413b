"""Moves data of an older PostgreSQL to the present one: dumped by both, kept until it is done.

The wheel carries the programs of two majors, so this needs nobody's help. The old folder stays
beside the new one under its version's name; removing it is the operator's decision.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from downbeat.embedded import binaries, dumping, roles, rooms
from downbeat.embedded.binaries import Binaries
from downbeat.embedded.cluster import Cluster
from downbeat.embedded.connection import DATABASE
from downbeat.embedded.errors import OtherMajor
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import SUPERUSER_SECRET, Postgres, Running


def upgrade(home: Home, cluster: Cluster, present: Binaries) -> None:
    """Replaces the data folder by one of the present major with the same content."""
    major = cluster.major()
    former = binaries.of_major(major) if major and major < present.major else None
    if former is None or major is None:
        raise OtherMajor(data=cluster.data, found=major, ours=present.major)
    former = binaries.reachable(former, cluster.account, cluster.room)
    socket = rooms.socket_room(home, cluster.account)
    log = home.logs / "postgres.log"
    fresh = replace(cluster, folder="data.upgraded")
    if fresh.major() is None:
        fresh.create(present, home.read_secret(SUPERUSER_SECRET))
    with tempfile.TemporaryDirectory(dir=home.run) as folder:
        dump = Path(folder) / "database.dump"
        with Running(Postgres(former, cluster, socket, log)) as old:
            reader = replace(old.server, binaries=present)  # the newer one knows both
            dumping.run(home, reader, "pg_dump", "-Fc", "-f", str(dump), DATABASE)
        server = Postgres(present, fresh, socket, log)
        with Running(server):
            roles.bootstrap(home, server)
            options = ("--exit-on-error", "--single-transaction", "-d", DATABASE)
            dumping.run(home, server, "pg_restore", *options, str(dump))
    cluster.data.rename(cluster.room / f"data.{major}")
    fresh.data.rename(cluster.data)
