"""Scripts in real processes, with plain forks and in sandboxes."""

from __future__ import annotations

import json

from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench
from tests.support.attempts import python, shell, work_of


def test_a_python_script_prints_and_reports_outputs_and_metrics(bench: Bench) -> None:
    report = {"outputs": {"total": 3}, "metrics": [{"name": "rows", "value": 7, "tags": {"a": 1}}]}
    source = f"print('hello')\nprint('::' + {json.dumps(json.dumps(report))} + '::')"

    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert result.outputs["vars"] == {"total": 3}
    assert result.outputs["exitCode"] == 0
    assert [(m.name, m.value, m.kind, m.tags) for m in result.metrics] == [
        ("rows", 7.0, "counter", {"a": "1"})
    ]
    assert bench.channel.messages("INFO") == ["hello"]


def test_json_constants_are_names_of_a_script(bench: Bench) -> None:
    result = bench.run(python("print([true, false, null])"))

    assert result.ending is Ending.SUCCESS
    assert bench.channel.messages() == ["[True, False, None]"]


def test_an_exception_fails_with_a_traceback_of_the_script_only(bench: Bench) -> None:
    result = bench.run(python("def f():\n    return 1 / 0\n\nf()"))

    assert (result.ending, result.reason) == (Ending.FAILED, "exit")
    assert result.error == "Command failed with exit code 1"
    assert 'File "script.py", line 2, in f' in bench.channel.text()
    assert "return 1 / 0" in bench.channel.text()
    assert "executions" not in bench.channel.text()


def test_a_syntax_error_names_its_line(bench: Bench) -> None:
    result = bench.run(python("x = 1\nif x\n"))

    assert result.ending is Ending.FAILED
    assert "line 2" in bench.channel.text()
    assert "SyntaxError" in bench.channel.text()


def test_the_exit_code_of_a_script_is_kept(bench: Bench) -> None:
    result = bench.run(python("import sys; sys.exit(7)"))

    assert (result.ending, result.outputs["exitCode"]) == (Ending.FAILED, 7)


def test_main_guards_threads_and_exit_hooks_work_as_in_an_interpreter(bench: Bench) -> None:
    source = """
import atexit, threading, time
atexit.register(lambda: print("hook"))
def late():
    time.sleep(0.05)
    print("thread")
if __name__ == "__main__":
    threading.Thread(target=late).start()
    print("main")
"""
    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS
    assert bench.channel.messages() == ["main", "thread", "hook"]


def test_child_processes_of_a_script_work(bench: Bench) -> None:
    source = """
import multiprocessing, subprocess
def square(x): return x * x
print(subprocess.run(["echo", "sub"], capture_output=True, text=True).stdout.strip())
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(square, [1, 2, 3]))
"""
    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages("INFO") == ["sub", "[1, 4, 9]"]


def test_files_that_globs_match_become_outputs(bench: Bench) -> None:
    source = """
import os
os.makedirs("deep/er")
for name in ("a.txt", "b.csv", "deep/er/c.txt"):
    open(name, "w").write(name)
"""
    result = bench.run(python(source, outputFiles=["*.csv", "deep/**"]))

    assert sorted(result.outputs["outputFiles"]) == ["b.csv", "deep/er/c.txt"]
    assert bench.channel.files[result.outputs["outputFiles"]["b.csv"]] == b"b.csv"


def test_files_that_another_task_names_are_captured_although_not_listed(bench: Bench) -> None:
    from dataclasses import replace

    work = replace(python("open('output.parquet', 'w').write('x')"), captures=("output.parquet",))

    result = bench.run(work)

    assert list(result.outputs["outputFiles"]) == ["output.parquet"]


def test_the_output_directory_is_kept_whole(bench: Bench) -> None:
    result = bench.run(shell("mkdir -p {{ outputDir }}; echo 1 > {{ outputDir }}/one.txt"))

    assert list(result.outputs["outputFiles"]) == ["outputs/one.txt"]


def test_addresses_of_storage_in_a_script_become_paths(bench: Bench) -> None:
    bench.channel.files["kestra:///x/data.csv"] = b"a,b\n1,2\n"

    result = bench.run(
        python(
            'print(open("{{ inputs.file }}").read().splitlines())',
            context={"inputs": {"file": "kestra:///x/data.csv"}},
        )
    )

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["['a,b', '1,2']"]


def test_input_files_come_from_text_and_from_storage(bench: Bench) -> None:
    bench.channel.files["downbeat:///x/1.bin"] = b"\x00\x01"
    files = {"sub/hello.txt": "hello {{ flow.id }}", "data.bin": "downbeat:///x/1.bin"}

    result = bench.run(shell("cat sub/hello.txt; echo; wc -c < data.bin", inputFiles=files))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages("INFO") == ["hello flow", "2"]


def test_an_input_file_cannot_leave_the_directory(bench: Bench) -> None:
    result = bench.run(shell("true", inputFiles={"../../evil.txt": "x"}))

    assert (result.ending, result.reason) == (Ending.FAILED, "files")
    assert "leads out of the working directory" in (result.error or "")


def test_namespace_files_are_there(bench: Bench) -> None:
    bench.channel.files["downbeat:///company.team/_files/lib/tool.py"] = b"NAME = 'tool'"
    source = "import sys; sys.path.append('lib'); import tool; print(tool.NAME)"

    result = bench.run(python(source, namespaceFiles={"enabled": True}))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["tool"]


def test_fail_fast_stops_at_the_first_command_that_fails(bench: Bench) -> None:
    commands = ["echo one", "false", "echo two"]

    fast = bench.run(work_of("scripts.shell.Commands", commands=commands))
    slow = bench.run(work_of("scripts.shell.Commands", commands=commands, failFast=False))

    assert (fast.ending, slow.ending) == (Ending.FAILED, Ending.SUCCESS)
    assert bench.channel.messages("INFO") == ["one", "one", "two"]


def test_before_commands_run_in_the_same_shell_as_a_python_script(bench: Bench) -> None:
    work = python(
        "import os; print(os.environ['COLOUR'], true)", beforeCommands=["export COLOUR=red"]
    )

    result = bench.run(work)

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["red True"]


def test_python_commands_find_the_interpreter_first(bench: Bench) -> None:
    result = bench.run(work_of("scripts.python.Commands", commands=["python -c 'print(1 + 1)'"]))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == ["2"]


def test_the_interpreter_is_a_choice(bench: Bench) -> None:
    result = bench.run(shell("echo $0", interpreter=["/bin/sh", "-c"]))

    assert bench.channel.messages() == ["/bin/sh"]
    assert result.ending is Ending.SUCCESS


def test_stderr_is_a_warning_in_the_log_and_in_the_state_only_if_asked_for(bench: Bench) -> None:
    quiet = bench.run(shell("echo oops >&2"))
    strict = bench.run(shell("echo oops >&2", warningOnStdErr=True))

    assert (quiet.ending, strict.ending) == (Ending.SUCCESS, Ending.WARNING)
    assert bench.channel.messages("WARN") == ["oops", "oops"]


def test_the_environment_is_empty_but_for_what_the_task_names(bench: Bench) -> None:
    result = bench.run(python("import os; print(sorted(os.environ))", env={"MINE": 1}))

    names = eval(bench.channel.messages()[0])
    assert result.ending is Ending.SUCCESS
    assert "MINE" in names
    allowed = {"PATH", "LANG", "HOME", "TMPDIR", "WORKING_DIR", "OUTPUT_DIR", "MINE", "VIRTUAL_ENV"}
    assert {name for name in names if not name.startswith("DOWNBEAT_")} <= allowed


def test_a_container_image_is_accepted_and_its_neglect_is_told(bench: Bench) -> None:
    result = bench.run(python("pass", containerImage="python:3.12"))

    assert result.ending is Ending.SUCCESS
    assert "container image is ignored" in bench.channel.text()


def test_an_undefined_name_fails_before_anything_runs(bench: Bench) -> None:
    result = bench.run(shell("echo {{ inputs.nothing }}"))

    assert (result.ending, result.reason) == (Ending.FAILED, "render")
    assert "nothing" in (result.error or "")


def test_the_log_can_be_kept_as_a_file(bench: Bench) -> None:
    from dataclasses import replace

    result = bench.run(replace(shell("echo hello"), log_to_file=True))

    assert result.log_file is not None
    kept = bench.channel.files[result.log_file].decode()
    assert "INFO hello" in kept
    assert len(kept.splitlines()) == 1


def test_lines_below_the_level_of_the_task_are_not_kept(bench: Bench) -> None:
    from dataclasses import replace

    bench.run(replace(shell("echo low; echo high >&2"), log_level="WARN"))

    assert bench.channel.messages() == ["high"]


def test_scripts_report_with_the_modules_that_exist_for_it(bench: Bench) -> None:
    source = """
from kestra import Kestra
import downbeat_report
Kestra.outputs({"a": 1})
Kestra.counter("rows", 5, {"table": "t"})
Kestra.timer("slow", lambda: None)
Kestra.logger().warning("careful")
downbeat_report.outputs(b=2)
downbeat_report.gauge("level", 0.5)
"""
    result = bench.run(python(source))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert result.outputs["vars"] == {"a": 1, "b": 2}
    assert [(m.name, m.kind) for m in result.metrics] == [
        ("rows", "counter"),
        ("slow", "timer"),
        ("level", "gauge"),
    ]
    assert bench.channel.messages("WARN") == ["careful"]
