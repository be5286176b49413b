"""What stops the embedded server, each with what to do next.

These errors reach people before Django is loaded, so they do not build on the application's.
"""

from __future__ import annotations


class EmbeddedError(Exception):
    """The embedded server cannot go on: {reason}"""

    code = "embedded.error"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__((type(self).__doc__ or "").format(**facts))


class NoPostgres(EmbeddedError):
    """No PostgreSQL binaries were found ({looked}). Run `make setup`, install PostgreSQL 15 or
    newer, or point DOWNBEAT_PG_BINDIR at its bin folder or DOWNBEAT_DATABASE_URL at a server."""

    code = "embedded.no_postgres"


class PostgresTooOld(EmbeddedError):
    """PostgreSQL {major} in {bindir} is too old: 15 is the oldest that works."""

    code = "embedded.postgres_too_old"


class OtherMajor(EmbeddedError):
    """The data in {data} was written by PostgreSQL {found}, but only PostgreSQL {ours} is at hand.
    Point DOWNBEAT_PG_BINDIR at the bin folder of PostgreSQL {found}, run `downbeat backup FILE`,
    move {data} away, unset DOWNBEAT_PG_BINDIR, and run `downbeat restore FILE`."""

    code = "embedded.other_major"


class PostgresDied(EmbeddedError):
    """PostgreSQL did not start. The end of {log} says:
    {tail}"""

    code = "embedded.postgres_died"


class NoAccount(EmbeddedError):
    """Started as root, the server needs unprivileged accounts, and none of {names} exists.
    Create one with `useradd --system NAME`, or start as an ordinary user."""

    code = "embedded.no_account"


class NamelessAccount(EmbeddedError):
    """User id {uid} has no entry in the system's list of accounts, and PostgreSQL insists on one.
    Add it to /etc/passwd, start as another user, or set DOWNBEAT_DATABASE_URL."""

    code = "embedded.nameless_account"


class AlreadyRunning(EmbeddedError):
    """Process {pid} already runs the server of {home}. Stop it first, or choose another
    DOWNBEAT_HOME and DOWNBEAT_PORT."""

    code = "embedded.already_running"


class PortTaken(EmbeddedError):
    """Port {port} of {host} is taken by another program. Choose another with DOWNBEAT_PORT."""

    code = "embedded.port_taken"


class UnsafeFolder(EmbeddedError):
    """{path} must belong to {owner} and be closed to everybody else, but it is not.
    Remove it or mend its owner and mode, then start again."""

    code = "embedded.unsafe_folder"


class NotRunning(EmbeddedError):
    """No server has been started in {home} yet. Run `downbeat up` first, or set DOWNBEAT_HOME or
    DOWNBEAT_DATABASE_URL to the instance you mean."""

    code = "embedded.not_running"


class ChildFailed(EmbeddedError):
    """{name} ended with status {status} before the server was ready. The end of {log} says:
    {tail}"""

    code = "embedded.child_failed"


class ToolFailed(EmbeddedError):
    """{tool} failed: {reason}"""

    code = "embedded.tool_failed"
