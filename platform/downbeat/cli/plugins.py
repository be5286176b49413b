"""Plug-ins of others: which are installed, and the beginning of a new one."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

ENTRY_POINTS: Final = "downbeat.plugins"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
_FILES: Final = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "src/downbeat_{name}/__init__.py",
    "connection.py.txt": "src/downbeat_{name}/connection.py",
    "tasks.py.txt": "src/downbeat_{name}/tasks.py",
    "triggers.py.txt": "src/downbeat_{name}/triggers.py",
    "icon.svg.txt": "src/downbeat_{name}/icon.svg",
    "test_types.py.txt": "tests/test_types.py",
}


@click.group()
def plugin() -> None:
    """Begin a plug-in, or see which are installed."""


@plugin.command()
@click.argument("name")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put it; `downbeat-NAME` here unless told.",
)
def new(*, name: str, folder: Path | None) -> None:
    """Make a package with a task, a trigger, a connection and their tests.

    NAME is how its types begin: `acme` makes `acme.Fetch` and `acme.Trigger`.
    """
    chosen = name.replace("-", "_")
    if not _NAME.fullmatch(chosen):
        reason = "use 2 to 40 small letters, digits and underscores, a letter first"
        raise Problem(f"'{name}' cannot be the name of a plug-in: {reason}", Exit.USAGE)
    if any(point.name == chosen for point in entry_points(group=ENTRY_POINTS)):
        raise Problem(f"A plug-in called '{chosen}' is installed already", Exit.INVALID)
    target = folder or Path(f"downbeat-{chosen.replace('_', '-')}")
    if target.exists() and any(target.iterdir()):
        raise Problem(f"{target} is not empty; choose another with --dir", Exit.INVALID)
    for place in _written(chosen, target):
        click.echo(f"wrote {place}")
    click.echo(f"\nNext: cd {target} && pip install -e . pytest && pytest")


def _written(name: str, target: Path) -> list[Path]:
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "upper": name.upper(),
        "camel": "".join(part.capitalize() for part in name.split("_")),
        "title": name.replace("_", " ").title(),
    }
    source = files("downbeat.cli") / "plugin_template"
    made: list[Path] = []
    for template, place in _FILES.items():
        text = Template((source / template).read_text(encoding="utf-8")).substitute(words)
        path = target / place.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


@plugin.command("list")
@output_option
def list_(*, form: Form) -> None:
    """Show the plug-ins of this installation, and what each brings."""
    found = [_facts(point) for point in sorted(entry_points(group=ENTRY_POINTS), key=_order)]
    shown = [one for one in found if not one["name"].startswith("test")]
    columns = ("name", "package", "version", "types", "connections", "problem")

    def draw() -> None:
        rows = [[_cell(one[column]) for column in columns] for one in shown]
        table([column.title() for column in columns], rows)

    show(shown, form, draw)


def _order(point: EntryPoint) -> str:
    return point.name


def _facts(point: EntryPoint) -> dict[str, Any]:
    """What an entry point brings; one that cannot be loaded says why."""
    types: list[str] = []
    connections: list[str] = []
    problem = None
    try:
        module = point.load()
        types = sorted(kind.type_name for kind in module.PLUGINS)
        connections = sorted(kind.connection_type for kind in getattr(module, "CONNECTIONS", ()))
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    return {
        "name": point.name,
        "package": point.dist.name if point.dist else None,
        "version": point.dist.version if point.dist else None,
        "types": types,
        "connections": connections,
        "problem": problem,
    }


def _cell(value: Any) -> Any:
    return len(value) if isinstance(value, list) else value
