"""Waiting for a sync: ``airbyte.connections.Sync`` beside the same questions asked with httpx.

Run: python -m tests.bench.vendors.airbyte
"""

from __future__ import annotations

import ssl
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx

from flows.plugins.airbyte.connections import Sync
from tests.bench.vendors.sides import compare, elsewhere
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.run_context import MemoryContext, made

LOOKS: Final = 200
PAUSE: Final = 0.002


def main() -> None:
    """Prints the figures."""
    with elsewhere(_airbyte) as url, tempfile.TemporaryDirectory() as folder:
        compare(
            f"airbyte: a sync of {LOOKS} looks",
            ours=lambda: _task(url, Path(folder)),
            bare=lambda: _bare(url),
        )


def _airbyte() -> AirbyteDouble:
    found = AirbyteDouble()
    found.script = ["running"] * (LOOKS - 1) + ["succeeded"]
    return found


def _task(url: str, folder: Path) -> None:
    ctx = MemoryContext(folder, answers={"connection.get": None})
    task = made(Sync, url=url, connectionId="shop", pollFrequency=f"PT{PAUSE}S")
    task.run(ctx)


def _bare(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False, verify=ssl.create_default_context()) as http:
        begun = http.post("/api/v1/connections/sync", json={"connectionId": "shop"}).json()
        id = begun["job"]["id"]
        while True:
            answer = http.post("/api/v1/jobs/get", json={"id": id}).json()
            if answer["job"]["status"] == "succeeded":
                return
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
