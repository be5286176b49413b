"""Whether this version of the code and the tables of its database belong together.

Theory of operation. Processes of two versions run side by side while an upgrade rolls through: the
tables are of the newer version by then, and the older code must get along with them. So a migration
only adds, and what older code needs is taken away in a later version, by a migration that says with
`LeavesBehind` which earlier migration code has to know from then on. That list is the *floor*. A
process that does not know all of it would read or write what is no longer there: it does not start,
and one that runs stops as for SIGTERM, which lets tasks end or gives them back. A process whose own
migrations have not been applied yet does not start either. Both say what to do.
"""

from __future__ import annotations

import logging
import os
import pkgutil
import signal
import threading
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from django.db import Error, connections
from django.db.migrations.operations import RunSQL

log = logging.getLogger(__name__)

APPS: Final = ("tenants", "flows", "executions")
LOOK_EVERY: Final = 10.0
Migration = tuple[str, str]


class WrongSchema(Exception):
    """The database and this version do not belong together."""


class LeavesBehind(RunSQL):
    """Says that code which does not know a migration cannot work with the tables any more."""

    reduces_to_sql = False

    def __init__(self, app: str, name: str) -> None:
        put = "insert into schema_floor (app, name) values (%s, %s) on conflict do nothing"
        super().__init__(sql=[(put, [app, name])], reverse_sql=RunSQL.noop)

    def describe(self) -> str:
        """What `migrate` prints."""
        return "Leave older versions behind"


@lru_cache(maxsize=1)
def known() -> frozenset[Migration]:
    """The migrations that this code knows; their names are looked at, nothing is imported."""
    return frozenset(
        (app, found.name)
        for app in APPS
        for found in pkgutil.iter_modules(import_module(f"{app}.migrations").__path__)
        if found.name[0].isdigit()
    )


def misfit() -> str | None:
    """What is wrong between this version and its database, in a sentence; None when nothing is.

    A database that does not answer says nothing: whoever needs it waits for it.
    """
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("select app, name from django_migrations where app = any(%s)", [[*APPS]])
            applied = frozenset(cursor.fetchall())
            floor = _floor(cursor)
    except Error as problem:
        if "django_migrations" in str(problem):
            return "The database has no tables yet: run `downbeat migrate`."
        log.warning("the database does not say which version it is: %s", problem)
        return None
    if strange := sorted(floor - known()):
        return (
            f"The database was migrated by a newer version (it needs {'.'.join(strange[-1])}),"
            " which has left this one behind: install that version here."
        )
    if missing := sorted(known() - applied):
        return (
            f"The database is of an older version ({len(missing)} migrations are missing, such as"
            f" {'.'.join(missing[0])}): run `downbeat migrate`."
        )
    return None


def left_behind() -> bool:
    """Whether a newer version has left this one behind while it ran."""
    try:
        with connections["default"].cursor() as cursor:
            return bool(_floor(cursor) - known())
    except Error:
        return False


def require_fitting() -> None:
    """Raises WrongSchema unless this process may start."""
    told = misfit()
    if told:
        raise WrongSchema(told)


class SchemaWatch:
    """Ends this process, as SIGTERM would, once a newer version has left it behind."""

    def __init__(self, end: Callable[[], None] | None = None, *, every: float = LOOK_EVERY) -> None:
        self._end = end or (lambda: os.kill(os.getpid(), signal.SIGTERM))
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="schema", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.wait(self._every):
            gone = left_behind()
            connections.close_all()
            if gone:
                log.error("a newer version has left this one behind: the process stops; upgrade it")
                self._end()
                return


def _floor(cursor: Any) -> frozenset[Migration]:
    cursor.execute("select to_regclass('schema_floor') is not null")
    if cursor.fetchone() != (True,):
        return frozenset()
    cursor.execute("select app, name from schema_floor")
    return frozenset(cursor.fetchall())
