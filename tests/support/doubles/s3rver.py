"""A second opinion on S3: s3rver, of the registry of npm, which knows only its own key.

It is no dependency of ours: it is fetched into a folder of its own when a test asks for it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.stranger import eventually

VERSION: Final = "3.7.1"
KEY: Final = "S3RVER"
_PATIENCE: Final = 60.0
_INSTALL_SECONDS: Final = 120


class Unavailable(Exception):
    """It cannot be had here: no npm, or no registry that has it."""


@contextmanager
def s3rver() -> Iterator[str]:
    """The address of a running server; key and secret are both ``KEY``."""
    with tempfile.TemporaryDirectory(prefix="s3rver-") as place:
        command = _installed(Path(place))
        data = Path(place) / "data"
        data.mkdir()
        port = _free_port()
        process = subprocess.Popen(
            [command, "-a", "127.0.0.1", "-p", str(port), "-d", str(data), "--silent"],
            # Its pages are named with a cipher that newer Nodes have only on request.
            env={**os.environ, "NODE_OPTIONS": "--openssl-legacy-provider"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: _answers(port), _PATIENCE, lambda: "s3rver does not answer")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _installed(place: Path) -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("there is no npm")
    asked = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place)]
    try:
        done = subprocess.run(
            [*asked, f"s3rver@{VERSION}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("the registry of npm does not answer") from None
    if done.returncode:
        raise Unavailable(f"npm has no s3rver: {done.stderr[-300:]}")
    return str(place / "node_modules" / ".bin" / "s3rver")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
