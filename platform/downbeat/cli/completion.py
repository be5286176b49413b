"""`downbeat completion`: the script that teaches a shell our commands."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script, for example `eval "$(downbeat completion bash)"`."""
    from click.shell_completion import get_completion_class

    from downbeat.cli.main import downbeat

    if kind := get_completion_class(shell):
        click.echo(kind(downbeat, {}, "downbeat", "_DOWNBEAT_COMPLETE").source())
