"""Which unprivileged accounts the embedded server uses when it is started as root.

PostgreSQL and task processes get two different ones: code of a flow must not be able to signal
the database or read its files. An ordinary user has one account only, and everything runs as it.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from downbeat.embedded.errors import NamelessAccount, NoAccount

FOR_POSTGRES = ("downbeat-postgres", "postgres", "daemon", "bin")
FOR_TASKS = ("downbeat-task", "nobody")


class Credentials(TypedDict, total=False):
    """The part of a process start that says as whom; empty means as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    def credentials(self) -> Credentials:
        """As whom to start a process; nothing to change when it is our own account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, path: Path) -> bool:
        """Whether this account can reach and open a folder or program."""
        return self._passes('test -r "$0" && test -x "$0"', path)

    def can_run(self, program: Path) -> bool:
        """Whether this account can start a program, libraries and all."""
        return self._passes('"$0" -c "import os"', program)

    def can_pass(self, path: Path) -> bool:
        """Whether this account can go through a folder, without being able to list it."""
        return self._passes('cd "$0"', path)

    def _passes(self, check: str, path: Path) -> bool:
        probe = subprocess.run(
            ["/bin/sh", "-c", check, str(path)],
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            stderr=subprocess.DEVNULL,
            **self.credentials(),
        )
        return probe.returncode == 0

    def own(self, path: Path) -> None:
        """Gives a file or folder to this account."""
        if self.credentials():
            os.chown(path, self.uid, self.gid)


def for_postgres() -> Account:
    """The account that PostgreSQL runs as; `initdb` looks its name up."""
    account = _ourselves() or _first(FOR_POSTGRES)
    if account.name == str(account.uid):
        raise NamelessAccount(uid=account.uid)
    return account


def for_tasks() -> Account:
    """The account that task processes run as."""
    return _ourselves() or _first(FOR_TASKS)


def named(name: str) -> Account:
    """The account of that name."""
    return _first((name,))


def _ourselves() -> Account | None:
    uid = os.geteuid()
    return Account(_name_of(uid), uid, os.getegid()) if uid else None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _first(names: tuple[str, ...]) -> Account:
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise NoAccount(names=", ".join(names))
