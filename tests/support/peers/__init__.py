"""Other people's servers that run here: started by the tests, skipped by name where they cannot."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

FOLDER: Final = Path(__file__).parent
Json = dict[str, Any]


def needs_peers() -> None:
    """Skips a test where Node or the packages are missing; `make peers` installs them."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed: no real identity providers")
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("The identity providers are not installed: run `make peers`")


@contextmanager
def peer(script: str, configuration: Json) -> Iterator[Json]:
    """A server for a block of code; gives what it says of itself."""
    command = [str(shutil.which("node")), str(FOLDER / script), json.dumps(configuration)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said, f"{script} said nothing"
            yield json.loads(said)
        finally:
            process.terminate()
            process.wait(10)
