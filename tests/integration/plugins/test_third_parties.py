"""A plug-in of somebody else: made by the command, installed by entry point, run by a server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.runtime.conftest import beside
from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.driver import Driver

pytestmark = pytest.mark.vendors

ROOT = Path(__file__).resolve().parents[3]
FLOW = """id: fetch
namespace: company.data
tasks:
  - id: fetch
    type: acme_crm.Fetch
    url: {url}
    token: a-token-that-nobody-reads
    collection: people
"""


@dataclass(frozen=True)
class Elsewhere:
    """An environment of its own with the plug-in in it, and ours beneath."""

    folder: Path
    package: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "env" / "bin" / "python")

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs its interpreter with arguments."""
        environment = {**os.environ, "PYTHONPATH": ""}
        return subprocess.run(
            [self.python, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=cwd or self.folder,
            timeout=200,
        )


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """A new package, installed; tasks run as another user, so pytest's private folders will not do."""
    folder = Path(tempfile.mkdtemp(prefix="downbeat-plugin-"))
    folder.chmod(0o755)
    found = Elsewhere(folder, folder / "package")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
    roots = [str(ROOT / "platform"), str(ROOT), sysconfig.get_path("purelib")]
    (packages / "beneath.pth").write_text("\n".join(roots) + "\n")
    made = found.run(
        "-m", "downbeat.cli.main", "plugin", "new", "acme-crm", "--dir", str(found.package)
    )
    assert made.returncode == 0, made.stderr
    try:
        yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def installed(elsewhere: Elsewhere) -> Elsewhere:
    """The package in that environment, from a wheel as a package index would give it."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--offline", "--no-deps"]
    command += ["--no-build-isolation", "--python", elsewhere.python, str(elsewhere.package)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return elsewhere


def test_the_new_package_passes_its_own_tests(installed: Elsewhere) -> None:
    done = installed.run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=installed.package)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_the_command_lists_it_beside_the_others(installed: Elsewhere) -> None:
    done = installed.run("-m", "downbeat.cli.main", "plugin", "list", "-o", "json")

    listed = {one["name"]: one for one in json.loads(done.stdout)}
    assert listed["acme_crm"] == {
        "name": "acme_crm",
        "package": "downbeat-acme-crm",
        "version": "0.1.0",
        "types": ["acme_crm.Fetch", "acme_crm.Trigger"],
        "connections": ["acme_crm"],
        "problem": None,
    }
    assert listed["core"]["package"] == "downbeat"


@pytest.mark.parametrize("name", ["Acme", "1st", "a", "../x", "core"])
def test_a_name_that_cannot_be_is_refused(elsewhere: Elsewhere, name: str) -> None:
    done = elsewhere.run("-m", "downbeat.cli.main", "plugin", "new", name, "--dir", "unused")

    assert done.returncode in (2, 5)
    assert name in done.stderr
    assert not (elsewhere.folder / "unused").exists()


def test_a_folder_with_something_in_it_is_left_alone(elsewhere: Elsewhere) -> None:
    before = (elsewhere.package / "README.md").read_text()

    done = elsewhere.run(
        "-m", "downbeat.cli.main", "plugin", "new", "other", "--dir", str(elsewhere.package)
    )

    assert done.returncode == 5
    assert "not empty" in done.stderr
    assert (elsewhere.package / "README.md").read_text() == before


class Door(BaseHTTPRequestHandler):
    """Two people."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"id": 1}, {"id": 2}]')

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """The vendor's API."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def driver(
    database: databases.Server,
    installed: Elsewhere,
    module_cast: Cast,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Driver]:
    """A server and a worker that have the plug-in installed."""
    logs = tmp_path_factory.mktemp("elsewhere")
    more = {"DOWNBEAT_EGRESS": "open", "PYTHONPATH": "", "DOWNBEAT_ALLOWED_HOSTS": "127.0.0.1"}
    with beside(database, logs, **more) as processes:
        processes.python = installed.python
        processes.worker()
        port = _free_port()
        processes.web(port)
        token = module_cast.alice.token
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(
            base_url=f"{base}{module_cast.api}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        ) as http:
            _until_it_answers(base)
            yield Driver(http)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until_it_answers(base: str) -> None:
    end = time.monotonic() + 90
    while True:
        try:
            httpx.get(f"{base}/health/live", timeout=2).raise_for_status()
            return
        except httpx.HTTPError:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_a_server_runs_its_types(driver: Driver, api: str) -> None:
    flow = driver.publish(FLOW.format(url=api))

    done = driver.run(flow)

    assert done.state == "SUCCESS", driver.messages(done.id)
    outputs = driver.outputs(done, "fetch")
    assert outputs["size"] == 2
    assert driver.file(done, outputs["uri"]) == b'{"id": 1}\n{"id": 2}\n'
    assert driver.metrics(done) == {"items": 2.0}
