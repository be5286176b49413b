"""Tasks whose source is written when they run."""

from __future__ import annotations

from typing import Any

from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench
from tests.support.attempts import limited, work_of


def templated(spec: str, **more: Any) -> Work:
    return work_of("core.templating.TemplatedTask", spec=spec, **more)


def test_a_quick_task_is_written_and_run(bench: Bench) -> None:
    work = templated(
        "type: core.debug.{{ inputs.kind }}\nformat: It's alive!",
        context={"inputs": {"kind": "Return"}},
    )

    result = bench.run(work)

    assert (result.ending, result.outputs) == (Ending.SUCCESS, {"value": "It's alive!"})


def test_a_script_is_written_and_run_in_its_process(bench: Bench) -> None:
    work = templated(
        'type: scripts.shell.Script\nscript: echo "{{ flow.id }} $FOO"\nenv:\n  FOO: bar',
    )

    result = bench.run(work)

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["flow bar"]


def test_what_was_written_is_not_rendered_again(bench: Bench) -> None:
    work = templated(
        "type: core.debug.Return\nformat: {{ inputs.given | toJson }}",
        context={"inputs": {"given": "{{ secret('TOKEN') }}"}},
    )

    result = bench.run(work)

    assert result.outputs == {"value": "{{ secret('TOKEN') }}"}


def test_a_secret_in_the_written_source_is_hidden(bench: Bench) -> None:
    message = "\"{{ secret('TOKEN') }}\""
    good = bench.run(templated(f"type: core.log.Log\nmessage: {message}"))
    bad = bench.run(templated(f"type: {message}"))

    assert good.ending is Ending.SUCCESS
    assert bench.channel.messages("INFO") == ["******"]
    assert "s3cr3t" not in str(bad.error) and "Invalid type: ******" in str(bad.error)


def test_a_mistake_in_the_written_source_is_shown_with_its_place(bench: Bench) -> None:
    result = bench.run(templated("type: core.log.Log\nmessages: x"))

    assert (result.ending, result.reason) == (Ending.FAILED, "render")
    assert "(line 2, column 1)" in str(result.error)


def test_the_time_limit_of_the_task_holds_for_the_one_it_writes(bench: Bench) -> None:
    spec = "type: scripts.shell.Script\nscript: sleep 30"
    work = templated(spec, timeout="PT0.2S")

    assert bench.run(work).reason == "timeout"
    assert bench.run(limited(templated(spec), 0.2)).reason == ("timeout")
