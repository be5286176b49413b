"""Tasks that run in a process and misbehave in a known way, or show what a process sees."""

from __future__ import annotations

from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask


class Read(RunnableTask):
    """Reads a file of the working directory. Output: `value`."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.Read"

    path: Dyn[Text]

    def run(self, ctx: RunContext) -> Outputs:
        path = ctx.working_dir / self.path.lstrip("/")
        if not path.is_file():
            raise TaskFailed(f"The file '{self.path}' does not exist")
        return {"value": path.read_text()}


class Encrypted(RunnableTask):
    """Outputs its text sealed: `value` is a map of `type` and `value`."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.Encrypted"

    format: Dyn[Text]

    def run(self, ctx: RunContext) -> Outputs:
        return {"value": ctx.request("secret.seal", {"text": self.format})}


class NullOutputTask(RunnableTask):
    """Outputs null; the key is kept."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.NullOutputTask"

    def run(self, ctx: RunContext) -> Outputs:
        return {"value": None}


class DynamicTask(RunnableTask):
    """Adds task runs that no flow declares: one, or those in `runs`, each inside the one before it
    if it says `inside`."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.DynamicTask"

    fail: Dyn[bool] = False
    runs: Dyn[tuple[dict[str, Any], ...]] = ()

    def run(self, ctx: RunContext) -> Outputs:
        if self.runs:
            self._add(ctx)
            return {}
        state = "FAILED" if self.fail else "SUCCESS"
        ctx.request("taskrun.add", {"state": state})
        if self.fail:
            raise TaskFailed("Failed as asked")
        return {}

    def _add(self, ctx: RunContext) -> None:
        last = None
        for one in self.runs:
            facts = {key: value for key, value in one.items() if key != "inside"}
            for _ in range(int(facts.pop("times", 1))):
                inside = {"parentId": last} if one.get("inside") else {}
                last = ctx.request("taskrun.add", {**facts, **inside})


class FailedWithOutputs(TaskFailed):
    """A failure that publishes outputs."""

    def __init__(self, message: str, outputs: Outputs) -> None:
        super().__init__(message)
        self.outputs = outputs


class TaskThatFail(RunnableTask):
    """Fails, and publishes its message nevertheless."""

    type_name: ClassVar[str] = "io.kestra.core.runners.test.TaskThatFail"

    message: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        raise FailedWithOutputs(self.message or "Failed as asked", {"message": self.message})


class TaskWithAlias(RunnableTask):
    """Logs its message; known by two names."""

    type_name: ClassVar[str] = "io.kestra.core.runners.test.TaskWithAlias"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.runners.test.task.Alias",)

    message: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        ctx.log.info(self.message or "")
        return {}


class WorkerTaskResultTooLarge(RunnableTask):
    """Outputs more than a limit of one MiB admits."""

    type_name: ClassVar[str] = "io.kestra.core.runners.test.WorkerTaskResultTooLarge"

    def run(self, ctx: RunContext) -> Outputs:
        return {"value": "a" * 1_100_000}
