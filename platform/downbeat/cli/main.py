"""The root of the command line: which commands exist, loaded only when they are needed.

`downbeat --help` must not wait for Django, and a client command must not load the server.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from downbeat.bad_setting import BadSetting
from downbeat.cli.problems import Exit, Problem

INTERRUPTED = 130
COMMANDS = {
    "up": "downbeat.cli.serving:up",
    "web": "downbeat.cli.serving:web",
    "worker": "downbeat.cli.serving:worker",
    "worker-group": "downbeat.cli.worker_groups:worker_group",
    "scheduler": "downbeat.cli.serving:scheduler",
    "prepare": "downbeat.cli.serving:prepare",
    "migrate": "downbeat.cli.serving:migrate",
    "doctor": "downbeat.cli.upkeep:doctor",
    "backup": "downbeat.cli.upkeep:backup",
    "restore": "downbeat.cli.upkeep:restore",
    "user": "downbeat.cli.people:user",
    "audit": "downbeat.cli.audit:audit",
    "keys": "downbeat.cli.keys:keys",
    "token": "downbeat.cli.people:token",
    "login": "downbeat.cli.signing:login",
    "logout": "downbeat.cli.signing:logout",
    "flow": "downbeat.cli.flows:flow",
    "run": "downbeat.cli.running:run",
    "executions": "downbeat.cli.executions:executions",
    "connection": "downbeat.cli.connections:connection",
    "policy": "downbeat.cli.policies:policy",
    "quota": "downbeat.cli.quotas:quota",
    "kill-switch": "downbeat.cli.quotas:kill_switch",
    "maintenance": "downbeat.cli.quotas:maintenance",
    "logs": "downbeat.cli.running:logs",
    "plugin": "downbeat.cli.plugins:plugin",
    "completion": "downbeat.cli.completion:completion",
}


class LazyGroup(click.Group):
    """Finds commands by name and imports the module of the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table: the server first, then the client."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="downbeat")
def downbeat() -> None:
    """Downbeat runs your flows: a server in one command, and a client for any server."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; its exit code is one that scripts can rely on."""
    try:
        status = downbeat.main(arguments, prog_name="downbeat", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except Problem as problem:
        click.echo(f"downbeat: {problem}", err=True)
        return problem.exit_code
    except BadSetting as problem:
        click.echo(f"downbeat: {problem}", err=True)
        return Exit.USAGE
    return status if isinstance(status, int) else 0


def main() -> None:
    """Entry point of the command."""
    sys.exit(run())


if __name__ == "__main__":
    main()
