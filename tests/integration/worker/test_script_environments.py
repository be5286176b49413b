"""Python scripts with packages of their own, in interpreters of their own."""

from __future__ import annotations

import base64
import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from executions.worker import environments as module
from executions.worker.environments import BuildFailed, BuildStopped, Environments, Recipe, Waiting
from executions.worker.runner import AttemptRunner
from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench
from tests.support.attempts import HandControl, python, work_of
from tests.support.memory_channel import MemoryChannel


def wheel(folder: Path, name: str, source: str) -> Path:
    """A small package, built by hand."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in files.items():
            archive.writestr(place, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            rows.append(f"{place},sha256={digest.rstrip(b'=').decode()},{len(text)}")
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
    return path


@dataclass
class Shop:
    """A place of packages, and what uv was asked to do."""

    folder: Path
    calls: list[list[str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The only place that uv takes packages from."""
    found = Shop(tmp_path, [])
    wheel(tmp_path, "greeting", "WORD = 'hello'\n")
    settings = {
        **module._network_settings(),
        "UV_FIND_LINKS": str(tmp_path),
        "UV_NO_INDEX": "1",
        "UV_OFFLINE": "1",
    }
    monkeypatch.setattr(module, "_network_settings", lambda: settings)
    run = Environments._run

    def noted(self: Environments, arguments: list[str], *more: Any) -> None:
        found.calls.append(arguments)
        run(self, arguments, *more)

    monkeypatch.setattr(Environments, "_run", noted)
    yield found


def test_a_package_is_there_and_its_environment_is_kept(bench: Bench, shop: Shop) -> None:
    script = "import greeting; print(greeting.WORD, true)"

    first = bench.run(python(script, dependencies=["greeting==1.0"]))
    calls = len(shop.calls)
    second = bench.run(python(script, dependencies=["greeting==1.0"]))

    assert first.ending is second.ending is Ending.SUCCESS, bench.channel.text()
    told = bench.channel.messages("INFO")
    assert told.count("hello True") == 2
    assert len(shop.calls) == calls
    if calls:
        assert told[0] == "Installing greeting==1.0 into an environment of their own"


def test_a_package_that_does_not_exist_fails_in_uvs_words(bench: Bench, shop: Shop) -> None:
    result = bench.run(python("pass", dependencies=["no-such-package"]))

    assert (result.ending, result.reason) == (Ending.FAILED, "dependencies")
    assert "no-such-package" in (result.error or "")


@pytest.mark.parametrize(
    "line",
    [
        "-e .",
        "--index-url=https://evil.example/simple",
        "x @ file:///etc/passwd",
        "x @ https://evil.example/x-1.0-py3-none-any.whl",
        "git+https://evil.example/x.git",
        "./here",
        "/srv/there",
        "greeting\n-e .",
    ],
)
def test_nothing_but_names_and_versions_is_installed(line: str) -> None:
    with pytest.raises(BuildFailed, match="is not a requirement"):
        Recipe((line,)).checked()


@pytest.mark.parametrize(
    "line",
    [
        "pandas",
        "polars>=1.20,<2",
        "requests[socks] >=2",
        "tzdata ; sys_platform == 'win32'",
        "a==1.*",
        "b~=1.4",
        "c!=1.0",
    ],
)
def test_what_requirements_look_like_is_taken(line: str) -> None:
    assert Recipe((line,)).checked().requirements == (line,)


def test_a_package_as_source_is_never_built(bench: Bench, shop: Shop, tmp_path: Path) -> None:
    """Its build would run as the worker."""
    import io
    import tarfile

    mark = tmp_path / "built"
    with tarfile.open(tmp_path / "evil-1.0.tar.gz", "w:gz") as archive:
        texts = {
            "evil-1.0/setup.py": f"open({str(mark)!r}, 'w').close()\n",
            "evil-1.0/PKG-INFO": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
        }
        for name, text in texts.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(text)
            archive.addfile(facts, io.BytesIO(text.encode()))

    result = bench.run(python("pass", dependencies=["evil"]))

    assert (result.ending, result.reason) == (Ending.FAILED, "dependencies")
    assert not mark.exists()


@pytest.mark.parametrize("version", ["/bin/sh", "3.11 --x", "python3", "cpython@3.11", ">=3.9", ""])
def test_a_version_of_python_is_a_number(version: str) -> None:
    with pytest.raises(BuildFailed, match="is not a version of Python"):
        Recipe(version=version).checked()


def test_a_version_that_is_not_there_is_said_to_be_missing(bench: Bench, shop: Shop) -> None:
    result = bench.run(python("pass", pythonVersion="3.4"))

    assert (result.ending, result.reason) == (Ending.FAILED, "dependencies")
    assert "There is no Python 3.4 here" in (result.error or "")


def test_the_default_version_is_the_default_environment(bench: Bench, shop: Shop) -> None:
    import sys

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    result = bench.run(python("import sys; print(sys.version_info[1])", pythonVersion=version))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages() == [str(sys.version_info[1])]
    assert shop.calls == []


def test_properties_about_the_installer_are_accepted(bench: Bench, shop: Shop) -> None:
    chosen = {
        "packageManager": "PIP",
        "uvAutoInstallEnabled": False,
        "uvInstallerVersion": "0.9.0",
        "uvInstallerSha256": "00",
        "dependencyCacheEnabled": True,
    }

    result = bench.run(python("import greeting", dependencies=["greeting"], **chosen))

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert "whichever tool is named" in bench.channel.text()


def test_a_traceback_has_the_lines_of_the_script_alone(bench: Bench, shop: Shop) -> None:
    script = "import greeting\n\ndef f():\n    return 1 / 0\n\nf()\n"

    result = bench.run(python(script, dependencies=["greeting"]))

    lines = bench.channel.text()
    assert result.error == "Command failed with exit code 1"
    assert 'File "script.py", line 6, in <module>' in lines
    assert 'File "script.py", line 4, in f' in lines and "return 1 / 0" in lines
    assert "start.py" not in lines


def test_a_syntax_error_names_its_line_there_too(bench: Bench) -> None:
    result = bench.run(python("x = 1\nif x\n", beforeCommands=["true"]))

    assert result.ending is Ending.FAILED
    assert "line 2" in bench.channel.text() and "start.py" not in bench.channel.text()


def test_the_exit_code_and_the_arguments_of_a_script_are_its_own(bench: Bench) -> None:
    result = bench.run(python("import sys; print(sys.argv); sys.exit(7)", beforeCommands=["true"]))

    assert result.outputs["exitCode"] == 7
    assert bench.channel.messages("INFO") == ["['script.py']"]


def test_commands_report_with_the_modules_that_exist_for_it(bench: Bench) -> None:
    program = "from kestra import Kestra; Kestra.outputs({'a': 1}); Kestra.counter('rows', 2)"
    more = "import downbeat_report; downbeat_report.log('careful', 'WARN')"
    commands = ["python main.py", "python more.py"]

    result = bench.run(
        work_of(
            "scripts.python.Commands",
            commands=commands,
            inputFiles={"main.py": program, "more.py": more},
            outputFiles=["**"],
        )
    )

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert result.outputs["vars"] == {"a": 1}
    assert [(m.name, m.value) for m in result.metrics] == [("rows", 2.0)]
    assert bench.channel.messages("WARN") == ["careful"]
    assert sorted(result.outputs["outputFiles"]) == ["main.py", "more.py"]


def test_addresses_of_storage_become_paths_in_env_and_commands(bench: Bench) -> None:
    bench.channel.files["kestra:///x/data.csv"] = b"a,b\n1,2\n"
    context = {"inputs": {"file": "kestra:///x/data.csv"}}

    result = bench.run(
        work_of(
            "scripts.python.Commands",
            commands=["cat '{{ inputs.file }}'", 'cat "$DATA"'],
            env={"DATA": "{{ inputs.file }}"},
            context=context,
        )
    )

    assert result.ending is Ending.SUCCESS, bench.channel.text()
    assert bench.channel.messages("INFO") == ["a,b", "1,2"] * 2


def test_reported_task_runs_travel_with_the_result(bench: Bench) -> None:
    report = (
        '{"taskRuns": [{"taskId": "one", "state": "SKIPPED", "startedAt": "2026-01-01T00:00:00Z",'
        ' "endedAt": 1767225601.5, "outputs": {"rows": 3}, "error": "no"}, 5, {"state": "WRONG"}],'
        ' "error": "because", "warning": true}'
    )

    failed = bench.run(python(f"print('::' + {report!r} + '::'); raise SystemExit(3)"))
    warned = bench.run(python(f"print('::' + {report!r} + '::')"))

    (one,) = warned.children
    assert (one["taskId"], one["state"], one["error"]) == ("one", "SKIPPED", "no")
    assert one["endedAt"] - one["startedAt"] == 1.5
    assert one["outputs"] == {"rows": 3}
    assert any("state: 'WRONG' is none of" in line for line in bench.channel.messages("WARN"))
    assert warned.ending is Ending.WARNING
    assert failed.error == "Command failed with exit code 3: because"


def slow_uv(folder: Path) -> Path:
    found = folder / "uv"
    found.write_text("#!/bin/sh\nexec sleep 600\n")
    found.chmod(0o755)
    return found


def test_whoever_waits_for_an_environment_may_stop(tmp_path: Path) -> None:
    made = Environments(
        tmp_path / "e", uv=slow_uv(tmp_path), default_python=Path("/usr/bin/python3")
    )
    told = threading.Event()

    with pytest.raises(BuildStopped):
        made.python(Recipe(("x",)), Waiting(lambda _: told.set(), told.is_set))

    assert [path.suffix for path in (tmp_path / "e").iterdir()] == [".lock"]


class Killing(MemoryChannel):
    """A platform whose user gives up at the first line of the log."""

    def __init__(self, kill: Callable[[], None]) -> None:
        super().__init__()
        self._kill = kill

    def log(self, records: Any) -> None:
        super().log(records)
        self._kill()


def test_a_kill_ends_an_attempt_whose_packages_are_being_installed(
    plain: Bench, tmp_path: Path
) -> None:
    control = HandControl()
    plain.runner = AttemptRunner(Killing(control.kill), plain.launcher, plain.settings)
    plain.runner._environments = Environments(
        tmp_path / "e", uv=slow_uv(tmp_path), default_python=Path("/usr/bin/python3")
    )

    result = plain.run(python("pass", dependencies=["x"]), control)

    assert (result.ending, result.reason) == (Ending.KILLED, "killed")
