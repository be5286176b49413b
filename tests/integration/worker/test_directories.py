"""Tasks that share a working directory, on one worker, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench
from tests.support.attempts import HandControl, work_of


def directory(*tasks: dict[str, Any], **properties: Any) -> Work:
    work = work_of("core.flow.WorkingDirectory", tasks=list(tasks), **properties)
    return replace(work, kind="directory")


def script(id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "scripts.shell.Script", "script": text, **more}


def test_tasks_share_files_and_see_each_others_outputs(bench: Bench) -> None:
    work = directory(
        script("write", 'echo hello > shared.txt; echo \'::{"outputs": {"n": 4}}::\''),
        {
            "id": "read",
            "type": "scripts.python.Script",
            "script": "print(open('shared.txt').read().strip(), {{ outputs.write.vars.n }})",
        },
        outputFiles=["*.txt"],
    )

    result = bench.run(work)

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert [(child["taskId"], child["state"]) for child in result.children] == [
        ("write", "SUCCESS"),
        ("read", "SUCCESS"),
    ]
    assert [(line.task_id, line.message) for line in bench.channel.lines] == [("read", "hello 4")]
    assert list(result.outputs["outputFiles"]) == ["shared.txt"]


def test_a_task_that_fails_is_the_last(bench: Bench) -> None:
    result = bench.run(directory(script("bad", "exit 3"), script("never", "true")))

    assert result.ending is Ending.FAILED
    assert [child["state"] for child in result.children] == ["FAILED"]


def test_allowed_failures_conditions_and_disabled_tasks_count_inside_too(bench: Bench) -> None:
    result = bench.run(
        directory(
            script("bad", "exit 3", allowFailure=True),
            script("skipped", "true", runIf="{{ 1 > 2 }}"),
            script("off", "true", disabled=True),
            script("last", "true"),
        )
    )

    assert result.ending is Ending.WARNING
    assert [(child["taskId"], child["state"]) for child in result.children] == [
        ("bad", "WARNING"),
        ("skipped", "SKIPPED"),
        ("last", "SUCCESS"),
    ]


def test_input_files_and_namespace_files_lie_in_the_directory(bench: Bench) -> None:
    bench.channel.files["downbeat:///company.team/_files/a/b.txt"] = b"from the namespace"
    work = directory(
        script("read", "cat a/b.txt; echo; cat given.txt"),
        namespaceFiles={"enabled": True},
        inputFiles={"given.txt": "given"},
    )

    result = bench.run(work)

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["from the namespace", "given"]


def test_each_task_has_a_stable_identity_of_its_own(bench: Bench) -> None:
    work = directory(script("a", "echo $DOWNBEAT_IDEMPOTENCY_KEY"), script("b", "true"))

    first, second = bench.run(work), bench.run(work)

    ids = [child["id"] for child in first.children]
    assert len({*ids, work.info.task_run_id}) == 3
    assert [child["id"] for child in second.children] == ids
    assert bench.channel.messages()[0] == ids[0]


def test_a_kill_ends_the_whole_directory(bench: Bench) -> None:
    control = HandControl()
    control.kill()

    result = bench.run(directory(script("a", "true")), control)

    assert (result.ending, result.children) == (Ending.KILLED, ())
