"""`downbeat run` and `downbeat logs`: start a flow, and watch what it prints."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, coloured, output_option, show
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client

TERMINAL = frozenset(["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"])
GOOD = frozenset({"SUCCESS", "WARNING", "SKIPPED"})
POLL = 0.3
LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
LEVEL_COLOURS = {"ERROR": "red", "WARN": "yellow", "DEBUG": "bright_black", "TRACE": "bright_black"}


@click.command()
@click.argument("namespace")
@click.argument("flow_id", metavar="FLOW")
@click.option("--input", "-i", "inputs", multiple=True, metavar="K=V", help="K=@FILE sends a file.")
@click.option("--label", "-l", "labels", multiple=True, metavar="K=V", help="A label.")
@click.option("--revision", type=int, help="An older revision.")
@click.option("--follow", "-f", is_flag=True, help="Print its logs until it ends.")
@click.option("--wait", "-w", is_flag=True, help="Wait until it ends, without its logs.")
@output_option
def run(
    *,
    namespace: str,
    flow_id: str,
    inputs: tuple[str, ...],
    labels: tuple[str, ...],
    revision: int | None,
    follow: bool,
    wait: bool,
    form: Form,
) -> int:
    """Start FLOW of NAMESPACE. Exit code 1 says that the execution failed."""
    from downbeat.cli.client import Client

    fields, files = _split(inputs)
    marks = [":".join(_pair(label)) for label in labels]
    query = {"labels": marks or None, "revision": revision}
    with Client() as client:
        started = client.send_form(
            "executions", namespace, flow_id, fields=fields, files=files, query=query
        )
        execution_id = started["id"]
        if form is Form.TABLE:
            click.echo(f"Execution {execution_id}")
        if follow:
            watch_logs(client, execution_id, "INFO", quiet=form is not Form.TABLE)
        done = wait_for(client, execution_id) if follow or wait else started
        url = f"{client.account.url}/ui/{client.account.tenant}/executions/{execution_id}"
    state = done["state"]["current"]
    show(done, form, lambda: click.echo(f"{coloured(state)}  {url}"))
    return Exit.OK if state in GOOD or state not in TERMINAL else Exit.EXECUTION_FAILED


@click.command()
@click.argument("execution_id", metavar="EXECUTION")
@click.option("--follow", "-f", is_flag=True, help="Stay until the execution ends.")
@click.option("--level", type=click.Choice(LEVELS), default="INFO", show_default=True)
@output_option
def logs(*, execution_id: str, follow: bool, level: str, form: Form) -> None:
    """Print the logs of an execution."""
    from downbeat.cli.client import Client

    with Client() as client:
        if follow:
            watch_logs(client, execution_id, level, quiet=False)
            return
        found = client.get("logs", execution_id, minLevel=level)
    show(found, form, lambda: print_lines(found))


def watch_logs(client: Client, execution_id: str, level: str, *, quiet: bool) -> None:
    """Prints log lines as they come, until the execution has ended and all are shown."""
    for line in _lines(client, execution_id, level):
        if not quiet:
            print_line(line)


def wait_for(client: Client, execution_id: str) -> dict[str, Any]:
    """The execution once it has ended."""
    while True:
        found: dict[str, Any] = client.get("executions", execution_id)
        if found["state"]["current"] in TERMINAL:
            return found
        time.sleep(POLL)


def print_lines(lines: Iterable[Mapping[str, Any]]) -> None:
    """Several log lines."""
    for line in lines:
        print_line(line)


def print_line(line: Mapping[str, Any]) -> None:
    """One log line: time, level, task, message."""
    level = str(line.get("level", "INFO"))
    head = f"{str(line.get('timestamp', ''))[11:23]} {level:<5} {line.get('taskId') or '-'}"
    click.secho(f"{head} | {line.get('message', '')}", fg=LEVEL_COLOURS.get(level))


def _lines(client: Client, execution_id: str, level: str) -> Iterator[Mapping[str, Any]]:
    """Every line once, in the order of their indexes, until the execution has ended."""
    after: int | None = None
    while True:
        # Looked at before the lines are fetched: what the last task printed is not missed.
        ended = client.get("executions", execution_id)["state"]["current"] in TERMINAL
        found = client.get("logs", execution_id, minLevel=level, after=after)
        for line in found:
            after = line.get("index", after)
            yield line
        if ended:
            return
        if not found:
            time.sleep(POLL)


def _split(inputs: tuple[str, ...]) -> tuple[list[tuple[str, str]], dict[str, Path]]:
    fields: list[tuple[str, str]] = []
    files: dict[str, Path] = {}
    for given in inputs:
        name, value = _pair(given)
        if value.startswith("@"):
            path = Path(value[1:])
            if not path.is_file():
                raise Problem(f"{path} is not a file", Exit.USAGE)
            files[name] = path
        else:
            fields.append((name, value))
    return fields, files


def _pair(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign or not name:
        raise Problem(f"{given!r} should read NAME=VALUE", Exit.USAGE)
    return name, value
