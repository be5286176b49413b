"""`downbeat quota`, `downbeat kill-switch`, `downbeat maintenance`: how much may run, and what stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client

KINDS = (
    "RUNNING_EXECUTIONS",
    "RUNNING_TASK_RUNS",
    "EXECUTIONS_PER_MINUTE",
    "LOG_BYTES_PER_DAY",
    "STORAGE_BYTES",
    "API_REQUESTS_PER_MINUTE",
)
NAMESPACE = click.option("--namespace", "-n", help="Of this namespace; else of the tenant.")
FLOW = click.option("--flow", "-f", help="Of this flow of the namespace.")
HEADS = ("place", "kind", "limit", "used", "policy", "set by")
SWITCH_HEADS = ("id", "name", "place", "starts", "running", "active", "until", "by", "reason")


@click.group()
def quota() -> None:
    """List, set and lift quotas."""


@quota.command("list")
@output_option
def list_quotas(*, form: Form) -> None:
    """List the quotas of the tenant, with what is used of each."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.get("quotas", size=1000)["results"]
    rows = [
        (_place(one), one["kind"], one["limit"], one["used"], one["policy"],
         "instance" if one["ofInstance"] else "tenant")
        for one in found
    ]  # fmt: skip
    show(found, form, lambda: table(HEADS, rows))


@quota.command("set")
@click.argument("kind", type=click.Choice(KINDS, case_sensitive=False))
@click.argument("limit", type=click.IntRange(min=0))
@NAMESPACE
@FLOW
@click.option(
    "--policy", type=click.Choice(["QUEUE", "REFUSE", "DROP", "FAIL"]), help="What becomes of more."
)
@click.option("--tenant-ceiling", metavar="TENANT", help="As an admin of the instance: on TENANT.")
@output_option
def set_quota(
    *,
    kind: str,
    limit: int,
    namespace: str | None,
    flow: str | None,
    policy: str | None,
    tenant_ceiling: str | None,
    form: Form,
) -> None:
    """Set the quota of KIND to LIMIT: makes it, or changes the one that there is."""
    from downbeat.cli.client import Client

    body = {"kind": kind.upper(), "limit": limit, "namespace": namespace, "flowId": flow}
    body |= {"policy": policy} if policy else {}
    with Client() as client:
        if tenant_ceiling:
            path = f"instance/tenants/{tenant_ceiling}/quotas"
            found = client.instance("PUT", path, json=body)
        elif known := _known(client, kind.upper(), namespace, flow):
            found = client.send("PUT", "quotas", known["id"], json=body)
        else:
            found = client.send("POST", "quotas", json=body)
    show(found, form, lambda: click.echo(f"{_place(found)}: {found['kind']} {found['limit']}"))


@quota.command("delete")
@click.argument("kind", type=click.Choice(KINDS, case_sensitive=False))
@NAMESPACE
@FLOW
def delete_quota(*, kind: str, namespace: str | None, flow: str | None) -> None:
    """Lift the quota of KIND; what waits for it goes on."""
    from downbeat.cli.client import Client

    with Client() as client:
        known = _known(client, kind.upper(), namespace, flow)
        if known is None:
            raise Problem("There is no such quota.", Exit.NOT_FOUND)
        client.send("DELETE", "quotas", known["id"])
    click.echo(f"Lifted {kind.upper()} of {_place(known)}.")


@click.group("kill-switch")
def kill_switch() -> None:
    """Stop a flow, a namespace or the tenant, and let it go on."""


@kill_switch.command("list")
@output_option
def list_switches(*, form: Form) -> None:
    """List the switches that bind the tenant."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.get("kill-switches", size=1000)["results"]
    show(found, form, lambda: table(SWITCH_HEADS, [_switch_row(one) for one in found]))


@kill_switch.command("on")
@click.argument("name")
@NAMESPACE
@FLOW
@click.option("--reason", default="", help="Shown to everybody whose executions it stops.")
@click.option(
    "--starts", type=click.Choice(["QUEUE", "REFUSE"]), default="QUEUE", show_default=True
)
@click.option(
    "--running",
    type=click.Choice(["CONTINUE", "PAUSE", "KILL"]),
    default="CONTINUE",
    show_default=True,
)
@click.option("--until", help="When it is lifted by itself: 2026-01-31T08:00:00Z.")
@output_option
def switch_on(
    *,
    name: str,
    namespace: str | None,
    flow: str | None,
    reason: str,
    starts: str,
    running: str,
    until: str | None,
    form: Form,
) -> None:
    """Stop what is named from now on; NAME says what for."""
    from downbeat.cli.client import Client

    body = {
        "name": name, "namespace": namespace, "flowId": flow, "description": reason,
        "starts": starts, "running": running, "endDate": until,
    }  # fmt: skip
    with Client() as client:
        found = client.send("POST", "kill-switches", json=body)
    show(found, form, lambda: click.echo(found["id"]))


@kill_switch.command("off")
@click.argument("switch_id")
def switch_off(*, switch_id: str) -> None:
    """Lift a switch: what waits begins, what it has paused goes on."""
    from downbeat.cli.client import Client

    with Client() as client:
        client.send("DELETE", "kill-switches", switch_id)
    click.echo("Lifted.")


@click.group()
def maintenance() -> None:
    """Let nothing new begin on the whole instance, and end that again."""


@maintenance.command()
@click.option("--message", default="", help="Shown to everybody.")
@click.option("--until", help="When it ends by itself: 2026-01-31T08:00:00Z.")
@output_option
def enter(*, message: str, until: str | None, form: Form) -> None:
    """Begin maintenance: what runs goes on, what is started waits."""
    _maintain("POST", "enter", form, {"message": message, "endDate": until})


@maintenance.command("exit")
@output_option
def leave(*, form: Form) -> None:
    """End maintenance: what waits begins."""
    _maintain("POST", "exit", form, {})


@maintenance.command()
@output_option
def status(*, form: Form) -> None:
    """Say whether there is maintenance."""
    _maintain("GET", "status", form, None)


def _maintain(verb: str, what: str, form: Form, body: Mapping[str, Any] | None) -> None:
    from downbeat.cli.client import Client

    options = {} if body is None else {"json": body}
    with Client() as client:
        found = client.instance(verb, f"instance/maintenance/{what}", **options)
    word = f"on since {found['since']} by {found['by']}" if found["maintenance"] else "off"
    show(found, form, lambda: click.echo(f"Maintenance is {word}."))


def _known(client: Client, kind: str, namespace: str | None, flow: str | None) -> Any:
    wanted = (kind, namespace or None, flow or None, False)
    for one in client.get("quotas", size=1000)["results"]:
        if (one["kind"], one["namespace"], one["flowId"], one["ofInstance"]) == wanted:
            return one
    return None


def _switch_row(one: Mapping[str, Any]) -> Sequence[object]:
    by = "yes" if one["active"] else "no"
    return (
        one["id"], one["name"], _place(one), one["starts"], one["running"], by,
        (one["endDate"] or "")[:19], one["by"], one["description"],
    )  # fmt: skip


def _place(one: Mapping[str, Any]) -> str:
    if one.get("flowId"):
        return f"{one['namespace']}.{one['flowId']}"
    return str(one.get("namespace") or one.get("tenantId") or "the instance")
