"""Plug-in defaults: which apply, who wins, and what they are refused for."""

from __future__ import annotations

from typing import Any

from flows.spec.flow import FlowSpec
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

HEAD = "id: f\nnamespace: n\n"


def parsed(registry: Registry, source: str, *around: dict[str, Any]) -> FlowSpec:
    outcome = parse_flow(HEAD + source, registry, namespace_defaults=around)
    assert outcome.flow is not None, outcome.errors
    return outcome.flow


def formats(flow: FlowSpec) -> dict[str, Any]:
    return {task.id: getattr(task, "format", None) for _, task in flow.walk()}


NESTED = (
    "tasks:\n"
    "  - {id: top, type: core.debug.Return}\n"
    "  - {id: own, type: core.debug.Return, format: own}\n"
    "  - id: seq\n"
    "    type: core.flow.Sequential\n"
    "    tasks: [{id: inner, type: io.kestra.core.tasks.debugs.Return}]\n"
    "errors: [{id: err, type: core.debug.Return}]\n"
)


def test_defaults_fill_what_is_missing_at_any_depth(registry: Registry) -> None:
    flow = parsed(
        registry,
        NESTED
        + "pluginDefaults: [{type: io.kestra.plugin.core.debug.Return, values: {format: d}}]",
    )

    assert formats(flow) == {"top": "d", "own": "own", "seq": None, "inner": "d", "err": "d"}
    assert flow.tasks[0].raw["format"] == "d"


def test_forced_defaults_win_over_the_task(registry: Registry) -> None:
    flow = parsed(
        registry,
        NESTED + "taskDefaults: [{type: core.debug.Return, forced: true, values: {format: f}}]",
    )

    assert formats(flow)["own"] == "f"


def test_the_nearest_default_wins(registry: Registry) -> None:
    around = (
        {"type": "core.debug.Return", "values": {"format": "namespace"}},
        {"type": "core.debug.Return", "values": {"format": "instance", "timeout": "PT9S"}},
    )

    flow = parsed(registry, NESTED, *around)

    assert formats(flow)["top"] == "namespace"
    assert flow.tasks[0].raw["timeout"] == "PT9S"

    forced = tuple({**item, "forced": True} for item in around)
    own = (
        NESTED + "pluginDefaults: [{type: core.debug.Return, forced: true, values: {format: flow}}]"
    )
    assert formats(parsed(registry, own, *forced))["own"] == "flow"


def test_a_prefix_gives_each_type_what_it_has(registry: Registry) -> None:
    flow = parsed(
        registry,
        NESTED
        + "pluginDefaults: [{type: io.kestra.plugin.core, values: {format: p, level: WARN, logLevel: DEBUG}}]",
    )

    assert formats(flow)["top"] == "p"
    assert flow.tasks[2].log_level == "DEBUG"


def test_maps_are_merged_deeply(registry: Registry) -> None:
    flow = parsed(
        registry,
        "tasks: [{id: a, type: core.output.OutputValues, values: {x: {own: 1}}}]\n"
        "pluginDefaults: [{type: core.output.OutputValues, values: {values: {x: {own: 0, more: 2}}}}]",
    )

    assert flow.tasks[0].raw["values"] == {"x": {"own": 1, "more": 2}}


def test_required_properties_may_come_from_defaults(registry: Registry) -> None:
    flow = parsed(
        registry,
        "tasks: [{id: a, type: core.log.Log}]\n"
        "pluginDefaults: [{type: core.log.Log, values: {message: m}}]",
    )

    assert flow.tasks[0].raw["message"] == "m"


def test_defaults_reach_triggers(registry: Registry) -> None:
    flow = parsed(
        registry,
        "tasks: [{id: a, type: core.log.Log, message: x}]\n"
        "triggers: [{id: t, type: core.trigger.Schedule, cron: '@daily'}]\n"
        "pluginDefaults: [{type: core.trigger.Schedule, values: {timezone: Europe/Paris}}]",
    )

    assert flow.triggers[0].raw["timezone"] == "Europe/Paris"


def test_an_unknown_property_of_a_known_type_is_refused(registry: Registry) -> None:
    outcome = parse_flow(
        HEAD + "tasks: [{id: a, type: core.log.Log, message: x}]\n"
        "pluginDefaults:\n  - type: core.log.Log\n    values:\n      mesage: y\n",
        registry,
    )

    first = next(item for item in outcome.errors if item.code == "defaults.unknown")
    assert (first.path, first.line) == ("pluginDefaults[0].values.mesage", 7)
    assert first.replacement == "message"


def test_defaults_without_values_are_refused(registry: Registry) -> None:
    outcome = parse_flow(
        HEAD + "tasks: [{id: a, type: core.log.Log, message: x}]\n"
        "pluginDefaults: [{type: core.log.Log}]",
        registry,
    )

    assert [item.path for item in outcome.errors] == ["pluginDefaults[0].values"]


def test_the_document_stays_as_written(registry: Registry) -> None:
    source = (
        HEAD
        + "tasks: [{id: a, type: core.log.Log}]\npluginDefaults: [{type: core.log.Log, values: {message: m}}]"
    )

    document = parse_flow(source, registry).document

    assert document is not None
    assert document["tasks"] == [{"id": "a", "type": "core.log.Log"}]
