"""What the processes of an instance are told, and that the operator has the last word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from downbeat.embedded import environment, example
from downbeat.embedded.errors import NotRunning
from downbeat.embedded.home import Home


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOWNBEAT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOWNBEAT_SCRIPT_ENV", "/nowhere")


def test_processes_learn_the_home_and_the_key(tmp_path: Path) -> None:
    found = environment.completed(Home(tmp_path))

    assert found["DOWNBEAT_HOME"] == str(tmp_path)
    assert found["DOWNBEAT_ENCRYPTION_KEY_FILE"].startswith(str(tmp_path))


def test_a_key_of_the_operator_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOWNBEAT_ENCRYPTION_KEY", "k" * 32)

    found = environment.completed(Home(tmp_path))

    assert "DOWNBEAT_ENCRYPTION_KEY_FILE" not in found


def test_a_database_of_the_operator_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody/elses")
    other_project = environment.uses_own_database()
    monkeypatch.setenv("DOWNBEAT_DATABASE_URL", "postgresql://ours")

    assert other_project
    assert not environment.uses_own_database()


def test_a_command_beside_an_instance_that_never_ran_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="downbeat up"):
        environment.attach(Home(tmp_path))


def test_the_example_may_touch_its_own_folder_only(tmp_path: Path) -> None:
    settings: dict[str, str] = {}

    example.add_to(settings, tmp_path, "http://127.0.0.1:8080")

    assert settings["DOWNBEAT_LOCAL_PATHS"] == f"demo.*={tmp_path}"
    assert settings["DOWNBEAT_ENV_EXAMPLE_HOME"] == str(tmp_path)


def test_folders_that_the_operator_allows_stay(tmp_path: Path) -> None:
    settings = {"DOWNBEAT_LOCAL_PATHS": "mine=/data"}

    example.add_to(settings, tmp_path, "http://127.0.0.1:8080")

    assert settings["DOWNBEAT_LOCAL_PATHS"] == "mine=/data"
