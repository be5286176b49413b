"""Shows results: a table for people, JSON or YAML for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Mapping[str, Any]

COLOURS = {
    "SUCCESS": "green",
    "WARNING": "yellow",
    "FAILED": "red",
    "KILLED": "red",
    "CANCELLED": "bright_black",
    "RUNNING": "blue",
    "PAUSED": "magenta",
}


class Form(StrEnum):
    """How to show a result."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def output_option(command: Command) -> Command:
    """Adds `-o table|json|yaml` to a command."""
    option = click.option(
        "-o",
        "--output",
        "form",
        type=click.Choice([form.value for form in Form]),
        default=Form.TABLE.value,
        callback=lambda _context, _parameter, value: Form(value),
        help="How to show the result.",
    )
    return option(command)


def show(result: Any, form: Form, table: Callable[[], None]) -> None:
    """Shows a result in the wanted form; `table` draws it for people."""
    match form:
        case Form.JSON:
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        case Form.YAML:
            import yaml

            click.echo(yaml.safe_dump(result, sort_keys=False, allow_unicode=True), nl=False)
        case Form.TABLE:
            table()


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Draws rows under their headings; plain and wide when nobody looks at a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    if console.is_terminal:
        console.print(drawn)
    else:
        Console(width=max(console.width, 200)).print(drawn)


def coloured(state: str) -> str:
    """A state in its colour."""
    return click.style(state, fg=COLOURS.get(state, "white"))
