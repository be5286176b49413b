"""`make docs`: writes the references that are made from the code into docs/reference/.

The pages are committed; a test of the documentation compares them with what this prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from downbeat.cli.main import downbeat
from downbeat.cli.problems import Exit
from downbeat.settings.catalogue import reference as settings_reference

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[str, str]:
    """Name and text of every generated page."""
    return {"settings.md": settings_reference(), "command-line.md": command_line()}


def command_line() -> str:
    """Every command with its own help."""
    codes = "\n".join(f"| {int(code)} | {code.name.lower().replace('_', ' ')} |" for code in Exit)
    head = f"# Command line\n\n| Exit code | Meaning |\n| --- | --- |\n{codes}\n"
    return "\n".join([head, *_sections(downbeat, click.Context(downbeat, info_name="downbeat"))])


def _sections(command: click.Command, context: click.Context) -> list[str]:
    found = [f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                found += _sections(inner, click.Context(inner, info_name=name, parent=context))
    return found


def main() -> int:
    """Writes the pages that differ."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        page = REFERENCE / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(f"Wrote {page.relative_to(REFERENCE.parent.parent)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
