"""Everything of an embedded instance in one file, and back.

The archive holds the database, internal storage and the encryption key: without the key the
secrets in the database are lost, with it the file is as precious as the instance. The database is
dumped before the files are read, because a file exists before a row names it.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from downbeat.embedded import dumping, migration, roles
from downbeat.embedded.access import alone_with, server_of
from downbeat.embedded.connection import DATABASE
from downbeat.embedded.environment import ENCRYPTION_KEY
from downbeat.embedded.home import Home, write_private
from downbeat.embedded.postgres import Postgres, superuser_dsn

DUMP = "database.dump"
STORAGE = "storage"
INCOMING = f"{DATABASE}_incoming"


def save(home: Home, target: Path) -> None:
    """Writes the archive; the instance may go on working meanwhile."""
    fresh = target.with_name(f".{target.name}.part")
    with server_of(home) as server, tempfile.TemporaryDirectory(dir=home.run) as folder:
        dump = Path(folder) / DUMP
        dumping.run(home, server, "pg_dump", "-Fc", "-f", str(dump), DATABASE)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
                archive.add(dump, DUMP)
                archive.add(home.storage, STORAGE)
                if home.secret(ENCRYPTION_KEY).exists():
                    archive.add(home.secret(ENCRYPTION_KEY), ENCRYPTION_KEY)
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(target)


def load(home: Home, source: Path) -> None:
    """Replaces the instance by the archive's; the instance must be stopped.

    What was there stays until the archive has been read to its end.
    """
    with alone_with(home) as server, tempfile.TemporaryDirectory(dir=home.root) as folder:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        unpacked = Path(folder)
        roles.bootstrap(home, server)
        _fill_incoming(home, server, unpacked / DUMP)
        _swap_databases(home, server)
        _swap_storage(home, unpacked / STORAGE)
        if (unpacked / ENCRYPTION_KEY).exists():
            key = (unpacked / ENCRYPTION_KEY).read_text(encoding="utf-8")
            write_private(home.secret(ENCRYPTION_KEY), key)
        migration.forget(server.cluster.room)


def _fill_incoming(home: Home, server: Postgres, dump: Path) -> None:
    with psycopg.connect(superuser_dsn(home, server), autocommit=True) as connection:
        roles.make_database(connection, INCOMING, replace=True)
    options = ("--exit-on-error", "--single-transaction", "-d", INCOMING)
    dumping.run(home, server, "pg_restore", *options, str(dump))


def _swap_databases(home: Home, server: Postgres) -> None:
    names = {"old": sql.Identifier(DATABASE), "new": sql.Identifier(INCOMING)}
    with psycopg.connect(superuser_dsn(home, server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {old} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("ALTER DATABASE {new} RENAME TO {old}").format(**names))


def _swap_storage(home: Home, incoming: Path) -> None:
    aside = home.root / f".{STORAGE}.old"
    shutil.rmtree(aside, ignore_errors=True)
    if home.storage.exists():
        home.storage.rename(aside)
    incoming.rename(home.storage)
    shutil.rmtree(aside, ignore_errors=True)
