"""The log of quick tasks: what `errorLogs()` sees, what is hidden, what becomes a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from downbeat.common import storage
from downbeat.common.scope import tenant_scope
from tests.integration.engine.stage import Stage

PASSWORD = "open sesame & more"
ERRORS = """
id: errors
namespace: company.data
tasks:
  - id: broken
    type: core.execution.Fail
    errorMessage: It broke
errors:
  - id: told
    type: core.debug.Return
    format: "{% for line in errorLogs() %}{{ line.taskId }}: {{ line.message }};{% endfor %}"
  - id: again
    type: core.flow.Switch
    value: "{{ nobody.knows }}"
    cases:
      a:
        - id: never
          type: core.log.Log
          message: never
  - id: both
    type: core.debug.Return
    format: "{{ errorLogs() | length }}"
"""
SECRETS = """
id: secrets
namespace: company.data
inputs:
  - id: word
    type: SECRET
tasks:
  - id: say
    type: core.log.Log
    message:
      - "plain {{ inputs.word }}"
      - "base64 {{ inputs.word | base64encode }}"
      - "url {{ inputs.word | urlencode }}"
  - id: seen
    type: core.debug.Return
    format: "{{ inputs.word }}"
  - id: fail
    type: core.execution.Fail
    errorMessage: "not {{ inputs.word }}"
    allowFailure: true
  - id: switch
    type: core.flow.Switch
    value: "{{ inputs.word }}"
    allowFailure: true
    cases:
      a:
        - id: never
          type: core.log.Log
          message: never
  - id: number
    type: core.flow.Sleep
    duration: "{{ inputs.word }}"
    allowFailure: true
"""
FILE = """
id: file
namespace: company.data
tasks:
  - id: hello
    type: core.log.Log
    message: ["Hello", "World"]
    logToFile: true
  - id: broken
    type: core.execution.Fail
    errorMessage: It broke
    logToFile: true
"""


def messages(stage: Stage, id: UUID) -> list[str]:
    found = stage.rows("select message from log_line where execution_id = %s order by idx", id)
    return [row[0] for row in found]


def everything(stage: Stage, id: UUID, *tables: str) -> str:
    """All that some tables hold of an execution, as text."""
    return "\n".join(
        str(row[0])
        for table in tables
        for row in stage.rows(f"select to_jsonb(t) from {table} t where execution_id = %s", id)
    )


def test_handlers_of_errors_see_the_lines_of_their_own_turn(stage: Stage) -> None:
    stage.deploy(ERRORS)

    id = stage.start("errors")
    stage.turn(id)

    told = stage.outputs(id, "told", "both")
    assert told["told"]["value"] == "broken: It broke;"
    assert told["both"]["value"] == "2"


def test_handlers_of_errors_see_each_line_once_when_it_was_written_before(stage: Stage) -> None:
    stage.deploy(ERRORS.replace("  - id: told", "  - id: nap\n    type: core.flow.Sleep\n"
                                "    duration: PT0.01S\n  - id: told"))  # fmt: skip

    id = stage.start("errors")
    stage.play()

    assert stage.outputs(id, "told")["told"]["value"] == "broken: It broke;"


def test_secret_inputs_are_hidden_in_every_form_in_logs_and_errors(stage: Stage) -> None:
    stage.deploy(SECRETS)

    id = stage.start("secrets", word=PASSWORD)
    stage.play()

    said = messages(stage, id)
    assert said[:3] == ["plain ******", "base64 ******", "url ******"]
    assert "not ******" in said
    assert any(line.startswith("No case matches the value '******'") for line in said)
    assert stage.outputs(id, "seen")["seen"]["value"] == PASSWORD
    (errors,) = stage.rows(
        "select string_agg(error, ' ') from task_run where execution_id = %s", id
    )[0]
    assert "******" in errors
    assert PASSWORD not in errors
    assert PASSWORD not in everything(stage, id, "log_line", "attempt")


def test_secrets_that_a_condition_reads_are_hidden_in_what_follows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from executions.runtime import expression_services

    monkeypatch.setattr(expression_services, "secret_of", lambda *_: PASSWORD)
    stage.deploy("""
id: switch
namespace: company.data
tasks:
  - id: switch
    type: core.flow.Switch
    value: "{{ secret('WORD') }}"
    cases:
      a:
        - id: never
          type: core.log.Log
          message: never
""")

    id = stage.start("switch")
    stage.turn(id)

    assert messages(stage, id) == ["No case matches the value '******'"]


def log_file(stage: Stage, tries: list[dict[str, Any]]) -> str:
    (only,) = tries
    with tenant_scope(stage.tenant_id):
        return storage.storage_for(stage.tenant_id).open(only["logFile"]).read().decode()


def test_the_log_of_a_quick_task_becomes_a_file_if_it_asks_for_one(stage: Stage) -> None:
    stage.deploy(FILE)

    id = stage.start("file")
    stage.turn(id)

    hello, broken = stage.runs(id)
    lines = log_file(stage, hello.tries).splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["INFO Hello", "INFO World"]
    assert log_file(stage, broken.tries).endswith(" ERROR It broke\n")


def test_a_quick_task_that_does_not_ask_leaves_no_file(stage: Stage) -> None:
    stage.deploy(FILE.replace("    logToFile: true\n", ""))

    id = stage.start("file")
    stage.turn(id)

    assert all("logFile" not in run.tries[0] for run in stage.runs(id))
