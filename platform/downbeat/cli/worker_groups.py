"""`downbeat worker-group`: queues of work, the tokens of remote workers, and who serves them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table

if TYPE_CHECKING:
    from downbeat.cli.client import Client

INSTANCE = click.option("--instance", is_flag=True, help="Of the instance, not of the tenant.")
GROUP = click.argument("group")
HEADS = ("key", "scope", "queue", "workers", "tokens", "description")
WORKER_HEADS = ("id", "state", "host", "running", "slots", "version", "last seen")


@click.group("worker-group")
def worker_group() -> None:
    """Look after worker groups, their tokens and their workers."""


@worker_group.command("list")
@INSTANCE
@output_option
def list_groups(*, instance: bool, form: Form) -> None:
    """List the groups that flows may name."""
    with _client() as client:
        found = _ask(client, instance, "GET")["workerGroups"]
    rows = [
        (
            one["key"],
            one["scope"].lower(),
            one["queue"],
            one["workers"],
            len(one["tokens"]),
            one["description"],
        )
        for one in found
    ]
    show(found, form, lambda: table(HEADS, rows))


@worker_group.command()
@GROUP
@click.option("--description", default="", help="What it is for.")
@INSTANCE
@output_option
def create(*, group: str, description: str, instance: bool, form: Form) -> None:
    """Make a group."""
    with _client() as client:
        made = _ask(client, instance, "POST", json={"key": group, "description": description})
    show(made, form, lambda: click.echo(f"{made['key']}  {made['queue']}"))


@worker_group.command()
@GROUP
@click.option("--force", is_flag=True, help="Also while its workers are alive.")
@INSTANCE
def delete(*, group: str, force: bool, instance: bool) -> None:
    """Take a group and its tokens away."""
    with _client() as client:
        _ask(client, instance, "DELETE", group, force=str(force).lower())


@worker_group.command()
@GROUP
@click.option("--name", default="worker", show_default=True, help="What the token is called.")
@click.option("--expires", metavar="DATE", help="Until when it is good, as an ISO date and time.")
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file, mode 0600."
)
@INSTANCE
@output_option
def token(
    *, group: str, name: str, expires: str | None, to: Path | None, instance: bool, form: Form
) -> None:
    """Make a token for remote workers of a group; it is shown this once."""
    with _client() as client:
        body = {"name": name, "expiresAt": expires}
        made = _ask(client, instance, "POST", group, "tokens", json=body)
    if to is None:
        show(made, form, lambda: click.echo(made["token"]))
        return
    _write(to, made["token"])
    show(made["details"], form, lambda: click.echo(f"{made['details']['uid']}  {to}"))


@worker_group.command()
@GROUP
@click.argument("token_id", metavar="TOKEN")
@INSTANCE
def revoke(*, group: str, token_id: str, instance: bool) -> None:
    """End a token, by its id; its workers stop within seconds."""
    with _client() as client:
        _ask(client, instance, "POST", group, "tokens", token_id, "revoke")


@worker_group.command()
@GROUP
@INSTANCE
@output_option
def workers(*, group: str, instance: bool, form: Form) -> None:
    """List the workers of a group."""
    with _client() as client:
        found = _ask(client, instance, "GET", group, "workers")["workers"]
    rows = [
        (
            one["id"],
            one["state"],
            one["host"],
            one["running"],
            one["slots"],
            one["version"],
            one["lastSeenAt"][:19],
        )
        for one in found
    ]
    show(found, form, lambda: table(WORKER_HEADS, rows))


@worker_group.command()
@GROUP
@click.argument("worker_id", metavar="WORKER")
@click.option("--resume", is_flag=True, help="Let it claim again.")
@INSTANCE
def drain(*, group: str, worker_id: str, resume: bool, instance: bool) -> None:
    """Let a worker finish what it runs, and claim nothing more."""
    with _client() as client:
        verb = "DELETE" if resume else "POST"
        _ask(client, instance, verb, group, "workers", worker_id, "drain")


@worker_group.command()
@GROUP
@click.argument("namespace")
@click.option("--off", is_flag=True, help="Take the namespace's word back.")
def subscribe(*, group: str, namespace: str, off: bool) -> None:
    """Let the work of a namespace, and of those below it, run in a group."""
    with _client() as client:
        if off:
            client.send("DELETE", "worker-groups", group, "subscriptions", namespace)
        else:
            body = {"namespace": namespace}
            client.send("POST", "worker-groups", group, "subscriptions", json=body)


def _client() -> Client:
    from downbeat.cli.client import Client

    return Client()


def _ask(client: Client, instance: bool, verb: str, *parts: str, **options: Any) -> Any:
    """A request about groups, of the instance or of the tenant."""
    json = options.pop("json", None)
    if not instance:
        return client.send(verb, "worker-groups", *parts, json=json, **options)
    path = "/".join(_quoted(("instance", "worker-groups", *parts)))
    return client.instance(verb, path, json=json, params=options)


def _quoted(parts: Sequence[str]) -> list[str]:
    from urllib.parse import quote

    return [quote(part, safe="") for part in parts]


def _write(path: Path, text: str) -> None:
    """A file that nobody else can read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    path.chmod(0o600)
