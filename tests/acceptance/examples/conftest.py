"""An instance with its examples, as `downbeat up` makes it, once for each way to start tasks."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.acceptance.examples.shop import Shop
from tests.support.driver import Driver
from tests.support.stranger import complaint, eventually, up

FIRST_RUN_SECONDS = 240.0


@pytest.fixture(scope="session", params=["bubblewrap", "process"])
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A running instance whose first execution of the main example is over."""
    if request.param == "bubblewrap" and not _can_sandbox():
        pytest.skip("bubblewrap does not work on this machine")
    with up(DOWNBEAT_LAUNCHER=request.param) as server, server.client() as client:
        eventually(
            lambda: "ended as" in server.printed, FIRST_RUN_SECONDS, lambda: complaint(server)
        )
        rooms = json.loads((server.home / "run" / "rooms.json").read_text(encoding="utf-8"))
        yield Shop(server, Driver(client), rooms["example"])


def _can_sandbox() -> bool:
    program = shutil.which("bwrap")
    command = [program or "", "--ro-bind", "/", "/", "--unshare-all", "true"]
    return program is not None and subprocess.run(command, capture_output=True).returncode == 0
