"""`downbeat policy`: what flows and starts of a tenant must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client

HEADS = ("name", "namespace", "effect", "mode", "on")
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def policy() -> None:
    """List, set, delete and try policies."""


@policy.command("list")
@output_option
def list_policies(*, form: Form) -> None:
    """List the policies that one may see."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = list(client.get("policies")["results"])
    rows = [
        (one["name"], one["namespace"] or "(tenant)", one["effect"], one["mode"],
         ", ".join(one["on"]))
        for one in found
    ]  # fmt: skip
    show(found, form, lambda: table(HEADS, rows))


@policy.command("set")
@click.argument("file", type=FILE)
@output_option
def set_policy(*, file: Path, form: Form) -> None:
    """Make the policy in FILE (YAML or JSON), or change the one of that name."""
    from downbeat.cli.client import Client

    body = _read(file)
    with Client() as client:
        known = _named(client, str(body.get("name", "")))
        if known is None:
            found = client.send("POST", "policies", json=body)
        else:
            found = client.send("PUT", "policies", known["id"], json=body)
    show(found, form, lambda: click.echo(f"{found['name']}: {found['effect']}, {found['mode']}"))


@policy.command()
@click.argument("name")
def delete(*, name: str) -> None:
    """Take a policy away."""
    from downbeat.cli.client import Client

    with Client() as client:
        known = _named(client, name)
        if known is None:
            raise Problem(f"There is no policy '{name}'.", Exit.NOT_FOUND)
        client.send("DELETE", "policies", known["id"])


@policy.command()
@click.argument("file", type=FILE)
@output_option
def evaluate(*, file: Path, form: Form) -> None:
    """Say what the policy in FILE would have stopped. Changes nothing."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.send("POST", "policies", "evaluate", json=_read(file))
    show(found, form, lambda: _print(found))


def _print(found: dict[str, Any]) -> None:
    for what in ("flows", "executions"):
        told = found[what]
        click.echo(f"would have stopped {told['blocked']} of {told['checked']} {what}")
        for one in told["results"]:
            click.echo(f"  {one['namespace']}.{one['flowId']} {one['id']}: {one['reason']}")


def _named(client: Client, name: str) -> dict[str, Any] | None:
    found = client.get("policies")["results"]
    return next((dict(one) for one in found if one["name"] == name), None)


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Problem(f"{file} is no map in YAML or JSON.", Exit.USAGE)
    return found
