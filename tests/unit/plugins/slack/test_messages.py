"""Slack's markup and the message about an execution."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.plugins.slack.markup import slack_markup
from flows.plugins.slack.message import message_about
from flows.plugins.slack.webhook import as_message

EXECUTION: dict[str, Any] = {
    "id": "0190",
    "namespace": "company.data",
    "flowId": "daily",
    "state": "FAILED",
    "startDate": "2026-11-22T05:00:00.000000Z",
    "duration": "PT1H2M3.5S",
    "url": "https://flows.example.org/ui/main/executions/0190",
    "failed": {"taskId": "load", "value": "a<b", "attempts": 3, "error": "no & room"},
    "last": {"taskId": "alert"},
}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and **more**", "*bold* and *more*"),
        ("__so__ it is", "_so_ it is"),
        ("see [the page](https://x.org/a_b?c=1)", "see <https://x.org/a_b?c=1|the page>"),
        ("**[x](https://y)**", "*<https://y|x>*"),
        ("2 * 3 ** 4 and a_b__c", "2 * 3 ** 4 and a_b__c"),
        ("*already* _slack_", "*already* _slack_"),
    ],
)
def test_markup_is_translated(written: str, shown: str) -> None:
    assert slack_markup(written) == shown


def test_text_that_is_a_json_object_is_a_message_already() -> None:
    assert as_message('{"blocks": []}') == '{"blocks": []}'
    assert json.loads(as_message("**a**")) == {"text": "*a*"}
    assert json.loads(as_message("12")) == {"text": "12"}
    assert json.loads(as_message('{"broken": ')) == {"text": '{"broken": '}


def test_the_message_says_what_happened_and_links_to_it() -> None:
    message = message_about(EXECUTION, fields={"Team": "Data", "Rows": 3}, words="**Look**")

    (attachment,) = message["attachments"]
    shown = json.dumps(attachment["blocks"])
    assert message["text"] == "company.data.daily is FAILED: task load failed"
    assert attachment["color"] == "#e01e5a"
    assert "<https://flows.example.org/ui/main/executions/0190|company.data.daily>" in shown
    for part in ("*Look*", "1 h 2 min 3 s", "load [a&lt;b]", "no &amp; room", "*Team*\\nData"):
        assert part in shown, part
    assert attachment["blocks"][-1]["elements"][0]["url"] == EXECUTION["url"]


def test_slacks_limits_are_kept() -> None:
    many = {f"field {number}": "x" * 5_000 for number in range(25)}

    blocks = message_about(EXECUTION, fields=many, words="y" * 9_000)["attachments"][0]["blocks"]

    for block in blocks:
        assert len(block.get("fields", ())) <= 10
        assert all(len(field["text"]) <= 2_000 for field in block.get("fields", ()))
        assert len(block.get("text", {}).get("text", "")) <= 3_000


def test_without_an_address_of_the_instance_there_is_no_link() -> None:
    bare = {**EXECUTION, "url": None, "state": "RUNNING", "failed": None}

    message = message_about(bare, fields={}, words=None)

    assert "http" not in json.dumps(message)
    assert "Last task" in json.dumps(message)
