"""`downbeat connection`: the credentials that a namespace keeps for outside systems."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client

HEADS = ("namespace", "name", "type", "changed", "description")
NAMESPACE = click.option("--namespace", "-n", required=True, help="The namespace.")


@click.group()
def connection() -> None:
    """List, set, delete and test connections."""


@connection.command("list")
@NAMESPACE
@click.option("--inherited", is_flag=True, help="Also those of the namespaces above.")
@output_option
def list_connections(*, namespace: str, inherited: bool, form: Form) -> None:
    """List the connections of a namespace; no value is shown."""
    from downbeat.cli.client import Client

    place = ("namespaces", namespace, "credentials")
    with Client() as client:
        found = list(client.get(*place, size=1000)["results"])
        if inherited:
            levels = client.get(*place, "inherited")["levels"]
            found += [one for level in levels for one in level["credentials"]]
    rows = [
        (one["namespace"], one["name"], one["type"], one["updatedAt"][:19], one["description"])
        for one in found
    ]
    show(found, form, lambda: table(HEADS, rows))


@connection.command("set")
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@NAMESPACE
@click.option("--type", "type_", help="The type; needed for a new connection.")
@click.option("--description", help="What it is for.")
@click.option(
    "--secret",
    "secrets",
    multiple=True,
    metavar="KEY",
    help="Ask for this value; without a terminal it is a line of the standard input.",
)
@click.option(
    "--file",
    "files",
    multiple=True,
    metavar="KEY=PATH",
    help="Take this value from a file: a key, a certificate.",
)
@click.option("--unset", multiple=True, metavar="KEY", help="Take this value away.")
@output_option
def set_connection(
    *,
    name: str,
    values: tuple[str, ...],
    namespace: str,
    type_: str | None,
    description: str | None,
    secrets: tuple[str, ...],
    files: tuple[str, ...],
    unset: tuple[str, ...],
    form: Form,
) -> None:
    """Make a connection, or change some of its values.

    Secret values are never arguments, which others can see: ask for them with --secret, take them
    from a --file, or name a secret of the namespace: 'password={{ secret("SHOP") }}'.
    """
    from downbeat.cli.client import Client

    with Client() as client:
        known = _known(client, namespace, name)
        type_ = type_ or (known or {}).get("type")
        if type_ is None:
            raise Problem(f"There is no connection '{name}' yet: name its --type.", Exit.USAGE)
        plain = dict(_pair(text) for text in values)
        _refuse_secrets(client, type_, plain)
        given: dict[str, Any] = {
            **plain,
            **{key: Path(path).read_text("utf-8") for key, path in map(_pair, files)},
            **{key: _asked(key) for key in secrets},
            **dict.fromkeys(unset),
        }
        kept = (known or {}).get("values", {}) if known and known["type"] == type_ else {}
        body = {"type": type_, "description": description, "values": {**kept, **given}}
        place = ("namespaces", namespace, "credentials")
        if known is None:
            found = client.send("POST", *place, json={**body, "name": name})
        else:
            found = client.send("PUT", *place, name, json=body)
    show(found, form, lambda: _print(found))


@connection.command()
@click.argument("name")
@NAMESPACE
def delete(*, name: str, namespace: str) -> None:
    """Forget a connection."""
    from downbeat.cli.client import Client

    with Client() as client:
        client.send("DELETE", "namespaces", namespace, "credentials", name)
    click.echo(f"Deleted {name} of {namespace}.")


@connection.command()
@click.argument("name")
@NAMESPACE
@output_option
def test(*, name: str, namespace: str, form: Form) -> None:
    """Let a worker reach the system behind a connection; exits with 1 if it cannot."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.send("POST", "namespaces", namespace, "credentials", name, "test")
    mark = click.style("ok", fg="green") if found["ok"] else click.style("failed", fg="red")
    show(found, form, lambda: click.echo(f"{name}: {mark}: {found['message']}"))
    if not found["ok"]:
        raise click.exceptions.Exit(int(Exit.EXECUTION_FAILED))


def _known(client: Client, namespace: str, name: str) -> Any:
    """The connection as it is, or nothing."""
    try:
        return client.get("namespaces", namespace, "credentials", name)
    except Problem as problem:
        if problem.exit_code == Exit.NOT_FOUND:
            return None
        raise


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key:
        raise Problem(f"'{text}' is not KEY=VALUE.", Exit.USAGE)
    return key, value


def _refuse_secrets(client: Client, type_: str, values: Mapping[str, str]) -> None:
    kinds = client.instance("GET", "plugins/connections")
    hidden = next((kind["secrets"] for kind in kinds if kind["type"] == type_), ())
    shown = [key for key in hidden if key in values and "{{" not in values[key]]
    if shown:
        text = f"'{shown[0]}' is secret, and arguments can be seen: use --secret {shown[0]}."
        raise Problem(text, Exit.USAGE)


def _asked(key: str) -> str:
    if sys.stdin.isatty():
        text: str = click.prompt(key, hide_input=True)
        return text
    line = sys.stdin.readline()
    if not line:
        raise Problem(f"The standard input has no line for '{key}'.", Exit.USAGE)
    return line.rstrip("\r\n")


def _print(found: Mapping[str, Any]) -> None:
    rows: Sequence[tuple[str, str]] = [
        *(
            (key, value if isinstance(value, str) else json.dumps(value))
            for key, value in found["values"].items()
        ),
        *((key, "set, and not shown") for key in found["secrets"]),
    ]
    click.echo(
        f"{found['namespace']} {found['name']} ({found['type']}), version {found['version']}"
    )
    if rows:
        table(("value", ""), sorted(rows))
