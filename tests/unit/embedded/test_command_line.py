"""The command line: quick, lazy, and with exit codes that never change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from downbeat.cli import account, flows
from downbeat.cli.main import COMMANDS, downbeat
from downbeat.cli.problems import Exit, Problem, exit_for_status

TWO_FLOWS = """\
id: one
namespace: company
# a comment that stays
tasks: []
---
id: two
namespace: company
tasks: []
"""


def _python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    answer = CliRunner().invoke(downbeat, [name, "--help"])

    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output


def test_help_and_client_commands_do_not_load_the_server() -> None:
    code = (
        "import sys, downbeat.cli.main as m, click\n"
        "context = click.Context(m.downbeat)\n"
        "[m.downbeat.get_command(context, name) for name in m.COMMANDS]\n"
        "import downbeat.cli.client\n"
        "print([n for n in ('django', 'celery', 'psycopg', 'rest_framework') if n in sys.modules])"
    )

    assert _python(code).strip() == "[]"


def test_the_supervisor_loads_neither_django_nor_a_driver() -> None:
    code = (
        "import sys, downbeat.embedded.supervisor\n"
        "print([n for n in ('django', 'psycopg', 'httpx', 'click') if n in sys.modules])"
    )

    assert _python(code).strip() == "[]"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 3), (403, 3), (404, 4), (422, 5), (409, 5), (503, 6), (500, 1)],
)
def test_exit_codes_follow_the_servers_answer(status: int, code: int) -> None:
    assert int(exit_for_status(status)) == code


def test_an_unreachable_server_has_its_own_exit_code() -> None:
    environment = {**os.environ, "DOWNBEAT_URL": "http://127.0.0.1:9", "DOWNBEAT_CONFIG": "/none"}
    command = [sys.executable, "-m", "downbeat.cli.main", "flow", "list"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert done.returncode == Exit.UNREACHABLE
    assert "cannot be reached" in done.stderr


def test_bad_use_has_its_own_exit_code() -> None:
    command = [sys.executable, "-m", "downbeat.cli.main", "run", "--no-such-option"]

    assert subprocess.run(command, capture_output=True).returncode == Exit.USAGE


def test_a_file_may_hold_several_flows_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "flows.yaml"
    file.write_text(TWO_FLOWS)

    found = list(flows.sources((tmp_path,)))

    assert [source.id for source in found] == ["one", "two"]
    assert found[0].text == TWO_FLOWS.split("---\n")[0]
    assert "# a comment that stays" in found[0].text


def test_a_file_that_is_no_flow_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("just: something")

    with pytest.raises(Problem, match="namespace") as refused:
        list(flows.sources((file,)))

    assert refused.value.exit_code == Exit.INVALID


def test_a_log_in_is_kept_privately_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOWNBEAT_CONFIG", str(tmp_path / "account.json"))
    for name in ("DOWNBEAT_URL", "DOWNBEAT_TOKEN", "DOWNBEAT_TENANT"):
        monkeypatch.delenv(name, raising=False)
    kept = account.Account("http://server", "acme", "secret")

    path = account.keep(kept)
    found = account.current()
    monkeypatch.setenv("DOWNBEAT_TENANT", "other")

    assert path.stat().st_mode & 0o077 == 0
    assert found == kept
    assert account.current().tenant == "other"


def test_completion_scripts_exist_for_three_shells() -> None:
    for shell in ("bash", "zsh", "fish"):
        answer = CliRunner().invoke(downbeat, ["completion", shell])
        assert "_DOWNBEAT_COMPLETE" in answer.output


def test_the_table_of_commands_is_whole() -> None:
    context = click.Context(downbeat)

    assert all(downbeat.get_command(context, name) for name in COMMANDS)


@pytest.mark.parametrize("command", ["worker", "scheduler", "web", "migrate"])
def test_a_bad_setting_is_named_in_one_line(command: str, tmp_path: Path) -> None:
    wrong = {"DOWNBEAT_LEASE_SECONDS": "-1", "DOWNBEAT_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "downbeat.cli.main", command],
        env={**os.environ, **wrong}, capture_output=True, text=True,
    )  # fmt: skip

    said = "downbeat: DOWNBEAT_LEASE_SECONDS must be a number of seconds, 0 or more\n"
    assert (done.returncode, done.stderr) == (Exit.USAGE, said)
