"""Rewriting deprecated forms: what changes, what stays, and that the flow means the same."""

from __future__ import annotations

import pytest

from flows.spec.modernise import modernise
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

OLD = """# The head of the file. é 🎼
id: old
namespace: company.team   # ours
taskDefaults:
  - type: io.kestra.core.tasks.log.Log
    values:
      level: WARN
inputs:
  - name: colour   # was never renamed
    type: ENUM
    values: [red, green]
tasks:
  - id: each
    type: "io.kestra.core.tasks.flows.EachSequential"
    value: '["a", "b"]'
    tasks:
      - {id: say, type: io.kestra.core.tasks.debugs.Echo, format: "{{ taskrun.value }}"}
  - id: all
    type: core.flow.EachParallel
    value: ["é", "b"]
    tasks:
      - id: try
        type: core.debug.Return
        format: x   # kept
        retry:
          type: constant
          interval: PT1S
          maxAttempt: 3
"""
NEW = """# The head of the file. é 🎼
id: old
namespace: company.team   # ours
pluginDefaults:
  - type: io.kestra.plugin.core.log.Log
    values:
      level: WARN
inputs:
  - id: colour   # was never renamed
    type: SELECT
    values: [red, green]
tasks:
  - id: each
    type: "io.kestra.plugin.core.flow.ForEach"
    values: '["a", "b"]'
    tasks:
      - {id: say, type: io.kestra.plugin.core.log.Log, message: "{{ taskrun.value }}"}
  - id: all
    concurrencyLimit: 0
    type: core.flow.ForEach
    values: ["é", "b"]
    tasks:
      - id: try
        type: core.debug.Return
        format: x   # kept
        retry:
          type: constant
          interval: PT1S
          maxAttempts: 3
"""


def test_deprecated_forms_are_rewritten_and_nothing_else(registry: Registry) -> None:
    found = modernise(OLD, registry)

    assert found.source == NEW
    assert not found.left
    assert not parse_flow(found.source, registry).deprecations
    assert not parse_flow(found.source, registry).infos


def test_a_second_time_changes_nothing(registry: Registry) -> None:
    found = modernise(NEW, registry)

    assert (found.source, found.changes) == (NEW, ())


def test_changes_say_where_they_are(registry: Registry) -> None:
    found = modernise(OLD, registry)

    assert (found.changes[0].line, found.changes[0].before, found.changes[0].after) == (
        4,
        "taskDefaults",
        "pluginDefaults",
    )


def test_what_would_mean_another_thing_is_left_and_said(registry: Registry) -> None:
    source = """id: wide
namespace: company.team
tasks:
  - id: all
    type: core.flow.EachParallel
    value: ["a", "b"]
    tasks:
      - {id: one, type: core.debug.Return}
      - {id: two, type: core.debug.Return}
listeners:
  - tasks:
      - {id: after, type: core.log.Log, message: over}
"""

    found = modernise(source, registry)

    assert found.source == source
    assert [(one.line, one.code) for one in found.left] == [
        (5, "type.deprecated"),
        (10, "property.deprecated"),
    ]


def test_a_source_that_is_not_valid_is_not_touched(registry: Registry) -> None:
    source = "id: x\nnamespace: a.b\ntaskDefaults: 7\ntasks: []\n"

    found = modernise(source, registry)

    assert found.source == source
    assert found.errors


@pytest.mark.parametrize("second", [OLD.replace("id: old", "id: other")])
def test_every_document_of_a_file_is_rewritten(registry: Registry, second: str) -> None:
    found = modernise(f"{OLD}---\n{second}", registry)

    assert found.source == f"{NEW}---\n{NEW.replace('id: old', 'id: other')}"


def test_an_anchor_is_rewritten_once(registry: Registry) -> None:
    source = """id: anchors
namespace: company.team
tasks:
  - id: one
    type: core.debug.Return
    retry: &again {type: constant, interval: PT1S, maxAttempt: 2}
  - id: two
    type: core.debug.Return
    retry: *again
"""

    found = modernise(source, registry)

    assert found.source == source.replace("maxAttempt:", "maxAttempts:")
