"""`downbeat worker --remote URL --token-file F`: a worker without a database."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import click

from downbeat.cli.problems import Exit, Problem

Command = TypeVar("Command", bound=Callable[..., Any])
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def remote_options(command: Command) -> Command:
    """The options that make a worker a remote one."""
    for option in reversed(
        (
            click.option("--remote", metavar="URL", help="A server that gives it work over HTTPS."),
            click.option("--token-file", type=_FILE, help="File with the token of its group."),
            click.option("--ca-file", type=_FILE, help="Certificates that the server is known by."),
            click.option(
                "--label", "labels", multiple=True, metavar="K=V", help="Shown to people."
            ),
            click.option(
                "--drain",
                type=click.FloatRange(min=0),
                default=30.0,
                show_default=True,
                help="Seconds that tasks may go on once it is told to stop (remote workers).",
            ),
            click.option(
                "--allow-plain-http", is_flag=True, help="Lets secrets travel unencrypted."
            ),
        )
    ):
        command = option(command)
    return command


def serve_remote(
    *,
    slots: int,
    remote: str,
    token_file: Path | None,
    ca_file: Path | None,
    labels: tuple[str, ...],
    drain: float,
    allow_plain_http: bool,
) -> int:
    """Runs the worker until it is told to stop; the exit code says whether its token was refused."""
    from executions.remote.configuration import BadVariable, worker_settings
    from executions.remote.link import NotPrivate, Server
    from executions.remote.process import RemoteOptions, RemoteWorker

    if token_file is None:
        raise Problem("Name the file with the worker's token: --token-file.", Exit.USAGE)
    logging.basicConfig(level=os.environ.get("DOWNBEAT_LOG_LEVEL", "INFO"), format=LINE)
    # A line for every request would be most of the log, and its addresses are credentials.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    token = token_file.read_text(encoding="utf-8").strip()
    server = Server(remote, token, ca=ca_file, plain_allowed=allow_plain_http)
    options = RemoteOptions(
        server=server,
        slots=slots,
        settings=lambda many: worker_settings(os.environ, many_tenants=many),
        version=_version(),
        labels=dict(_pair(label) for label in labels),
        drain=timedelta(seconds=drain),
    )
    try:
        return RemoteWorker(options).run()
    except NotPrivate as problem:
        advice = "Use an https:// address, or --allow-plain-http in a network that you trust."
        raise Problem(f"{problem}. {advice}", Exit.USAGE) from None
    except BadVariable as problem:
        raise Problem(str(problem), Exit.USAGE) from None


def _pair(label: str) -> tuple[str, str]:
    name, sign, value = label.partition("=")
    if not sign or not name:
        raise Problem(f"{label!r} should read NAME=VALUE", Exit.USAGE)
    return name, value


def _version() -> str:
    try:
        return version("downbeat")
    except PackageNotFoundError:
        return "0"
