"""A task or a trigger is judged on its own, with places in its own source."""

from __future__ import annotations

from flows.spec.parse_part import parse_part
from flows.spec.registry import Registry


def places(
    source: str, registry: Registry, section: str = "tasks"
) -> list[tuple[str, str, int, int]]:
    found = parse_part(source, registry, section).errors  # type: ignore[arg-type]
    return [(item.code, item.path, item.line, item.column) for item in found]


def test_a_sound_task_has_no_findings(registry: Registry) -> None:
    source = 'id: a\ntype: core.log.Log\nmessage: "{{ outputs.other.value }} {{ inputs.x }}"\n'

    assert parse_part(source, registry, "tasks").diagnostics == ()


def test_what_is_wrong_with_a_task_has_a_place(registry: Registry) -> None:
    assert places("id: a\ntype: core.log.Log\nmassage: x\n", registry) == [
        ("property.missing", "message", 1, 1),
        ("property.unknown", "massage", 3, 1),
    ]
    assert places("id: a\ntype: core.log.Logs\n", registry) == [("task.type_unknown", "type", 2, 1)]
    assert places("- 1\n", registry) == [("task.not_a_map", "", 1, 1)]


def test_expressions_inside_a_task_are_read(registry: Registry) -> None:
    source = 'id: a\ntype: core.log.Log\nmessage: "{{ 1 + }}"\n'

    assert [item[:3] for item in places(source, registry)] == [("expression.syntax", "message", 3)]


def test_a_trigger_is_no_task(registry: Registry) -> None:
    source = 'id: t\ntype: core.trigger.Schedule\ncron: "* * * *"\n'

    assert places(source, registry) == [("task.type_unknown", "type", 2, 1)]
    assert [item[:3] for item in places(source, registry, "triggers")] == [
        ("trigger.cron", "cron", 3)
    ]


def test_deprecated_names_are_told_of_a_part(registry: Registry) -> None:
    found = parse_part(
        "id: e\ntype: core.flow.EachSequential\nvalue: [1]\ntasks: [{id: a, type: core.log.Log, message: x}]\n",
        registry,
        "tasks",
    )

    assert found.errors == ()
    assert found.deprecations or found.infos


def test_a_part_that_is_no_yaml_says_where(registry: Registry) -> None:
    assert places("id: [\n", registry)[0][2] >= 1
