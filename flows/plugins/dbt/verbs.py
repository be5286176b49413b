"""One task for each command of dbt: ``dbt.cli.Build``, ``Run``, ``Test`` and their like."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import ClassVar

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.script import Program
from flows.plugins.dbt.running import DbtTask


class _Verb(DbtTask):
    """A single dbt command, put together from properties."""

    verb: ClassVar[str]

    fail_fast: Dyn[bool] = False
    warn_error: Dyn[bool] = False
    debug: Dyn[bool] = False
    thread: Dyn[int | None] = None
    full_refresh: Dyn[bool] = False
    target: Dyn[Text | None] = None
    selector: Dyn[Text | None] = None
    select: Dyn[list[Text] | None] = None
    exclude: Dyn[list[Text] | None] = None

    def program(self) -> Program:
        return self.dbt_program((shlex.join(self._words()),), fail_fast=True)

    def _words(self) -> Iterator[str]:
        yield "dbt"
        flags = {"debug": self.debug, "fail-fast": self.fail_fast, "warn-error": self.warn_error}
        yield from (f"--{name}" for name, wanted in flags.items() if wanted)
        yield from self.verb.split()
        if self.thread is not None:
            yield from ("--threads", str(self.thread))
        if self.full_refresh:
            yield "--full-refresh"
        if self.target:
            yield from ("--target", self.target)
        if self.selector:
            yield from ("--selector", self.selector)
        for name, nodes in (("--select", self.select), ("--exclude", self.exclude)):
            if nodes:
                yield from (name, *(word for node in nodes for word in node.split()))


def _example(title: str, verb: str, *properties: str) -> tuple[tuple[str, str], ...]:
    lines = "".join(f"    {line}\n" for line in properties)
    source = f"""id: dbt_{verb.lower()}
namespace: company.team
tasks:
  - id: {verb.lower()}
    type: dbt.cli.{verb}
{lines}"""
    return ((title, source),)


class Build(_Verb):
    """Runs `dbt build`: models, tests, seeds and snapshots in the order of their dependencies."""

    type_name: ClassVar[str] = "dbt.cli.Build"
    verb: ClassVar[str] = "build"
    examples = _example("Build what is tagged for the day", "Build", "select:", "  - tag:daily")


class Run(_Verb):
    """Runs `dbt run`: the models, without their tests."""

    type_name: ClassVar[str] = "dbt.cli.Run"
    verb: ClassVar[str] = "run"
    examples = _example(
        "Recalculate one model and all below it",
        "Run",
        "select:",
        "  - orders+",
        "fullRefresh: true",
    )


class Test(_Verb):
    """Runs `dbt test`: the tests of models, seeds, snapshots and sources."""

    type_name: ClassVar[str] = "dbt.cli.Test"
    verb: ClassVar[str] = "test"
    examples = _example(
        "Test with four threads, stop at the first failure", "Test", "thread: 4", "failFast: true"
    )


class Seed(_Verb):
    """Runs `dbt seed`: loads the CSV files of the project."""

    type_name: ClassVar[str] = "dbt.cli.Seed"
    verb: ClassVar[str] = "seed"
    examples = _example("Load the seeds anew", "Seed", "fullRefresh: true")


class Snapshot(_Verb):
    """Runs `dbt snapshot`: records how rows change over time."""

    type_name: ClassVar[str] = "dbt.cli.Snapshot"
    verb: ClassVar[str] = "snapshot"
    examples = _example("Record the snapshots of a target", "Snapshot", "target: prod")


class Compile(_Verb):
    """Runs `dbt compile`: writes the SQL of models, tests and analyses without running it."""

    type_name: ClassVar[str] = "dbt.cli.Compile"
    verb: ClassVar[str] = "compile"
    examples = _example(
        "Compile and keep the SQL", "Compile", "outputFiles:", "  - target/compiled/**"
    )


class Deps(_Verb):
    """Runs `dbt deps`: fetches the packages that the project names."""

    type_name: ClassVar[str] = "dbt.cli.Deps"
    verb: ClassVar[str] = "deps"
    examples = _example(
        "Fetch packages and keep them", "Deps", "outputFiles:", "  - dbt_packages/**"
    )


class List(_Verb):
    """Runs `dbt list`: writes the names of the nodes that are selected into the log."""

    type_name: ClassVar[str] = "dbt.cli.List"
    verb: ClassVar[str] = "list"
    examples = _example("What a tag selects", "List", "select:", "  - tag:daily")


class Freshness(_Verb):
    """Runs `dbt source freshness`: whether the sources are as fresh as the project demands."""

    type_name: ClassVar[str] = "dbt.cli.Freshness"
    verb: ClassVar[str] = "source freshness"
    examples = _example("Check one source", "Freshness", "select:", "  - source:shop")
