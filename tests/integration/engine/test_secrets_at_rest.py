"""No secret lies plain in the database, wherever the engine keeps what it has rendered."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common.scope import tenant_scope
from downbeat.sdk.task import InlineTask
from executions.runtime.channel_direct import DirectChannel
from executions.runtime.work_places import WorkPlaces
from executions.services import evaluation
from executions.worker.inline_job import run_inline
from executions.worker.leaving import fit_to_leave
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.rendering import TaskRenderer
from executions.worker.settings import LogLimits
from executions.worker.work import AttemptResult, Ending, Work
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

STORED = 'kept "apart" \\ from\tall\nthe rest'
"""A secret of the namespace, that JSON has to escape."""
GIVEN = "sesame/of+forty?thieves"
"""A SECRET input."""

CHILD = """
id: child
namespace: company.data
inputs:
  - {id: word, type: STRING}
  - {id: deep, type: JSON, required: false}
  - {id: hidden, type: SECRET, required: false}
outputs:
  - {id: back, type: STRING, value: "{{ inputs.word }}"}
tasks:
  - {id: used, type: core.log.Log, message: "got {{ inputs.word }} {{ trigger.taskRunValue ?? '' }}"}
  - {id: worked, type: scripts.shell.Commands, commands: ["echo {{ inputs.word }}"]}
"""
PARENT = """
id: parent
namespace: company.data
inputs:
  - {id: pass, type: SECRET}
tasks:
  - id: sub
    type: core.flow.Subflow
    namespace: company.data
    flowId: child
    inputs:
      word: "%(word)s"
      hidden: "%(word)s"
      deep: {list: ["in {{ inputs.pass }}", 7]}
    labels:
      - {key: marked, value: "%(word)s"}
  - id: after
    type: core.debug.Return
    format: "{{ outputs.sub.outputs.back }}"
  - {id: pause, type: scripts.shell.Commands, commands: [sleep]}
  - {id: handed, type: core.log.Log, message: "{{ outputs.after.value }}"}
  - id: switch
    type: core.flow.Switch
    value: "%(word)s"
    cases:
      never: [{id: never, type: core.log.Log, message: never}]
    defaults: [{id: always, type: core.log.Log, message: "{{ outputs.switch.value }}"}]
  - id: set
    type: core.execution.SetVariables
    variables: {mine: "{{ inputs.pass }}"}
  - id: told
    type: core.log.Log
    message: "{{ vars.mine }}"
"""
LOOP = """
id: loop
namespace: company.data
inputs:
  - {id: pass, type: SECRET}
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["%(word)s", plain, "%(word)s too"]
    tasks:
      - {id: said, type: core.debug.Return, format: "{{ taskrun.value }}"}
      - {id: same, type: core.debug.Return, format: "{{ outputs.said[taskrun.value].value == taskrun.value }}"}
      - {id: script, type: scripts.shell.Commands, commands: ["echo {{ taskrun.value }}"]}
      - id: sub
        type: core.flow.Subflow
        namespace: company.data
        flowId: child
        inputs: {word: "{{ taskrun.value }}"}
"""
MISTAKES = """
id: mistakes
namespace: company.data
inputs:
  - {id: pass, type: SECRET}
tasks:
  - id: choice
    type: core.flow.Switch
    allowFailure: true
    value: "%(word)s"
    cases:
      never: [{id: never, type: core.log.Log, message: never}]
  - id: nobody
    type: core.flow.Subflow
    allowFailure: true
    namespace: company.data
    flowId: "%(word)s"
  - id: refused
    type: core.flow.Subflow
    allowFailure: true
    namespace: company.data
    flowId: child
    inputs: {word: fine, deep: "%(word)s"}
  - id: loop
    type: core.flow.ForEach
    allowFailure: true
    values: "%(word)s"
    tasks: [{id: never2, type: core.log.Log, message: never}]
  - id: late
    type: core.flow.Subflow
    allowFailure: true
    namespace: company.data
    flowId: child
    scheduleDate: "%(word)s"
    inputs: {word: fine}
"""
ITEMS = """
id: items
namespace: company.data
inputs:
  - {id: pass, type: SECRET}
tasks:
  - id: each
    type: core.flow.Loop
    values: {first: "%(word)s", second: plain}
    outputs:
      - {id: made, type: STRING, value: "{{ outputs.said.value }}"}
    tasks:
      - {id: said, type: core.debug.Return, format: "{{ item.key }} {{ item.value }}"}
      - {id: script, type: scripts.shell.Commands, commands: ["echo {{ item.value }}"]}
  - {id: after, type: core.debug.Return, format: "{{ outputs.each.outputs[0].item.value }}"}
"""
CARRIED = """
id: carried
namespace: company.data
labels: {none: yet}
tasks:
  - id: set
    type: core.execution.SetVariables
    variables: {mine: "{{ secret('WORD') }}"}
  - id: labelled
    type: core.execution.Labels
    labels: {mark: "{{ secret('WORD') }}"}
  - {id: after, type: core.debug.Return, format: "{{ vars.mine }}"}
"""
TRIGGERED = """
id: triggered
namespace: company.data
inputs:
  - {id: word, type: STRING}
tasks:
  - {id: said, type: core.debug.Return, format: "{{ inputs.word }}"}
triggers:
  - id: hook
    type: core.trigger.Webhook
    key: abcdefgh
    inputs: {word: "{{ secret('WORD') }}"}
    labels: {mark: "{{ secret('WORD') }}"}
"""
DEFAULTED = """
id: defaulted
namespace: company.data
inputs:
  - {id: word, type: STRING, defaults: "x {{ secret('WORD') }}"}
tasks:
  - {id: said, type: core.log.Log, message: "{{ inputs.word }}"}
"""


@pytest.fixture(autouse=True)
def word(cast: Cast) -> None:
    place = f"{cast.api}/namespaces/company.data/secrets"
    assert cast.alice.put(place, {"key": "WORD", "value": STORED}).status_code < 300


def places(secret: str) -> Iterator[str]:
    """The forms of a secret that nobody may find."""
    for text in (secret, json.dumps(secret)[1:-1]):
        yield text
        yield json.dumps(text)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield secret.encode().hex()


def stored(tenant_id: UUID) -> dict[str, str]:
    """Every row of the tenant in every table, as text."""
    found = {}
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "select distinct table_name from information_schema.columns"
            " where table_schema = 'public' and column_name = 'tenant_id'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(
                f'select to_jsonb(t)::text from "{table}" t where t.tenant_id = %s', [tenant_id]
            )
            # Once as it is stored, and once with the text in JSON columns read back.
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            found[table] = "\n".join(
                value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for row in rows
                for value in row.values()
                if value is not None
            )
    return found


def leaks(stage: Stage) -> list[tuple[str, str]]:
    return [
        (table, text[max(0, text.index(form) - 120) :][:240])
        for table, text in stored(stage.tenant_id).items()
        for secret in (STORED, GIVEN)
        for form in places(secret)
        if form in text
    ]


def opaque(work: Work) -> AttemptResult:
    return AttemptResult(work.key, Ending.SUCCESS)


class Seen:
    """Plays a worker, and remembers the works."""

    def __init__(self) -> None:
        self.works: list[Work] = []

    def __call__(self, work: Work) -> AttemptResult:
        self.works.append(work)
        return opaque(work)

    def of(self, flow: str) -> list[dict[str, Any]]:
        return [dict(one.context) for one in self.works if one.info.flow_id == flow]


WORDS = {"stored": ("{{ secret('WORD') }}", STORED), "given": ("{{ inputs.pass }}", GIVEN)}


@pytest.mark.parametrize("kind", WORDS)
def test_what_goes_to_children_and_chooses_is_sealed_and_arrives(stage: Stage, kind: str) -> None:
    written, secret = WORDS[kind]
    stage.deploy(CHILD)
    stage.deploy(PARENT % {"word": written})
    seen = Seen()

    id = stage.start("parent", **{"pass": GIVEN})
    stage.turn(id)
    between = leaks(stage)
    stage.play(seen)

    (child,) = seen.of("child")
    assert child["inputs"]["word"] == secret
    assert child["inputs"]["hidden"] == secret
    assert child["inputs"]["deep"] == {"list": [f"in {GIVEN}", 7]}
    assert secret in seen.works[0].masked
    assert stage.outputs(id, "after") == {"after": {"value": secret}}
    assert stage.state(id) == "SUCCESS"
    assert between == []
    assert leaks(stage) == []


@pytest.mark.parametrize("kind", WORDS)
def test_what_a_loop_goes_over_is_sealed_and_arrives(stage: Stage, kind: str) -> None:
    written, secret = WORDS[kind]
    stage.deploy(CHILD)
    stage.deploy(LOOP % {"word": written})
    seen = Seen()

    id = stage.start("loop", **{"pass": GIVEN})
    stage.play(seen)

    values = [secret, "plain", f"{secret} too"]
    assert stage.state(id) == "SUCCESS"
    assert sorted(one["taskrun"]["value"] for one in seen.of("loop")) == sorted(values)
    assert sorted(one["inputs"]["word"] for one in seen.of("child")) == sorted(values)
    assert sorted(one["trigger"]["taskRunValue"] for one in seen.of("child")) == sorted(values)
    assert [run.info.value in values for run in seen.works if run.info.flow_id == "loop"] == [
        True
    ] * 3
    same = stage.rows(
        "select value->>'value' from output where execution_id = %s and task_id = 'same'", id
    )
    assert same == [("true",)] * 3
    assert leaks(stage) == []


@pytest.mark.parametrize("kind", WORDS)
def test_errors_tell_no_secret(stage: Stage, kind: str) -> None:
    written, _ = WORDS[kind]
    stage.deploy(CHILD)
    stage.deploy(MISTAKES % {"word": written})

    id = stage.start("mistakes", **{"pass": GIVEN})
    stage.play(opaque)

    failed = {name for name, state in stage.states(id).items() if state == "WARNING"}
    assert failed == {"choice", "nobody", "refused", "loop", "late"}
    assert leaks(stage) == []


def test_a_secret_in_the_default_of_an_input_is_sealed_and_arrives(stage: Stage) -> None:
    stage.deploy(DEFAULTED)

    id = stage.start("defaulted")
    stage.play()

    assert stage.state(id) == "SUCCESS"
    assert stage.rows("select message from log_line where execution_id = %s", id) == [("******",)]
    assert leaks(stage) == []


@pytest.mark.parametrize("kind", WORDS)
def test_items_of_a_loop_are_sealed_and_arrive(stage: Stage, kind: str) -> None:
    written, secret = WORDS[kind]
    stage.deploy(ITEMS % {"word": written})
    seen = Seen()

    id = stage.start("items", **{"pass": GIVEN})
    stage.play(seen)

    assert stage.state(id) == "SUCCESS"
    items = [one["item"] for one in seen.of("items")]
    assert sorted((one["key"], one["value"]) for one in items) == [
        ("first", secret),
        ("second", "plain"),
    ]
    assert stage.outputs(id, "after") == {"after": {"value": secret}}
    assert leaks(stage) == []


def test_what_a_worker_sets_arrives_sealed(stage: Stage, cast: Cast) -> None:
    stage.deploy(CARRIED)
    places = WorkPlaces()
    channel = DirectChannel(places=places, finished=lambda result: None)

    def play(work: Work) -> AttemptResult:
        places.enter(work)
        masker = Masker(work.masked)
        spec = TaskRenderer(channel).spec(work, masker, {})
        assert isinstance(spec, InlineTask)
        book = Logbook(channel, work.key, "t", masker=masker, limits=LogLimits())
        return fit_to_leave(run_inline(spec, work, channel, book, masker), channel, masker)

    id = stage.start("carried")
    stage.play(play)

    assert stage.state(id) == "SUCCESS"
    assert stage.outputs(id, "after") == {"after": {"value": STORED}}
    assert {"key": "mark", "value": "******"} in stage.execution(id).labels
    with tenant_scope(stage.tenant_id):
        seen = evaluation.evaluate(id, None, "{{ vars.mine }}", actor=stage.actor).result
    assert seen is not None and "aes_encrypted" in seen
    assert leaks(stage) == []


def test_what_a_trigger_reads_arrives_sealed(stage: Stage, cast: Cast) -> None:
    stage.deploy(TRIGGERED)

    answer = cast.alice.post(
        f"{cast.api}/executions/webhook/company.data/triggered/abcdefgh", {"a": 1}
    )
    stage.play()

    assert answer.status_code == 200
    id = UUID(answer.json()["id"])
    assert stage.state(id) == "SUCCESS"
    assert stage.outputs(id, "said") == {"said": {"value": STORED}}
    assert leaks(stage) == []
