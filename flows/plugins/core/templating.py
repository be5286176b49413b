"""A task whose source is written when it runs."""

from __future__ import annotations

from typing import ClassVar

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import StandInTask


class TemplatedTask(StandInTask):
    """Renders a text to the source of another task, and runs that.

    `spec` is the YAML of one task that does work: no group, and no other TemplatedTask. Its `id` may
    be left out. Its outputs, log and metrics are those of this task. What the text renders to is
    taken as it stands: expressions inside of it are not rendered a second time.
    """

    type_name: ClassVar[str] = "core.templating.TemplatedTask"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.templating.TemplatedTask",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A type that an input chooses",
            """id: templated_task
namespace: company.team
inputs:
  - id: kind
    type: SELECT
    values: [log.Log, debug.Return]
    defaults: log.Log
  - id: word
    type: STRING
    defaults: hello
tasks:
  - id: chosen
    type: core.templating.TemplatedTask
    spec: |
      type: core.{{ inputs.kind }}
      {{ inputs.kind == 'log.Log' ? 'message' : 'format' }}: {{ inputs.word | toJson }}
""",
        ),
    )

    spec: Dyn[Text]

    def definition(self) -> str:
        return self.spec


PLUGINS: tuple[type, ...] = (TemplatedTask,)
