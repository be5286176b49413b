"""Scripts: files in and out, outputs, metrics, files of the namespace, packages of their own."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver

SALES = b"amount\n10.5\n4\n2\n"


def test_a_python_script_reads_and_writes_files_and_reports(driver: Driver) -> None:
    done = driver.run(driver.publish(source("python")), {"sales": SALES})

    assert done.state == "SUCCESS", driver.messages(done.id)
    left = driver.outputs(done, "sum")
    assert left["vars"] == {"total": 16.5}
    assert json.loads(driver.file(done, left["outputFiles"]["total.json"])) == {"total": 16.5}
    assert driver.metrics(done)["sales"] == 3
    assert driver.flow_outputs(done) == {"total": 16.5}
    assert "33.0" in driver.messages(done.id)


def test_shell_commands_read_and_write_files_and_report(driver: Driver) -> None:
    done = driver.run(driver.publish(source("shell")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    written, read = driver.outputs(done, "write"), driver.outputs(done, "read")
    assert sorted(written["outputFiles"]) == ["letters/Ada.txt", "letters/Alan.txt"]
    assert written["vars"] == {"count": 2}
    assert driver.file(done, read["outputFiles"]["loud.txt"]) == b"GOOD MORNING, ADA\n"
    assert "Good morning, Ada" in driver.messages(done.id)


def test_a_script_of_the_namespace_runs(driver: Driver) -> None:
    flow = driver.publish(source("namespace-files"))
    for path, content in {
        "/scripts/hello.py": b"import words\n\nprint(words.GREETING)\n",
        "/scripts/words.py": b'GREETING = "from the namespace"\n',
        "/notes/other.txt": b"not included",
    }.items():
        answer = driver.http.post(
            f"/namespaces/{flow.namespace}/files",
            params={"path": path},
            files={"fileContent": ("file", content)},
        )
        assert answer.is_success, answer.text

    done = driver.run(flow)

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert "from the namespace" in driver.messages(done.id)


@pytest.mark.slow
def test_a_script_gets_the_packages_that_it_names(driver: Driver) -> None:
    done = driver.run(driver.publish(source("dependencies")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert "octopi" in driver.messages(done.id)


def test_a_traceback_is_in_the_log(driver: Driver) -> None:
    text = """
id: traceback
namespace: examples.scripts
tasks:
  - id: divide
    type: scripts.python.Script
    script: print(1 / 0)
"""
    done = driver.run(driver.publish(text))

    assert done.state == "FAILED"
    assert any("ZeroDivisionError" in message for message in driver.messages(done.id))
