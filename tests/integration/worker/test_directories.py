"""Tasks that share a working directory, on one worker, in order."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench, eventually
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


def local(id: str, **properties: Any) -> dict[str, Any]:
    return {"id": id, "type": "core.storage.LocalFiles", **properties}


def test_files_go_from_task_to_task_and_to_storage(bench: Bench) -> None:
    bench.channel.files["downbeat:///x/in.txt"] = b"from storage"
    work = directory(
        local("put", inputs={"a/text.txt": "written", "b/file.txt": "downbeat:///x/in.txt"}),
        script("change", "cat a/text.txt b/file.txt > a/both.txt"),
        local("save", outputs=["a/**"]),
    )

    result = bench.run(work)

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    uris = result.children[2]["outputs"]["uris"]
    assert sorted(uris) == ["a/both.txt", "a/text.txt"]
    assert bench.channel.files[uris["a/both.txt"]] == b"writtenfrom storage"


def test_two_tasks_may_save_files_of_the_same_name(bench: Bench) -> None:
    work = directory(
        script("one", "echo 1 > same.txt", outputFiles=["same.txt"]),
        script("two", "echo 2 > same.txt", outputFiles=["same.txt"]),
    )

    result = bench.run(work)

    uris = [child["outputs"]["outputFiles"]["same.txt"] for child in result.children]
    assert [bench.channel.files[uri] for uri in uris] == [b"1\n", b"2\n"]


def test_nothing_is_written_through_a_link_that_a_task_left(bench: Bench) -> None:
    target = bench.settings.scratch.parent / "target.txt"
    target.write_text("mine")
    work = directory(
        script("plant", f"ln -s {target} given.txt; ln -s {target.parent} up"),
        script("read", "cat given.txt", inputFiles={"given.txt": "theirs"}),
        local("out", inputs={"up/target.txt": "theirs"}),
    )

    result = bench.run(work)

    assert [child["state"] for child in result.children] == ["SUCCESS", "SUCCESS", "FAILED"]
    assert target.read_text() == "mine"
    assert "theirs" in bench.channel.text()


def kept(*tasks: dict[str, Any], **cache: Any) -> Work:
    return directory(*tasks, cache={"patterns": ["*.txt"], **cache})


def test_files_that_the_cache_names_lie_in_the_next_directory(bench: Bench) -> None:
    first = bench.run(kept(script("write", "echo 1 > a.txt; echo 2 > b.csv; chmod 755 a.txt")))
    second = bench.run(kept(script("read", "ls; cat a.txt; test -x a.txt && echo runs")))

    assert (first.ending, second.ending) == (Ending.SUCCESS, Ending.SUCCESS), bench.channel.text()
    said = [line.message for line in bench.channel.lines if line.task_id == "read"]
    assert said == ["a.txt", "1", "runs"]


def test_the_cache_is_written_again_only_when_a_file_changed(bench: Bench) -> None:
    bench.run(kept(script("write", "echo 1 > a.txt")))
    (name, first) = next(iter(bench.channel.cache.items()))

    bench.channel.cache[name] = first + b""
    bench.run(kept(script("look", "cat a.txt")))
    unchanged = bench.channel.cache[name]
    bench.run(kept(script("write", "echo 22 > a.txt")))

    assert unchanged is first
    assert bench.channel.cache[name] != first


def test_a_directory_that_failed_keeps_nothing(bench: Bench) -> None:
    bench.run(kept(script("write", "echo half > a.txt; exit 1")))

    assert bench.channel.cache == {}


def test_a_cache_that_cannot_be_read_is_made_anew(bench: Bench) -> None:
    bench.run(kept(script("write", "echo 1 > a.txt")))
    (name,) = bench.channel.cache
    bench.channel.cache[name] = b"no archive"

    result = bench.run(kept(script("write", "echo 2 > a.txt")))

    assert result.ending is Ending.SUCCESS
    assert bench.channel.cache[name] != b"no archive"
    assert any("made anew" in text for text in bench.channel.messages("WARN"))


def test_each_value_of_a_loop_has_a_cache_of_its_own(bench: Bench) -> None:
    for value in ("a", "b"):
        bench.run(replace(kept(script("write", "echo 1 > x.txt")), path=(value,)))

    assert len(bench.channel.cache) == 2


def test_tasks_see_the_run_of_the_directory_and_the_loops_around_it(bench: Bench) -> None:
    taskrun = {"id": "r", "value": "v", "attemptsCount": 0}
    context = {"taskrun": taskrun, "parents": [{"taskrun": {"value": "p"}}]}
    log = "{{ workerTaskrun.id }} {{ taskrun.value }} {{ taskrun.parentId }} {{ parents[0].taskrun.value }}"
    work = directory(
        {"id": "say", "type": "core.log.Log", "message": log},
        {"id": "make", "type": "core.debug.Return", "format": "made"},
        {"id": "use", "type": "core.log.Log", "message": "{{ outputs.make.p.v.value }}"},
        {"id": "where", "type": "core.log.Log", "message": "{{ workingDir }}"},
        context=context,
    )

    result = bench.run(replace(work, path=("p", "v")))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    own, made, folder = bench.channel.messages()
    assert own == f"r v {work.info.task_run_id} p"
    assert made == "made"
    assert "/shared-" in folder


def test_the_log_of_a_task_is_that_of_its_own_run(bench: Bench) -> None:
    result = bench.run(directory(script("a", "echo one"), script("b", "echo two", logLevel="WARN")))

    runs = [str(line.key.task_run_id) for line in bench.channel.lines]
    assert runs == [result.children[0]["id"]]


def test_a_task_is_tried_again_as_its_own_policy_says(bench: Bench) -> None:
    retry = {"type": "constant", "interval": "PT0.01S", "maxAttempts": 3, "warningOnRetry": True}
    work = directory(
        script("flaky", "echo x >> tries; test $(wc -l < tries) -ge 2", retry=retry),
        script("bad", "exit 1", retry={**retry, "maxAttempts": 2}),
    )

    result = bench.run(work)

    flaky, bad = result.children
    assert (flaky["state"], [one["state"] for one in flaky["tries"]]) == (
        "WARNING",
        ["FAILED", "SUCCESS"],
    )
    assert (bad["state"], len(bad["tries"])) == ("FAILED", 2)
    assert result.ending is Ending.FAILED


def test_a_task_that_takes_too_long_fails_and_is_the_last(bench: Bench) -> None:
    work = directory(script("slow", "sleep 30", timeout="PT0.2S"), script("never", "true"))

    result = bench.run(work)

    assert [(one["taskId"], one["reason"]) for one in result.children] == [("slow", "timeout")]


def test_the_time_of_the_directory_bounds_its_tasks(bench: Bench) -> None:
    retry = {"type": "constant", "interval": "PT1S"}
    work = directory(script("slow", "sleep 30", retry=retry), timeout="PT0.3S")

    result = bench.run(work)

    assert (result.ending, result.children[0]["reason"]) == (Ending.FAILED, "timeout")
    assert len(result.children[0]["tries"]) == 1


def test_a_condition_that_cannot_be_rendered_fails_its_task(bench: Bench) -> None:
    result = bench.run(directory(script("a", "true"), script("b", "true", runIf="{{ nothing }}")))

    assert [(line.task_id, line.level) for line in bench.channel.lines] == [("b", "ERROR")]
    assert [(one["taskId"], one["state"]) for one in result.children] == [
        ("a", "SUCCESS"),
        ("b", "FAILED"),
    ]


def test_what_a_task_sets_is_seen_by_the_next(bench: Bench) -> None:
    work = directory(
        {"id": "set", "type": "core.execution.SetVariables", "variables": {"word": "heard"}},
        {"id": "say", "type": "core.log.Log", "message": "{{ vars.word }}"},
    )

    result = bench.run(work)

    assert bench.channel.messages() == ["heard"], bench.channel.text()
    assert len(result.effects) == 1


def test_input_files_may_be_json_text(bench: Bench) -> None:
    work = directory(script("read", "cat a.txt"), inputFiles='{"a.txt": "from text"}')

    assert bench.run(work).ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["from text"]


def test_what_a_task_remembers_is_given_to_it_alone(bench: Bench) -> None:
    from executions.worker.directory_child import child_channel, child_work, memory_of

    work = directory(script("a", "true"), script("b", "true"))
    memory = memory_of(work)
    child_channel(bench.channel, "a", memory).remember(work.key, {"job": 1})
    child_channel(bench.channel, "b", memory).remember(work.key, {"job": 2})
    again = replace(work, remembered=bench.channel.remembered)

    found = [
        child_work(again, task, outputs={}, variables={}, tries=0, left=None).remembered
        for task in again.task["tasks"]
    ]

    assert found == [{"job": 1}, {"job": 2}]


def test_a_written_task_shares_the_directory(bench: Bench) -> None:
    spec = "type: scripts.shell.Script\nscript: cat {{ workingDir }}/a.txt"
    work = directory(
        script("write", "echo shared > a.txt"),
        {"id": "written", "type": "core.templating.TemplatedTask", "spec": spec},
    )

    assert bench.run(work).ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["shared"]


def test_a_sealed_output_is_opened_for_the_next_task_and_hidden_in_its_log(bench: Bench) -> None:
    token = {"type": "io.kestra.datatype:aes_encrypted", "value": "token"}
    bench.channel.answers["secret.open"] = "opened words"
    bench.channel.earlier_outputs["before"] = {"sealed": token}
    work = directory(
        {"id": "say", "type": "core.log.Log", "message": "{{ outputs.before.sealed }}"},
        {"id": "use", "type": "core.debug.Return", "format": "{{ outputs.before.sealed }}"},
    )

    result = bench.run(work)

    assert result.children[1]["outputs"] == {"value": "opened words"}
    assert bench.channel.messages()[0] == "******"
    assert "opened words" not in bench.channel.text()


def test_a_kill_ends_the_wait_for_another_try(bench: Bench) -> None:
    control = HandControl()
    retry = {"type": "constant", "interval": "PT1H", "maxAttempts": 2}
    work = directory(script("bad", "echo tried; exit 1", retry=retry))

    def kill_once_it_was_tried() -> None:
        eventually(lambda: "exit code 1" in bench.channel.text(), seconds=30)
        control.kill()

    killer = threading.Thread(target=kill_once_it_was_tried)
    killer.start()
    result = bench.run(work, control)
    killer.join()

    assert len(result.children[0]["tries"]) == 1
