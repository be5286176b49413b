"""`downbeat policy`: what flows and starts of a tenant, or of all tenants, must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client

HEADS = ("name", "where", "effect", "mode", "on")
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
ABOVE = "instance/policies"
MOST = 1000
OF_INSTANCE = click.option(
    "--instance",
    "above",
    is_flag=True,
    help="Those of the instance, which hold in all tenants; for its admins.",
)


@click.group()
def policy() -> None:
    """List, set, delete and try policies."""


@policy.command("list")
@OF_INSTANCE
@output_option
def list_policies(*, above: bool, form: Form) -> None:
    """List the policies that one may see."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = _all(client, above=above)
    rows = [
        (one["name"], _where(one), one["effect"], one["mode"], ", ".join(one["on"]))
        for one in found
    ]
    show(found, form, lambda: table(HEADS, rows))


@policy.command("set")
@click.argument("file", type=FILE)
@OF_INSTANCE
@output_option
def set_policy(*, file: Path, above: bool, form: Form) -> None:
    """Make the policy in FILE (YAML or JSON), or change the one of that name."""
    from downbeat.cli.client import Client

    body = _read(file)
    with Client() as client:
        known = _named(client, str(body.get("name", "")), above=above)
        if known is None:
            found = _send(client, "POST", above=above, json=body)
        else:
            found = _send(client, "PUT", known["id"], above=above, json=body)
    show(found, form, lambda: click.echo(f"{found['name']}: {found['effect']}, {found['mode']}"))


@policy.command()
@click.argument("name")
@OF_INSTANCE
def delete(*, name: str, above: bool) -> None:
    """Take a policy away."""
    from downbeat.cli.client import Client

    with Client() as client:
        known = _named(client, name, above=above)
        if known is None:
            raise Problem(f"There is no policy '{name}' to take away here.", Exit.NOT_FOUND)
        _send(client, "DELETE", known["id"], above=above)


@policy.command()
@click.argument("file", type=FILE)
@OF_INSTANCE
@output_option
def evaluate(*, file: Path, above: bool, form: Form) -> None:
    """Say what the policy in FILE would have stopped. Changes nothing.

    Of a policy of the instance: how much in each tenant.
    """
    from downbeat.cli.client import Client

    with Client() as client:
        found = _send(client, "POST", "evaluate", above=above, json=_read(file))
    show(found, form, lambda: _print_numbers(found) if above else _print(found))


def _print(found: dict[str, Any]) -> None:
    for what in ("flows", "executions"):
        told = found[what]
        click.echo(f"would have stopped {told['blocked']} of {told['checked']} {what}")
        for one in told["results"]:
            click.echo(f"  {one['namespace']}.{one['flowId']} {one['id']}: {one['reason']}")


def _print_numbers(found: dict[str, Any]) -> None:
    rows = [
        (one["tenantId"], *(f"{one[what]['blocked']} of {one[what]['checked']}"
                            for what in ("flows", "executions")))
        for one in found["results"]
    ]  # fmt: skip
    table(("tenant", "flows", "executions"), rows)
    if rest := found["total"] - len(rows):
        click.echo(f"and {rest} more")


def _where(one: dict[str, Any]) -> str:
    if one["scope"] == "INSTANCE":
        return f"(instance) {', '.join(one.get('tenants') or [])}".strip()
    return str(one["namespace"] or "(tenant)")


def _send(client: Client, verb: str, *path: str, above: bool, json: Any = None) -> Any:
    if above:
        return client.instance(verb, "/".join((ABOVE, *path)), json=json)
    return client.send(verb, "policies", *path, json=json)


def _all(client: Client, *, above: bool) -> list[dict[str, Any]]:
    if above:
        found = client.instance("GET", f"{ABOVE}/search", params={"size": MOST})
    else:
        found = client.get("policies")
    return [dict(one) for one in found["results"]]


def _named(client: Client, name: str, *, above: bool) -> dict[str, Any] | None:
    """The policy of that name that is the tenant's own, or the instance's where that is meant."""
    found = _all(client, above=above)
    mine = (one for one in found if (one["scope"] == "INSTANCE") is above)
    return next((one for one in mine if one["name"] == name), None)


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Problem(f"{file} is no map in YAML or JSON.", Exit.USAGE)
    return found
