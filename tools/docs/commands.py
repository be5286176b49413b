"""The page of the command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

import click

from downbeat.cli.main import downbeat
from downbeat.cli.problems import Exit
from tools.docs.page import Page, block, code, page, prose, table

_INTRO: Final = """
`downbeat` runs a server, and talks to any server. Client commands read `DOWNBEAT_URL`,
`DOWNBEAT_TENANT` and `DOWNBEAT_TOKEN` (or `DOWNBEAT_TOKEN_FILE`), then the file that
`downbeat login` wrote, then look for a server that runs here. `-o json` and `-o yaml` are meant
for programs, and so are the exit codes.
"""


def pages() -> Iterator[Page]:
    """One page."""
    codes = [(str(int(one)), one.name.lower().replace("_", " ")) for one in Exit]
    yield page(
        "cli.md",
        "Command line",
        _INTRO,
        "## Exit codes",
        table(("Code", "Meaning"), codes),
        *(part for command in _commands(downbeat, "downbeat") for part in command),
    )


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        full = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _commands(command, full)
        else:
            yield _command(command, full)


def _command(command: click.Command, path: str) -> tuple[str, ...]:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    rows = [_option(option, context) for option in options]
    shown = table(("Option", "Default", "Meaning"), rows) if rows else ""
    return (
        f"## {path}",
        prose(inspect.cleandoc(command.help or "")),
        block(usage),
        shown,
    )


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    names = ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))
    metavar = "" if option.is_flag else f" {code(option.make_metavar(context))}"
    default = option.default
    plain = isinstance(default, str | int) and not isinstance(default, bool)
    return names + metavar, code(str(default)) if plain else "", _meaning(option)


def _meaning(option: click.Option) -> str:
    words = [option.help or ""]
    if option.required:
        words.append("**Required.**")
    if option.multiple:
        words.append("May be repeated.")
    if isinstance(option.envvar, str) and option.envvar not in words[0]:
        words.append(f"Also {code(option.envvar)}.")
    return " ".join(word for word in words if word)
