"""Airbyte's doors against a double on the wire: credentials, words of refusal, other interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from downbeat.sdk.errors import MissingCredential, TaskFailed
from downbeat.sdk.task import RunnableTask
from flows.plugins.airbyte.cloud import Reset
from flows.plugins.airbyte.cloud import Sync as CloudSync
from flows.plugins.airbyte.connection import AirbyteCloudConnection, AirbyteConnection
from flows.plugins.airbyte.connections import CheckStatus, Sync
from tests.integration.vendors.airbyte_tasks import (
    QUICK,
    cloud,
    ctx,
    double,
    fresh,
    said,
    sync,
)
from tests.support.doubles.airbyte import CLIENT_ID, CLIENT_SECRET, AirbyteDouble
from tests.support.doubles.wire import Trouble
from tests.support.run_context import MemoryContext, made

__all__ = ["ctx", "double"]


# Signing in


@pytest.mark.parametrize(
    ("way", "written"),
    [
        ("token", {"token": "fixed-token"}),
        ("basic", {"username": "ada", "password": "pass-word"}),
        (
            "application",
            {"applicationCredentials": {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}},
        ),
        ("application", {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}),
    ],
)
def test_each_way_to_sign_in_is_let_in(
    double: AirbyteDouble, ctx: MemoryContext, way: str, written: dict[str, Any]
) -> None:
    double.signs_in = way

    assert sync(double, **written).run(ctx) == {"jobId": 1, "alreadyRunning": False}


def test_a_token_that_runs_out_in_the_middle_is_fetched_again_once(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "application"
    double.script = ["running"] * 3 + ["succeeded"]
    looks: list[int] = []
    answered = double.answered

    def expiring(asked: Any, query: Mapping[str, str]) -> Any:
        if asked.what == "look":
            looks.append(1)
            if len(looks) == 2:
                double.expire()
        return answered(asked, query)

    double.answered = expiring  # type: ignore[method-assign]

    task = sync(double, clientId=CLIENT_ID, clientSecret=CLIENT_SECRET)

    assert task.run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert (double.count("token"), double.count("start")) == (2, 1)


def test_credentials_that_are_wrong_are_told_without_showing_them(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "application"
    wrong = {"clientId": CLIENT_ID, "clientSecret": "wrong-secret-value"}

    with pytest.raises(TaskFailed) as told:
        sync(double, **wrong).run(ctx)
    with pytest.raises(TaskFailed, match=r"401: Unauthorized \(signed in with 'token'\)"):
        sync(double, token="another-token").run(ctx)
    with pytest.raises(TaskFailed, match="no credentials are set"):
        sync(double).run(ctx)

    assert "No application has ******" in str(told.value)
    assert "wrong-secret-value" not in str(told.value) + said(ctx)
    assert double.count("token") == 1


def test_the_environment_gives_what_the_task_does_not_say(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "token"
    ctx.environment = {"AIRBYTE_URL": double.url, "AIRBYTE_TOKEN": "fixed-token"}

    assert made(Sync, connectionId="shop", **QUICK).run(ctx) == {
        "jobId": 1,
        "alreadyRunning": False,
    }


def test_a_connection_of_the_namespace_gives_what_the_task_does_not_say(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "application"
    stored = {"url": double.url, "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}
    ctx.answers = {"connection.get": {"values": stored}}
    ctx.environment = {"AIRBYTE_TOKEN": "of another Airbyte"}

    made(Sync, connectionId="shop", **QUICK).run(ctx)

    assert ctx.asked[0] == ("connection.get", {"type": "airbyte", "name": None})
    assert double.count("start") == 1


def test_a_missing_value_is_named_with_the_places_where_it_may_be(ctx: MemoryContext) -> None:
    with pytest.raises(MissingCredential) as told:
        made(Sync, connectionId="shop").run(ctx)
    with pytest.raises(MissingCredential, match="'password' is missing"):
        made(Sync, connectionId="shop", url="http://h", username="ada").run(ctx)
    with pytest.raises(MissingCredential, match=r"'clientId' is missing.*AIRBYTE_CLOUD_CLIENT_ID"):
        made(CloudSync, connectionId="shop").run(ctx)

    for place in ("'url' is missing", "pluginDefaults", "connection 'airbyte'", "AIRBYTE_URL"):
        assert place in str(told.value)


# What Airbyte says when it does not do it


def test_a_connection_that_does_not_exist_is_told_in_airbytes_words(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    with pytest.raises(TaskFailed) as told:
        sync(double, connectionId="missing").run(ctx)

    assert str(told.value) == (
        "Airbyte answered POST /api/v1/connections/sync with status 404: "
        "Could not find configuration for CONNECTION: missing"
    )


def test_an_address_that_is_not_airbytes_is_recognised(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.fails("start", Trouble(200, "<html>A page</html>"))

    with pytest.raises(TaskFailed, match="not Airbyte's JSON; does 'url' name Airbyte's API"):
        sync(double).run(ctx)


def test_a_server_that_is_not_there_is_told_at_once(ctx: MemoryContext) -> None:
    with pytest.raises(TaskFailed, match=r"Airbyte at 127.0.0.1:1 gave no answer: ConnectError"):
        made(Sync, url="http://user:hidden-word@127.0.0.1:1", connectionId="shop").run(ctx)
    assert "hidden-word" not in said(ctx)


def test_a_guarded_instance_does_not_reach_inside(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    ctx.environment = {"DOWNBEAT_EGRESS": "guarded"}

    with pytest.raises(TaskFailed, match="public addresses only"):
        sync(double).run(ctx)


# A job that somebody else has started


def test_check_status_waits_for_the_end_and_never_cancels(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.running().script = ["running", "running", "succeeded"]

    outputs = made(CheckStatus, url=double.url, jobId="1", **QUICK).run(ctx)

    assert outputs == {"finalJobStatus": "succeeded"}
    assert ctx.metrics["records.committed"] == 42
    assert (double.count("start"), double.count("cancel")) == (0, 0)


def test_check_status_fails_with_the_job_and_when_time_is_up(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.running()
    double.running().script = ["failed"]

    with pytest.raises(TaskFailed, match=r"still running after 0:00:00.1.*maxDuration"):
        made(CheckStatus, url=double.url, jobId=1, maxDuration="PT0.1S", **QUICK).run(ctx)
    with pytest.raises(TaskFailed, match="Airbyte job 2 failed: source, config_error"):
        made(CheckStatus, url=double.url, jobId=2, **QUICK).run(ctx)
    with pytest.raises(TaskFailed, match="status 404: Could not find job with id: 9"):
        made(CheckStatus, url=double.url, jobId=9, **QUICK).run(ctx)
    with pytest.raises(TaskFailed, match="'jobId' is the number of a job, not 'x'"):
        made(CheckStatus, url=double.url, jobId="x", **QUICK).run(ctx)
    assert double.count("cancel") == 0


# The public interface


@pytest.mark.parametrize(("kind", "type"), [(CloudSync, "sync"), (Reset, "reset")])
def test_a_job_of_the_cloud_is_started_and_told(
    double: AirbyteDouble, ctx: MemoryContext, kind: type[RunnableTask], type: str
) -> None:
    double.signs_in = "token"

    outputs = cloud(double, kind).run(ctx)

    job = dict(outputs or {})["job"]
    assert (job["jobId"], job["jobType"], job["status"]) == (1, type, "succeeded")
    assert (job["rowsSynced"], job["bytesSynced"], job["duration"]) == (42, 4200, "PT5S")
    assert ctx.metrics == {"rows.synced": 42, "bytes.synced": 4200}
    assert double.count("start") == 1


def test_an_application_of_the_cloud_gets_its_token_beside_the_api(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "application"
    own: dict[str, Any] = {"token": None, "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}

    cloud(double, **own).run(ctx)
    cloud(double, **own, tokenURL=f"{double.url}/api/v1/applications/token").run(ctx)

    paths = [asked.path for asked in double.log if asked.what == "token"]
    assert paths == ["/v1/applications/token", "/api/v1/applications/token"]


def test_a_job_of_the_cloud_is_found_cancelled_and_judged(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.fails("start", Trouble(500, done=True))
    double.scripts = [["running"], ["failed"]]

    with pytest.raises(TaskFailed, match="ran longer than"):
        cloud(double, maxDuration="PT0.1S").run(ctx)
    with pytest.raises(TaskFailed, match="Airbyte job 2 failed"):
        cloud(double).run(ctx)

    assert double.jobs[0].status == "cancelled"
    assert (double.count("start"), double.count("cancel")) == (2, 1)
    assert cloud(double, wait=False).run(ctx) is not None
    assert double.count("start") == 3


# A stored connection that people try


def test_a_connection_says_what_it_sees(double: AirbyteDouble, ctx: MemoryContext) -> None:
    double.signs_in = "token"
    own = AirbyteConnection(url=double.url, token="fixed-token")
    public = AirbyteCloudConnection(url=f"{double.url}/v1", token="fixed-token")
    wrong = AirbyteConnection(url=double.url, token="wrong-token")

    host = double.url.removeprefix("http://")
    assert own.check(ctx) == public.check(ctx)
    assert own.check(ctx) == f"{host} lets these credentials see 1 workspace"
    with pytest.raises(TaskFailed, match="status 401: Unauthorized"):
        wrong.check(ctx)
    with pytest.raises(MissingCredential, match="'url' is missing"):
        AirbyteConnection().check(ctx)


def test_settings_of_http_may_sign_in_where_nothing_else_does(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.signs_in = "basic"
    ada = {"type": "BASIC", "username": "ada", "password": "pass-word"}

    sync(double, options={"auth": ada}).run(ctx)
    double.signs_in = "token"
    sync(double, options={"auth": ada}, token="fixed-token", wait=False).run(fresh(ctx))

    assert double.count("start") == 2
