"""`downbeat executions`: look at executions, and end them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from downbeat.cli.output import Form, coloured, output_option, show, table


@click.group()
def executions() -> None:
    """List, show and kill executions."""


@executions.command("list")
@click.option("--namespace", "-n", help="Only this namespace and those below it.")
@click.option("--flow", "flow_id", help="Only this flow.")
@click.option("--state", "states", multiple=True, help="Only these states.")
@click.option("--size", type=click.IntRange(1, 1000), default=25, show_default=True)
@output_option
def list_executions(
    *, namespace: str | None, flow_id: str | None, states: tuple[str, ...], size: int, form: Form
) -> None:
    """List executions, the newest first."""
    from downbeat.cli.client import Client

    query: dict[str, Any] = {"page": 1, "size": size, "sort": "state.startDate:desc"}
    if namespace:
        query["filters[namespace][PREFIX]"] = namespace
    if flow_id:
        query["filters[flowId][EQUALS]"] = flow_id
    if states:
        query["filters[state][IN]"] = ",".join(state.upper() for state in states)
    with Client() as client:
        found = client.get("executions", "search", **query)["results"]
    heads = ("execution", "namespace", "flow", "state", "started", "seconds")
    show(found, form, lambda: table(heads, [_row(one) for one in found]))


@executions.command()
@click.argument("execution_id", metavar="EXECUTION")
@output_option
def get(*, execution_id: str, form: Form) -> None:
    """Show one execution and its task runs."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.get("executions", execution_id)
    show(found, form, lambda: _print(found))


@executions.command()
@click.argument("execution_id", metavar="EXECUTION")
def kill(*, execution_id: str) -> None:
    """Kill one execution; its running processes end."""
    from downbeat.cli.client import Client

    with Client() as client:
        client.send("DELETE", "executions", execution_id, "actions", "kill")
    click.echo(f"Killing {execution_id}.")


def _row(one: Mapping[str, Any]) -> tuple[object, ...]:
    state = one["state"]
    place = (one["id"], one["namespace"], one["flowId"], state["current"])
    return (*place, _moment(state.get("startDate")), state.get("duration"))


def _print(found: Mapping[str, Any]) -> None:
    state = found["state"]["current"]
    click.echo(f"{found['namespace']}.{found['flowId']} {found['id']}  {coloured(state)}")
    runs = found.get("taskRunList") or []
    rows = [
        (run["taskId"], run.get("value"), run["state"]["current"], run["state"].get("duration"))
        for run in runs
    ]
    if rows:
        table(("task", "value", "state", "seconds"), rows)


def _moment(text: object) -> str:
    return str(text or "")[:19].replace("T", " ")
