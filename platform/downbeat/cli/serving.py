"""Commands that run the server: all of it at once, or one process of it."""

from __future__ import annotations

import os
from typing import Any

import click

from downbeat.cli.problems import Exit, Problem
from downbeat.cli.remote_worker import remote_options, serve_remote

HOST_HELP = "Address to listen on (DOWNBEAT_BIND)."
PORT_HELP = "Port to listen on (DOWNBEAT_PORT)."


def _become(process: str) -> None:
    """Says what this process is, before the settings decide what it may hold."""
    os.environ["DOWNBEAT_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "downbeat.settings")


def _load_django() -> None:
    import django

    django.setup()


def _require_schema() -> None:
    from downbeat.common.schema_state import WrongSchema, require_fitting

    try:
        require_fitting()
    except WrongSchema as problem:
        raise Problem(str(problem)) from None


@click.command()
@click.option("--bare", is_flag=True, help="No first tenant, admin or example.")
@click.option("--host", envvar="DOWNBEAT_BIND", default="127.0.0.1", help=HOST_HELP)
@click.option("--port", envvar="DOWNBEAT_PORT", type=int, default=8080, help=PORT_HELP)
def up(*, bare: bool, host: str, port: int) -> int:
    """Start everything: PostgreSQL, web, worker and scheduler. Ctrl-C stops it."""
    from downbeat.embedded.errors import EmbeddedError
    from downbeat.embedded.home import Home
    from downbeat.embedded.supervisor import Options, run

    try:
        return run(Home.chosen(), Options(host=host, port=port, bare=bare))
    except EmbeddedError as problem:
        raise Problem(str(problem)) from None


@click.command()
@click.option("--host", envvar="DOWNBEAT_BIND", default="127.0.0.1", help=HOST_HELP)
@click.option("--port", envvar="DOWNBEAT_PORT", type=int, default=8080, help=PORT_HELP)
@click.option("--fd", type=int, default=None, hidden=True)
def web(*, host: str, port: int, fd: int | None) -> None:
    """Run one web process: portal, HTTP API and live streams."""
    _become("web")
    _load_django()
    _require_schema()
    from downbeat.cli.webserver import serve

    serve(host=host, port=port, descriptor=fd)


@click.command()
@click.option("--group", envvar="DOWNBEAT_WORKER_GROUP", default="default", help="Its group.")
@click.option(
    "--concurrency",
    envvar="DOWNBEAT_CONCURRENCY",
    type=click.IntRange(min=1),
    default=None,
    help="Tasks at once; by the number of cores when left out.",
)
@remote_options
def worker(*, group: str, concurrency: int | None, **remote: Any) -> int | None:
    """Run one worker: it claims the tasks of its group and runs them.

    With --remote it needs no database: the server at that address gives it work, for the group that
    its token opens. SIGTERM lets tasks end for a while and gives the others back.
    """
    if remote["remote"]:
        return serve_remote(slots=concurrency or default_concurrency(), **remote)
    _become("worker")
    _load_django()
    _require_schema()
    from executions.runtime.worker_main import run as run_worker

    run_worker(group, concurrency or default_concurrency())
    return None


@click.command()
def prepare() -> None:
    """Make the Python environments that types of tasks need, before their first use."""
    _become("worker")
    _attach_when_embedded()
    _load_django()
    from executions.runtime.composition import prepare_environments
    from executions.worker.environments import BuildFailed

    try:
        prepare_environments(click.echo)
    except BuildFailed as problem:
        raise Problem(str(problem), Exit.EXECUTION_FAILED) from None


@click.command()
def scheduler() -> None:
    """Run one scheduler: schedules, timers, the sweeper and maintenance."""
    _become("scheduler")
    _load_django()
    _require_schema()
    from executions.triggering.scheduler_main import run as run_scheduler

    run_scheduler()


@click.command()
@click.option("--roles-sql", is_flag=True, help="Print the SQL that makes the roles, and stop.")
def migrate(*, roles_sql: bool) -> None:
    """Bring the database's tables up to this version; safe to repeat."""
    if roles_sql:
        from downbeat.cli.rolesql import ROLES_SQL

        click.echo(ROLES_SQL)
        return
    _become("migrate")
    _attach_when_embedded()
    _load_django()
    from django.core.management import call_command

    options: dict[str, Any] = {"database": "owner", "interactive": False, "verbosity": 1}
    call_command("migrate", **options)


def default_concurrency() -> int:
    """Tasks wait more than they compute: a few per core, and never less than four."""
    return max(4, 4 * (os.cpu_count() or 1))


def _attach_when_embedded() -> None:
    from downbeat.embedded import environment
    from downbeat.embedded.errors import EmbeddedError
    from downbeat.embedded.home import Home

    if environment.uses_own_database():
        try:
            environment.attach(Home.chosen())
        except EmbeddedError as problem:
            raise Problem(str(problem), Exit.UNREACHABLE) from None
