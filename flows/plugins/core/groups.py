"""Groups: tasks that order other tasks (one after the other, at once, by need, in one folder)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from downbeat.sdk.anytask import AnyTask, Tasks
from downbeat.sdk.fields import Duration, Dyn, Spec, Text
from downbeat.sdk.script import NamespaceFiles
from downbeat.sdk.shapes import Concurrent, Graph, Sequence, Shape, SharedDirectory
from downbeat.sdk.task import FlowableTask, SourcePath, Task

Limit = Annotated[int, Field(ge=0)]


class Sequential(FlowableTask):
    """Runs its tasks one after the other; stops at the first that fails."""

    type_name: ClassVar[str] = "core.flow.Sequential"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Sequential",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two tasks in order",
            """id: sequential
namespace: company.team
tasks:
  - id: steps
    type: core.flow.Sequential
    tasks:
      - id: first
        type: core.log.Log
        message: first
      - id: second
        type: core.log.Log
        message: second
""",
        ),
    )

    tasks: Tasks

    def shape(self) -> Shape:
        return Sequence(self.tasks)


class AllowFailure(FlowableTask):
    """Runs its tasks one after the other; a failure makes the group WARNING, not FAILED."""

    type_name: ClassVar[str] = "core.flow.AllowFailure"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.AllowFailure",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Go on after a failure",
            """id: allow_failure
namespace: company.team
tasks:
  - id: try
    type: core.flow.AllowFailure
    tasks:
      - id: might_fail
        type: core.execution.Fail
  - id: goes_on
    type: core.log.Log
    message: still here
""",
        ),
    )

    tasks: Tasks

    def shape(self) -> Shape:
        return Sequence(self.tasks, tolerant=True)


class Parallel(FlowableTask):
    """Runs its tasks at once, at most ``concurrent`` of them at a time (0: no limit)."""

    type_name: ClassVar[str] = "core.flow.Parallel"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Parallel",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two tasks at once",
            """id: parallel
namespace: company.team
tasks:
  - id: both
    type: core.flow.Parallel
    concurrent: 2
    tasks:
      - id: left
        type: core.log.Log
        message: left
      - id: right
        type: core.log.Log
        message: right
""",
        ),
    )

    tasks: Tasks
    concurrent: Limit = 0

    def shape(self) -> Shape:
        return Concurrent(self.tasks, limit=self.concurrent)


class DagTask(Spec):
    """A task of a Dag and what it needs."""

    task: AnyTask
    depends_on: tuple[Text, ...] = ()


class Dag(FlowableTask):
    """Runs each task once all that it depends on have ended."""

    type_name: ClassVar[str] = "core.flow.Dag"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Dag",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A join of two tasks",
            """id: dag
namespace: company.team
tasks:
  - id: dag
    type: core.flow.Dag
    tasks:
      - task:
          id: customers
          type: core.log.Log
          message: customers
      - task:
          id: orders
          type: core.log.Log
          message: orders
      - task:
          id: report
          type: core.log.Log
          message: report
        dependsOn:
          - customers
          - orders
""",
        ),
    )

    tasks: Annotated[tuple[DagTask, ...], Field(min_length=1)]
    concurrent: Limit = 0

    def shape(self) -> Shape:
        needs = {item.task.id: item.depends_on for item in self.tasks}
        return Graph(tuple(item.task for item in self.tasks), needs, limit=self.concurrent)

    def branches(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        yield "tasks", tuple(item.task for item in self.tasks)

    def children(self) -> Iterator[tuple[SourcePath, Task]]:
        for place, task in super().children():
            yield ((*place, "task") if place[0] == "tasks" else place), task


class DirectoryCache(Spec):
    """Files kept from one execution to the next: those that the globs match, for ``ttl`` long."""

    patterns: Annotated[tuple[str, ...], Field(min_length=1)]
    ttl: Dyn[Duration | None] = None


class WorkingDirectory(FlowableTask):
    """Runs its tasks one after the other on one worker, in one working directory.

    A task that fails is the last. Files that ``cache`` names lie in the directory of the next
    execution again. A restart runs all of the tasks anew.
    """

    type_name: ClassVar[str] = "core.flow.WorkingDirectory"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.kestra.core.tasks.flows.WorkingDirectory",
        "io.kestra.core.tasks.flows.Worker",
    )
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two scripts share files",
            """id: working_directory
namespace: company.team
tasks:
  - id: shared
    type: core.flow.WorkingDirectory
    tasks:
      - id: write
        type: scripts.shell.Script
        script: echo hello > greeting.txt
      - id: read
        type: scripts.shell.Script
        script: cat greeting.txt
""",
        ),
        (
            "Files that the next execution finds again",
            """id: kept_files
namespace: company.team
tasks:
  - id: shared
    type: core.flow.WorkingDirectory
    cache:
      patterns:
        - "downloads/**"
      ttl: PT12H
    tasks:
      - id: download
        type: scripts.shell.Script
        script: |
          mkdir -p downloads
          test -e downloads/big.txt || echo fetched > downloads/big.txt
""",
        ),
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "outputFiles": "The URIs of the files that `outputFiles` matches, by their names",
    }

    tasks: Tasks
    cache: DirectoryCache | None = None
    namespace_files: NamespaceFiles | None = None
    input_files: Dyn[dict[str, Any] | str | None] = None
    output_files: Dyn[list[Text] | None] = None

    def shape(self) -> Shape:
        return SharedDirectory(self.tasks)


PLUGINS: tuple[type, ...] = (Sequential, AllowFailure, Parallel, Dag, WorkingDirectory)
