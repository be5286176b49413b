"""Slack's types against a double on the wire: what is sent, how often, and what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.errors import MissingCredential, TaskFailed
from downbeat.sdk.task import RunnableTask
from flows.plugins.slack.connection import SlackConnection
from flows.plugins.slack.execution import SlackExecution
from flows.plugins.slack.webhook import SlackIncomingWebhook
from tests.support.doubles.slack import PATH, SlackDouble
from tests.support.doubles.wire import Trouble
from tests.support.run_context import MemoryContext, made

EXECUTION: Mapping[str, Any] = {
    "id": "0190",
    "namespace": "company.data",
    "flowId": "daily",
    "state": "FAILED",
    "startDate": "2026-11-22T05:00:00.000000Z",
    "duration": "PT5S",
    "url": None,
    "failed": {"taskId": "load", "value": None, "attempts": 1, "error": "no room"},
    "last": None,
}


@pytest.fixture
def double() -> Iterator[SlackDouble]:
    found = SlackDouble()
    with found.listening():
        yield found


@pytest.fixture
def ctx(tmp_path: Path) -> MemoryContext:
    return MemoryContext(
        tmp_path,
        answers={
            "connection.get": None,
            "execution.read": EXECUTION,
            "file.uri": lambda asked: f"downbeat:///company/team/_files/{asked['path']}",
        },
    )


def post(double: SlackDouble, **properties: Any) -> RunnableTask:
    return made(SlackIncomingWebhook, **{"url": double.webhook, **properties})


def about(double: SlackDouble, **properties: Any) -> RunnableTask:
    return made(SlackExecution, **{"url": double.webhook, **properties})


def said(ctx: MemoryContext) -> str:
    return "\n".join(text for _, text in ctx.lines)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ({"payload": '{"text": "Done ✅"}'}, {"text": "Done ✅"}),
        ({"payload": {"text": "Done ✅"}}, {"text": "Done ✅"}),
        (
            {"messageText": "**Done** [here](https://x.org)"},
            {"text": "*Done* <https://x.org|here>"},
        ),
        ({"messageText": '{"text": "as it is"}'}, {"text": "as it is"}),
        ({"payload": '{"text": "wins"}', "messageText": "loses"}, {"text": "wins"}),
    ],
)
def test_a_message_is_sent_as_it_is_written(
    double: SlackDouble, ctx: MemoryContext, written: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert post(double, **written).run(ctx) is None

    assert double.messages == [sent]
    assert double.log[0].headers["content-type"].startswith("application/json")


def test_nothing_to_send_is_told(double: SlackDouble, ctx: MemoryContext) -> None:
    for empty in ({}, {"payload": " "}, {"messageText": ""}):
        with pytest.raises(TaskFailed, match="give 'payload' or 'messageText'"):
            post(double, **empty).run(ctx)
    assert not double.log


def test_slack_is_asked_again_when_it_wants_to_be(double: SlackDouble, ctx: MemoryContext) -> None:
    busy = Trouble(429, "rate_limited", headers={"Retry-After": "0"})
    double.fails("post", busy, busy, Trouble(503, "wait", headers={"Retry-After": "0"}))

    post(double, messageText="a").run(ctx)

    assert double.count("post") == 4
    assert double.messages == [{"text": "a"}]
    assert "Status 429; asking again in 0 s" in said(ctx)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble(404, "no_service"), "status 404: no_service (the webhook was removed"),
        (Trouble(403, "action_prohibited"), "status 403: action_prohibited (an admin"),
        (Trouble(410, "channel_is_archived"), "the channel is archived"),
        (Trouble(200, {"ok": False, "error": "no_text"}), "status 200: no_text (the message"),
        (Trouble(400, f"bad path {PATH}"), "status 400: bad path ******"),
        (Trouble(302, "", headers={"Location": "https://x.org"}), "status 302: (nothing more)"),
    ],
)
def test_what_slack_refuses_is_told_in_its_words_and_in_plain_ones(
    double: SlackDouble, ctx: MemoryContext, trouble: Trouble, told: str
) -> None:
    double.fails("post", trouble)

    with pytest.raises(TaskFailed) as problem:
        post(double, messageText="a").run(ctx)

    assert told in str(problem.value)
    assert double.count("post") == 1


def test_the_address_is_in_no_error(ctx: MemoryContext) -> None:
    secret = "very-secret-part"
    for url in (
        f"http://127.0.0.1:1/{secret}",
        f"http://127.0.0.1:port/{secret}",
        f"127.0.0.1/{secret}",
        f"https://[bad/{secret}",
        f"http://no-such-host.invalid/{secret}?k={secret}",
    ):
        with pytest.raises(TaskFailed) as problem:
            made(SlackIncomingWebhook, url=url, messageText="a").run(ctx)
        assert secret not in str(problem.value) + said(ctx)


def test_a_message_that_was_taken_is_not_sent_by_the_next_attempt(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    post(double, messageText="a").run(ctx)
    post(double, messageText="a").run(ctx)

    assert double.count("post") == 1
    assert "not sent again" in said(ctx)


def test_a_message_that_was_refused_or_lost_is_sent_by_the_next_attempt(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    double.fails("post", Trouble(404, "no_service"), Trouble(drop=True))
    for _ in range(2):
        with pytest.raises(TaskFailed):
            post(double, messageText="a").run(ctx)

    post(double, messageText="a").run(ctx)

    assert double.messages == [{"text": "a"}]


def test_options_are_kept(double: SlackDouble, ctx: MemoryContext) -> None:
    double.holds("post")
    options = {"headers": {"X-Team": "data"}, "readTimeout": "PT0.2S", "connectTimeout": "PT5S"}

    with pytest.raises(TaskFailed, match="Slack gave no answer: ReadTimeout"):
        post(double, messageText="a", options=options).run(ctx)

    assert double.log[0].headers["x-team"] == "data"


def test_the_webhook_comes_from_a_connection_or_the_environment(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    task = made(SlackIncomingWebhook, messageText="a")
    with pytest.raises(MissingCredential, match=r"'url' is missing.*SLACK_WEBHOOK_URL"):
        task.run(ctx)

    ctx.environment = {"SLACK_WEBHOOK_URL": double.webhook}
    task.run(ctx)

    assert double.messages == [{"text": "a"}]


def test_a_message_about_an_execution_says_what_happened(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    about(
        double,
        executionId="0190",
        channel="#data",
        username="Downbeat",
        iconEmoji=":bell:",
        iconUrl="https://x.org/i.png",
        customMessage="**Look**",
        customFields={"Team": "Data"},
    ).run(ctx)

    (message,) = double.messages
    assert ctx.asked[0] == ("execution.read", {"execution_id": "0190"})
    chosen = ("channel", "username", "icon_emoji", "icon_url", "text")
    assert [message[name] for name in chosen] == [
        "#data",
        "Downbeat",
        ":bell:",
        "https://x.org/i.png",
        "company.data.daily is FAILED: task load failed",
    ]
    shown = json.dumps(message["attachments"])
    assert all(part in shown for part in ("*Look*", "*Team*\\nData", "no room", "5.0 s"))


def test_a_template_of_the_namespace_is_sent_instead(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    template = """{"text": "{{ execution.flowId }} {{ firstFailed.taskId }} {{ who | upper }}"}"""
    ctx.files["downbeat:///company/team/_files/alerts/short.json"] = template.encode()

    for uri in ("nsfile:///alerts/short.json", "alerts/short.json"):
        ctx.remembered = {}
        about(double, templateUri=uri, templateRenderMap={"who": "ada"}, channel="#data").run(ctx)

    assert double.messages == [{"text": "daily load ADA", "channel": "#data"}] * 2


@pytest.mark.parametrize(
    ("template", "told"),
    [("not JSON", "is not JSON"), ("[1]", "not a JSON object"), ("{{ nothing.here }}", "nothing")],
)
def test_a_template_that_makes_no_message_is_told(
    double: SlackDouble, ctx: MemoryContext, template: str, told: str
) -> None:
    ctx.files["downbeat:///company/team/_files/a.json"] = template.encode()

    with pytest.raises(TaskFailed, match=told):
        about(double, templateUri="a.json").run(ctx)
    assert not double.log


def test_a_connection_says_whether_the_webhook_is_there(
    double: SlackDouble, ctx: MemoryContext
) -> None:
    found = SlackConnection(url=double.webhook)

    assert found.check(ctx) == "The webhook is there"
    double.fails("post", Trouble(404, "no_service"))
    with pytest.raises(TaskFailed, match="the webhook was removed"):
        found.check(ctx)
    double.fails("post", Trouble(200, "welcome"))
    assert "not as Slack does" in found.check(ctx)
    assert not double.messages
