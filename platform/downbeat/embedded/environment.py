"""The environment of the embedded server's processes: the operator's, completed.

What the operator has set wins. Commands that act on the instance from outside (`token create`,
`backup`) complete their own environment the same way.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from downbeat.embedded import accounts, relocation, rooms
from downbeat.embedded.accounts import Account
from downbeat.embedded.errors import NotRunning
from downbeat.embedded.home import Home

ENCRYPTION_KEY = "encryption-key"


def completed(home: Home) -> dict[str, str]:
    """A copy of our environment with everything that the processes need to know."""
    environment = dict(os.environ)
    complete(environment, home)
    return environment


def complete(environment: MutableMapping[str, str], home: Home) -> None:
    """Adds the home, the key, the account of tasks, and a frugal memory allocator."""
    environment["DOWNBEAT_HOME"] = str(home.root)
    if not _is_set(environment, "DOWNBEAT_ENCRYPTION_KEY"):
        environment["DOWNBEAT_ENCRYPTION_KEY_FILE"] = str(home.secret(ENCRYPTION_KEY))
    _add_task_account(environment)
    _add_script_environment(environment)
    if home.run.is_dir() and not _is_set(environment, "DOWNBEAT_UV_CACHE"):
        room = rooms.readable_room(home, task_account(environment), "environments")
        environment["DOWNBEAT_UV_CACHE"] = str(room)
    # Threads of the C library's allocator keep an arena each; two are plenty for our pools.
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    environment.setdefault("PYTHONUNBUFFERED", "1")


def uses_own_database() -> bool:
    """Whether the embedded PostgreSQL is wanted: nobody named another database."""
    return not _is_set(os.environ, "DOWNBEAT_DATABASE_URL")


def attach(home: Home) -> None:
    """Completes our own environment, so that settings of a command find the instance."""
    if uses_own_database() and not home.database_facts.exists():
        raise NotRunning(home=home.root)
    complete(os.environ, home)


def _add_task_account(environment: MutableMapping[str, str]) -> None:
    chosen = ("DOWNBEAT_TASK_USER", "DOWNBEAT_TASK_UID", "DOWNBEAT_TASK_GID")
    if os.geteuid() or any(_is_set(environment, name) for name in chosen):
        return
    account = accounts.for_tasks()
    environment["DOWNBEAT_TASK_USER"] = account.name
    environment["DOWNBEAT_TASK_UID"] = str(account.uid)
    environment["DOWNBEAT_TASK_GID"] = str(account.gid)


def _add_script_environment(environment: MutableMapping[str, str]) -> None:
    ours = relocation.beside_ours(Path(sys.prefix))
    if ours is None or _is_set(environment, "DOWNBEAT_SCRIPT_ENV"):
        return
    environment["DOWNBEAT_SCRIPT_ENV"] = str(relocation.reachable(ours, task_account(environment)))


def task_account(environment: Mapping[str, str]) -> Account:
    """The account that task processes run as, chosen by the operator or found."""
    chosen = environment.get("DOWNBEAT_TASK_USER")
    return accounts.named(chosen) if chosen and os.geteuid() == 0 else accounts.for_tasks()


def _is_set(environment: MutableMapping[str, str], name: str) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))
