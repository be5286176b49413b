"""Policies against authors who look for a way around them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import NAMESPACE, Cast

YAML = "application/x-yaml"
LOG = "{id: a, type: core.log.Log, message: x}"
SHELL = "{id: s, type: scripts.shell.Commands, commands: [ls]}"
PYTHON = "{id: s, type: scripts.python.Script, script: 'print(1)'}"
WRITES = "tasks:\n  - id: a\n    type: core.templating.TemplatedTask\n    spec: |\n"
HIDDEN = {
    "errors": f"tasks: [{LOG}]\nerrors: [{SHELL}]\n",
    "finally": f"tasks: [{LOG}]\nfinally: [{SHELL}]\n",
    "after": f"tasks: [{LOG}]\nafterExecution: [{SHELL}]\n",
    "errors of a group": "tasks:\n  - id: g\n    type: core.flow.Sequential\n"
    f"    tasks: [{LOG}]\n    errors: [{SHELL}]\n",
    "a case": "tasks:\n  - id: g\n    type: core.flow.Switch\n    value: x\n"
    f"    cases: {{x: [{SHELL}]}}\n",
    "a graph": f"tasks:\n  - id: g\n    type: core.flow.Dag\n    tasks: [{{task: {SHELL}}}]\n",
    "a written task": WRITES + "      type: scripts.shell.Commands\n      commands: [ls]\n",
    "a written type": WRITES + "      type: scripts.{{ 'shell' }}.Commands\n      commands: [ls]\n",
    "a written comment": WRITES
    + '      {{ "type: scripts.shell.Commands #" }}type: core.log.Log\n',
}


def _policy(cast: Cast, rules: dict[str, Any], effect: str = "DENY", **more: Any) -> None:
    body = {"name": f"{effect} {sorted(rules)}", "effect": effect, "rules": rules, **more}
    assert cast.alice.post(f"{cast.api}/policies", body).status_code == 200


def _save(cast: Cast, body: str, id: str = "daily") -> str:
    source = f"id: {id}\nnamespace: {NAMESPACE}\n{body}"
    answer = cast.alice.post(f"{cast.api}/flows", source, type=YAML)
    return "saved" if answer.status_code == 200 else str(answer.json()["code"])


@pytest.mark.parametrize("body", HIDDEN.values(), ids=HIDDEN)
def test_a_denied_type_is_found_wherever_it_is_put(cast: Cast, body: str) -> None:
    _policy(cast, {"taskTypes": ["scripts.shell.*"]}, on=["SAVE"])

    assert _save(cast, body) == "policy.refused"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("type: core.log.Log\n      message: x", "saved"),
        ("type: scripts.shell.Commands\n      commands: [ls]", "policy.refused"),
        ("type: core.{{ inputs.kind }}\n      message: x", "policy.refused"),
    ],
)
def test_a_type_that_a_task_writes_has_to_be_among_the_allowed(
    cast: Cast, spec: str, told: str
) -> None:
    _policy(cast, {"taskTypes": ["core.*"]}, "REQUIRE", on=["SAVE"])

    inputs = "inputs: [{id: kind, type: STRING}]\n"
    assert _save(cast, f"{inputs}{WRITES}      {spec}\n") == told


def test_whoever_allows_a_task_that_may_become_anything_names_it(cast: Cast) -> None:
    allowed = ["core.log.*", "core.templating.TemplatedTask"]
    _policy(cast, {"taskTypes": allowed}, "REQUIRE", on=["SAVE"])

    assert _save(cast, f"{WRITES}      {{{{ 'type: core.log.Log' }}}}\n") == "saved"


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("evil/x", "policy.refused"),
        ("{{ 'evil' }}/x", "policy.refused"),
        ("ev{{ 'il' }}/x", "policy.refused"),
        ("{% if true %}evil/x{% endif %}", "policy.refused"),
        ("registry.example.com/{{ 'x' }}", "saved"),
    ],
)
def test_an_image_is_not_hidden_in_an_expression(cast: Cast, image: str, told: str) -> None:
    _policy(cast, {"images": ["evil/*"]}, on=["SAVE"])

    body = f'tasks:\n  - {{id: s, type: scripts.python.Script, script: x, containerImage: "{image}"}}\n'
    assert _save(cast, body) == told


def test_a_written_task_names_no_image_unseen(cast: Cast) -> None:
    _policy(cast, {"images": ["registry.example.com/*"]}, "REQUIRE", on=["SAVE"])
    python = "type: scripts.python.Script\n      script: x\n      containerImage: "

    assert _save(cast, f"{WRITES}      {python}registry.example.com/a\n") == "saved"
    assert _save(cast, f"{WRITES}      {python}evil/a\n", "b") == "policy.refused"
    assert _save(cast, f"{WRITES}      {python}{{{{ 'evil/a' }}}}\n", "c") == "policy.refused"


def test_an_image_of_a_namespaces_defaults_is_judged_at_the_start(cast: Cast) -> None:
    _policy(cast, {"images": ["evil/*"]}, on=["START"])
    assert _save(cast, f"tasks: [{PYTHON}]\n") == "saved"
    default = {"type": "scripts.python.Script", "values": {"containerImage": "evil/x"}}
    space = {"id": NAMESPACE, "pluginDefaults": [default]}
    assert cast.alice.put(f"{cast.api}/namespaces/{NAMESPACE}", space).status_code == 200

    started = cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/daily")

    assert started.json()["code"] == "policy.refused"


def test_a_replay_is_a_start(cast: Cast, stage: Stage) -> None:
    _save(cast, f"tasks: [{LOG}]\n")
    id = cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/daily").json()["id"]
    stage.settle()
    _policy(cast, {"taskTypes": ["core.log.*"]}, on=["START"])

    again = cast.alice.post(f"{cast.api}/executions/{id}/actions/replay")

    assert again.json()["code"] == "policy.refused"
