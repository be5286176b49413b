"""A process that begins as a fork is as separate from its parent as a fresh one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.embedded.instance import HERE, eventually, is_alive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")


def _command(log: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(HERE / "forker.py"), str(log), *arguments]


def _seen(log: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(log.read_text(encoding="utf-8").splitlines()[0])
    return found


def test_a_fork_inherits_nothing_but_its_own_start(tmp_path: Path) -> None:
    log = tmp_path / "web.log"

    done = subprocess.run(_command(log, "one"), capture_output=True)

    seen = _seen(log)
    assert done.returncode == 7
    assert seen["environment"] == {"ONLY": "this"}
    assert seen["descriptors"] == [0, 1, 2]
    assert seen["leads_session"]
    assert seen["interrupt"]


def test_a_fork_says_what_it_is(tmp_path: Path) -> None:
    log = tmp_path / "web.log"

    subprocess.run(_command(log, "one"), capture_output=True)

    assert _seen(log)["argv"] == ["downbeat", "web", "one"]
    assert _seen(log)["line"] == "downbeat web one"


def test_an_error_in_a_fork_is_logged_and_ends_it(tmp_path: Path) -> None:
    log = tmp_path / "web.log"

    done = subprocess.run(_command(log, "raise"), capture_output=True)

    assert done.returncode == 1
    assert "it went wrong" in log.read_text(encoding="utf-8")


def test_a_fork_dies_with_its_parent(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with subprocess.Popen(_command(log, "stay"), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        fork = int(parent.stdout.readline())
        eventually(lambda: log.exists() and log.read_text(encoding="utf-8").endswith("\n"))

        parent.kill()

    eventually(lambda: not is_alive(fork))


def test_what_is_imported_beforehand_starts_no_thread() -> None:
    code = "from downbeat.embedded import preload; print(preload.warm())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "True", done.stderr


def test_what_is_imported_beforehand_reads_no_settings() -> None:
    code = (
        "from downbeat.embedded import preload; preload.warm()\n"
        "from django.conf import settings; import sys\n"
        "print(settings.configured, 'downbeat.settings' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "False False", done.stderr


def test_what_is_imported_beforehand_loads_no_library_that_only_tasks_or_terminals_need() -> None:
    code = (
        "from downbeat.embedded import preload; preload.warm()\n"
        "import httpx, sys\n"
        "print(httpx.Client.__name__, sorted({'rich', 'boto3', 'botocore'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "Client []", done.stderr


def test_a_worker_loads_nothing_of_the_web_process(tmp_path: Path) -> None:
    code = (
        "import os, sys, django; django.setup()\n"
        "from downbeat.celery import app\n"
        "from executions.runtime import worker_main\n"
        "print(worker_main.made(app, group='default', slots=1).pool_cls.__name__,"
        " 'downbeat.urls' in sys.modules)"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if name != "CELERY_SKIP_CHECKS"},
        "DJANGO_SETTINGS_MODULE": "downbeat.settings",
        "DOWNBEAT_PROCESS": "worker",
        "DOWNBEAT_HOME": str(tmp_path),
        "DOWNBEAT_ENCRYPTION_KEY": "k" * 32,
    }

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )

    assert done.stdout.strip() == "TaskPool False", done.stderr
