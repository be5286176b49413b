"""`downbeat worker-group` and `downbeat worker --remote`, as an operator uses them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from downbeat.cli.main import run
from downbeat.common.models import uuid7
from tests.support.cast import Cast
from tests.support.live import served

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def downbeat(
    url: str,
    module_cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command line as Alice has set it up; answers are data."""
    monkeypatch.setenv("DOWNBEAT_URL", url)
    monkeypatch.setenv("DOWNBEAT_TOKEN", str(module_cast.alice.token))
    monkeypatch.setenv("DOWNBEAT_TENANT", module_cast.tenant.slug)

    def call(*arguments: str, data: bool = True) -> Any:
        code = run([*arguments, *(("-o", "json") if data else ())])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out) if data else said.out

    return call


def test_a_group_is_made_given_a_token_and_taken_away(
    downbeat: Command, tmp_path: Path, module_cast: Cast
) -> None:
    key, file = f"cli-{uuid7().hex[-8:]}", tmp_path / "group.token"

    made = downbeat("worker-group", "create", key, "--description", "from the console")
    downbeat("worker-group", "subscribe", key, "company.data", data=False)
    token = downbeat("worker-group", "token", key, "--to", str(file))
    downbeat("worker-group", "revoke", key, token["uid"], data=False)
    (listed,) = [one for one in downbeat("worker-group", "list") if one["key"] == key]
    workers = downbeat("worker-group", "workers", key)
    downbeat("worker-group", "subscribe", key, "company.data", "--off", data=False)
    downbeat("worker-group", "delete", key, data=False)

    assert made["queue"] == f"{module_cast.tenant.slug}/{key}"
    assert file.read_text().startswith(token["tokenPrefix"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one["valid"] for one in listed["tokens"]] == [False]
    assert workers == []


def test_a_remote_worker_is_refused_an_address_that_shows_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "token"
    file.write_text("dwb_wkr_x")

    code = run(["worker", "--remote", "http://example.com", "--token-file", str(file)])

    assert code == 2
    assert "not encrypted" in capsys.readouterr().err


def test_a_remote_worker_with_a_bad_token_says_so_and_ends(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from executions.remote.link import Server
    from executions.remote.process import REFUSED, RemoteOptions, RemoteWorker
    from tests.support.attempts import settings_in

    monkeypatch.setattr("signal.signal", lambda *_: None)
    options = RemoteOptions(
        server=Server(url, "dwb_wkr_wrong"), slots=1, settings=lambda _: settings_in(tmp_path)
    )

    assert RemoteWorker(options).run() == REFUSED
