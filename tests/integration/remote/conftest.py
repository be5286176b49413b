"""A server as processes, and groups whose workers are far away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from downbeat.common.models import uuid7
from tests.integration.runtime.conftest import Processes, Runs, beside
from tests.support import cast as casting
from tests.support import database as databases
from tests.support.cast import Cast, Member
from tests.support.conformity import as_declared
from tests.support.remote_workers import RemoteWorkers, remote_workers
from tests.support.stranger import eventually

PATIENT: Final = {"DOWNBEAT_LEASE_SECONDS": "8", "DOWNBEAT_HEARTBEAT_SECONDS": "1"}
PATIENCE: Final = 150.0


@dataclass(frozen=True)
class Group:
    """A worker group of a tenant, with a token."""

    cast: Cast
    owner: Member
    api: str
    id: str
    key: str
    token: str
    token_id: str

    def workers(self) -> list[dict[str, Any]]:
        """Its workers, as its owner sees them."""
        found = self.owner.get(f"{self.api}/worker-groups/{self.id}/workers")
        assert found.status_code == 200, found.content
        listed: list[dict[str, Any]] = found.json()["workers"]
        return listed

    def alive(self) -> list[dict[str, Any]]:
        """Those that are ready."""
        return [one for one in self.workers() if one["state"] == "READY"]


def group_of(cast: Cast, owner: Member, api: str, key: str | None = None) -> Group:
    """A new group of a tenant, with a token."""
    key = key or f"far-{uuid7().hex[-8:]}"
    made = owner.post(f"{api}/worker-groups", {"key": key, "description": "far away"})
    assert made.status_code == 200, made.content
    id = made.json()["id"]
    token = owner.post(f"{api}/worker-groups/{id}/tokens", {"name": "machine"})
    assert token.status_code == 200, token.content
    said = token.json()
    return Group(cast, owner, api, id, key, said["token"], said["details"]["id"])


@pytest.fixture(scope="package")
def far_cast(database: databases.Server) -> Cast:
    """Tenants whose work runs far away."""
    return casting.assemble()


@pytest.fixture(scope="package")
def crew(
    database: databases.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """A worker, a scheduler and leases that a busy machine keeps."""
    with beside(database, tmp_path_factory.mktemp("far"), **PATIENT) as found:
        found.worker()
        found.scheduler()
        yield found


@pytest.fixture(scope="package")
def port(crew: Processes) -> int:
    """The port of a web process, which answers."""
    return answering(crew)


def answering(crew: Processes, **more: str) -> int:
    """The port of a new web process, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    crew.web(number, **more)
    eventually(lambda: _answers(number), 180, crew.printed)
    return number


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="package")
def runs(far_cast: Cast) -> Runs:
    """Flows of Alice's."""
    return Runs(far_cast)


@pytest.fixture(scope="package")
def url(port: int) -> str:
    """The address of the server."""
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def far(far_cast: Cast) -> Group:
    """A group of Alice's tenant, for one test."""
    return group_of(far_cast, far_cast.alice, far_cast.api)


@pytest.fixture
def remotes(crew: Processes) -> Iterator[RemoteWorkers]:
    """Remote workers of one test."""
    with remote_workers() as found:
        yield found


@pytest.fixture(autouse=True)
def answers_as_declared() -> Iterator[None]:
    """Whatever a test here asks, the answer is as the OpenAPI description has it."""
    with as_declared():
        yield
