"""Instances for these tests: each in a home of its own, none outlives its test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from downbeat.embedded import rooms
from downbeat.embedded.home import Home
from tests.acceptance.embedded.instance import Instance, free_port


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home; what it keeps elsewhere is removed too."""
    folder = tmp_path / "home"
    yield folder
    rooms.remove(Home(folder))


@pytest.fixture
def instance(home: Path) -> Iterator[Instance]:
    """An instance that is not started yet."""
    found = Instance(home, free_port())
    yield found
    if found.process and found.process.poll() is None:
        found.stop()


@pytest.fixture(autouse=True)
def _no_settings_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOWNBEAT_")]:
        monkeypatch.delenv(name)
