"""`downbeat flow fix`: files are rewritten in place, or only looked at."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from downbeat.cli.main import downbeat

OLD = """id: old  # ours
namespace: company.team
tasks:
  - id: echo
    type: core.debug.Echo
    format: hello
"""
NEW = OLD.replace("core.debug.Echo", "core.log.Log").replace("format", "message")


def test_a_file_is_rewritten_in_place(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(OLD, encoding="utf-8")

    answer = CliRunner().invoke(downbeat, ["flow", "fix", str(tmp_path)])

    assert answer.exit_code == 0, answer.output
    assert file.read_text(encoding="utf-8") == NEW


def test_a_check_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(OLD, encoding="utf-8")

    answer = CliRunner().invoke(downbeat, ["flow", "fix", "--check", str(file), "-o", "json"])

    assert answer.exception is not None
    assert '"core.debug.Echo → core.log.Log"' in answer.output
    assert file.read_text(encoding="utf-8") == OLD


def test_line_ends_of_another_system_stay(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_bytes(OLD.replace("\n", "\r\n").encode())

    answer = CliRunner().invoke(downbeat, ["flow", "fix", str(file)])

    assert answer.exit_code == 0, answer.output
    assert file.read_bytes() == NEW.replace("\n", "\r\n").encode()
