"""Logging in: a token of one's own, kept in a private file."""

from __future__ import annotations

import socket

import click

from downbeat.cli import account
from downbeat.cli.problems import Exit, Problem

LIFE = "P90D"


@click.command()
@click.option("--url", help="Address of the server.")
@click.option("--tenant", help="Tenant to work in.")
@click.option("--email", help="Who you are; asked for when left out.")
@click.option("--password", help="Asked for when left out; better not on the command line.")
@click.option("--token", help="Keep this API token instead of making one.")
def login(
    *,
    url: str | None,
    tenant: str | None,
    email: str | None,
    password: str | None,
    token: str | None,
) -> None:
    """Log in to a server; later commands use it."""
    known = account.current()
    chosen = account.Account(
        url=(url or known.url).rstrip("/"), tenant=tenant or known.tenant, token=token
    )
    if not token:
        email = email or click.prompt("E-mail", type=str)
        password = password or click.prompt("Password", type=str, hide_input=True)
        token = _new_token(chosen, str(email), str(password))
        chosen = account.Account(url=chosen.url, tenant=chosen.tenant, token=token)
    _check(chosen)
    path = account.keep(chosen)
    click.echo(f"Logged in to {chosen.url}, tenant {chosen.tenant}. Kept in {path}.")


@click.command()
def logout() -> None:
    """Forget the log-in of this machine."""
    account.forget()
    click.echo("Logged out.")


def _new_token(who: account.Account, email: str, password: str) -> str:
    from downbeat.cli.client import Client

    body = {"name": f"cli-{socket.gethostname()}", "maxAge": LIFE}
    with Client(who) as client:
        made = client.instance("POST", "me/api-tokens", json=body, auth=(email, password))
    return str(made["fullToken"])


def _check(who: account.Account) -> None:
    from downbeat.cli.client import Client

    with Client(who) as client:
        if not client.instance("GET", "me"):
            raise Problem("The server does not know this token.", Exit.NOT_ALLOWED)
