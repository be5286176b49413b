"""Commands that look after an embedded instance: doctor, backup, restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from downbeat.cli.problems import Exit, Problem

FILE = click.Path(path_type=Path, dir_okay=False)
OLD_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
def doctor() -> int:
    """Check this machine and instance, and say what to do about each finding."""
    from downbeat.embedded.doctor import Verdict, examine
    from downbeat.embedded.home import Home

    marks = {
        Verdict.GOOD: click.style("ok  ", fg="green"),
        Verdict.WARNING: click.style("warn", fg="yellow"),
        Verdict.BAD: click.style("bad ", fg="red"),
    }
    findings = list(examine(Home.chosen()))
    for finding in findings:
        click.echo(f"{marks[finding.verdict]}  {finding.about}: {finding.found}")
        if finding.advice:
            click.echo(f"      {finding.advice}")
    bad = any(finding.verdict is Verdict.BAD for finding in findings)
    return Exit.EXECUTION_FAILED if bad else Exit.OK


@click.command()
@click.argument("file", type=FILE)
def backup(*, file: Path) -> None:
    """Write the whole embedded instance to FILE; it may keep running."""
    from downbeat.embedded import backup as archive
    from downbeat.embedded.home import Home

    with _explained():
        archive.save(Home.chosen(), file.absolute())
    size = file.stat().st_size / 1024 / 1024
    click.echo(f"Wrote {file} ({size:.1f} MB). It holds every secret: keep it as safe as them.")


@click.command()
@click.argument("file", type=OLD_FILE)
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
def restore(*, file: Path, yes: bool) -> None:
    """Replace the (stopped) embedded instance by the one in FILE."""
    from downbeat.embedded import backup as archive
    from downbeat.embedded.home import Home

    home = Home.chosen()
    if not yes:
        click.confirm(f"Everything in {home.root} will be replaced. Go on?", abort=True)
    with _explained():
        archive.load(home, file.absolute())
    click.echo(f"Restored {home.root}. Start it with `downbeat up`.")


@contextmanager
def _explained() -> Iterator[None]:
    from downbeat.embedded.errors import EmbeddedError

    try:
        yield
    except EmbeddedError as problem:
        raise Problem(str(problem), Exit.EXECUTION_FAILED) from None
