"""Calls of webhooks that wait for the end, against a real web process: nobody logs in for them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.runtime.conftest import Runs

FLOW = """id: hooked
namespace: company.data
inputs:
  - {{id: name, type: STRING, required: false}}
  - {{id: fail, type: STRING, required: false}}
tasks:
  - {{id: rest, type: core.flow.Sleep, duration: PT0.3S}}
  - {{id: maybe, type: core.execution.Fail, condition: "{{{{ inputs.fail == 'yes' }}}}"}}
outputs:
  - {{id: greeting, type: STRING, value: "hello {{{{ inputs.name }}}}"}}
triggers:
  - id: hook
    type: core.trigger.Webhook
    key: open-sesame
    inputs:
      name: "{{{{ trigger.parameters.name[0] }}}}"
      fail: "{{{{ trigger.body.fail ?? 'no' }}}}"
{more}"""


def deploy(runs: Runs, **properties: Any) -> None:
    more = "".join(f"    {name}: {value}\n" for name, value in properties.items())
    runs.deploy(FLOW.format(more=more))


def call(runs: Runs, port: int, query: str = "name=Ada", body: Any = None) -> httpx.Response:
    path = f"{runs.cast.api}/executions/webhook/company.data/hooked/open-sesame/deep/path?{query}"
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.post(f"http://127.0.0.1:{port}{path}", json=body)


def test_a_call_is_answered_at_once_unless_somebody_waits(runs: Runs, port: int) -> None:
    deploy(runs)

    answer = call(runs, port)

    assert answer.status_code == 200
    assert answer.json()["state"]["current"] == "CREATED"
    assert answer.json()["trigger"]["variables"]["path"] == "deep/path"


def test_a_caller_that_asks_to_wait_gets_the_end(runs: Runs, port: int) -> None:
    deploy(runs)

    answer = call(runs, port, "name=Ada&wait=true")

    assert answer.json()["state"]["current"] == "SUCCESS"
    assert answer.json()["flowId"] == "hooked"
    assert "x-downbeat-wait" not in answer.headers


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [("application/json", '{"greeting":"hello Ada"}'), ("text/plain", "hello Ada")],
)
def test_a_webhook_that_waits_gives_its_outputs(
    runs: Runs, port: int, content_type: str, expected: str
) -> None:
    deploy(
        runs, wait="true", returnOutputs="true", responseContentType=content_type, responseCode=201
    )

    answer = call(runs, port)

    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.text == expected


def test_a_failure_is_no_answer_with_outputs(runs: Runs, port: int) -> None:
    deploy(runs, wait="true", returnOutputs="true", responseContentType="text/plain")

    answer = call(runs, port, body={"fail": "yes"})

    assert answer.status_code == 424
    assert answer.json()["state"]["current"] == "FAILED"


def test_a_call_that_lacks_what_the_inputs_name_is_refused(runs: Runs, port: int) -> None:
    deploy(runs)

    answer = call(runs, port, "other=Ada")

    assert answer.status_code == 422
    assert answer.json()["code"] == "webhook.inputs"
    assert "name" in answer.json()["detail"]
