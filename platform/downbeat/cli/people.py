"""Commands on people and tokens that work beside the server, through its home, without a log-in.

Whoever may read the home holds the instance's keys anyway; these commands are for locked-out
admins and for scripts that set an instance up.
"""

from __future__ import annotations

import json
import os

import click

from downbeat.cli.output import Form, output_option, show
from downbeat.cli.problems import Exit, Problem


@click.group()
def user() -> None:
    """Look after people's log-ins."""


@user.command("reset-password")
@click.argument("email")
@click.option("--password", help="The new one; generated and printed when left out.")
def reset_password(*, email: str, password: str | None) -> None:
    """Give EMAIL a new password and end their sessions."""
    import secrets

    chosen = password or secrets.token_urlsafe(12)
    attach()
    from downbeat.common.errors import AppError
    from tenants import facade

    try:
        facade.reset_password(email=email, password=chosen)
    except AppError as problem:
        raise Problem(str(problem), Exit.NOT_FOUND) from None
    click.echo(f"{email} has a new password." + ("" if password else f" It is: {chosen}"))


@user.command("reset-second-factors")
@click.argument("email")
def reset_second_factors(*, email: str) -> None:
    """Take all second factors of EMAIL away, who has lost them."""
    attach()
    from downbeat.common.errors import AppError
    from tenants import facade

    try:
        facade.reset_second_factors(email)
    except AppError as problem:
        raise Problem(str(problem), Exit.NOT_FOUND) from None
    click.echo(f"{email} has no second factor any more.")


@user.command("super-admin")
@click.argument("email")
@click.option("--end", is_flag=True, help="Make EMAIL an ordinary person again.")
def super_admin(*, email: str, end: bool) -> None:
    """Make EMAIL a super-admin: Admin of every tenant. The first one comes from here."""
    attach()
    from downbeat.common.errors import AppError
    from tenants import facade

    try:
        facade.make_super_admin(email, super_admin=not end)
    except AppError as problem:
        raise Problem(str(problem), Exit.NOT_FOUND) from None
    click.echo(f"{email} is {'no longer ' if end else ''}a super-admin.")


@click.group()
def token() -> None:
    """Make API tokens."""


@token.command()
@click.option("--instance-admin", is_flag=True, help="May create tenants; needed here.")
@click.option("--name", required=True, help="Name of the token and its service account.")
@output_option
def create(*, instance_admin: bool, name: str, form: Form) -> None:
    """Make a token of a service account that administers the instance."""
    if not instance_admin:
        text = "Only tokens of instance admins are made here; others: in the portal, or `login`."
        raise Problem(text, Exit.USAGE)
    attach()
    from tenants import facade

    made = facade.create_instance_admin_token(name=name)
    show({"token": made}, form, lambda: click.echo(json.dumps({"token": made})))


def attach() -> None:
    """Makes this process one of the instance in DOWNBEAT_HOME."""
    from downbeat.embedded import environment
    from downbeat.embedded.errors import EmbeddedError
    from downbeat.embedded.home import Home

    os.environ["DOWNBEAT_PROCESS"] = "command"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "downbeat.settings")
    try:
        environment.attach(Home.chosen())
    except EmbeddedError as problem:
        raise Problem(str(problem), Exit.UNREACHABLE) from None
    import django

    django.setup()
