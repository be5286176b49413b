"""Types by name, with and without prefix, and by older aliases."""

from __future__ import annotations

import inspect

import pytest

from downbeat.sdk.task import FlowableTask, InlineTask, RunnableTask, Task
from downbeat.sdk.trigger import Condition, Trigger
from flows.plugins.core.groups import Sequential
from flows.plugins.core.messages import Log
from flows.spec.parse import parse_flow
from flows.spec.registry import AnyType, Registry, full_name, load_registry
from flows.spec.source import parse_source

OLDER = {
    "io.kestra.core.tasks.flows.Flow": "core.flow.Subflow",
    "io.kestra.core.tasks.flows.Worker": "core.flow.WorkingDirectory",
    "io.kestra.plugin.core.flow.WaitFor": "core.flow.LoopUntil",
    "io.kestra.core.tasks.debugs.Return": "core.debug.Return",
    "io.kestra.core.models.triggers.types.Schedule": "core.trigger.Schedule",
    "io.kestra.core.models.conditions.types.ExecutionStatusCondition": "core.condition.ExecutionStatus",
    "core.condition.ExpressionCondition": "core.condition.Expression",
}


@pytest.mark.parametrize("alias", OLDER)
def test_older_names_stand_for_the_type_in_use(registry: Registry, alias: str) -> None:
    assert registry.canonical(alias) == OLDER[alias]
    assert registry.replaced_by(alias) == full_name(OLDER[alias])


def test_kinds_are_kept_apart(registry: Registry) -> None:
    assert registry.task("core.trigger.Flow") is None
    assert registry.trigger("core.log.Log") is None
    assert registry.condition("core.condition.Not") is not None


def test_deprecated_types_name_what_replaces_them(registry: Registry) -> None:
    assert registry.is_deprecated("core.debug.Echo") == "core.log.Log"
    assert registry.is_deprecated("core.log.Log") is None


def test_a_name_in_use_is_not_replaced(registry: Registry) -> None:
    assert registry.replaced_by("core.log.Log") is None
    assert registry.replaced_by("io.kestra.plugin.core.log.Log") is None
    assert registry.replaced_by("nothing.like.It") is None


def test_two_types_of_one_name_are_refused() -> None:
    class Other(Log):
        """Another type of the same name."""

    with pytest.raises(ValueError, match=r"core\.log\.Log"):
        Registry([Log, Other])


def test_installed_plug_ins_are_found() -> None:
    found = load_registry()

    assert found.task("core.flow.Sequential") is Sequential


def core_types() -> list[AnyType]:
    import flows.plugins.core as core

    return list(core.PLUGINS)


@pytest.mark.parametrize("found", core_types(), ids=lambda found: found.type_name)
def test_every_core_type_documents_itself(found: AnyType) -> None:
    assert found.type_name.startswith("core.")
    assert inspect.getdoc(found)
    assert inspect.getdoc(found) != inspect.getdoc(found.__bases__[0])
    assert issubclass(found, Task | Trigger | Condition)
    assert not inspect.isabstract(found)
    if issubclass(found, Task):
        assert issubclass(found, InlineTask | FlowableTask | RunnableTask)


def examples() -> list[tuple[str, str]]:
    return [
        (f"{found.type_name}: {title}", code)
        for found in core_types()
        for title, code in found.examples
    ]


@pytest.mark.parametrize(("name", "code"), examples())
def test_every_example_is_a_valid_flow(name: str, code: str) -> None:
    outcome = parse_flow(code, load_registry())  # an example may use types of other vendors

    assert outcome.flow is not None, (name, outcome.errors)
    assert outcome.diagnostics == ()
    assert parse_source(code).data["namespace"] == "company.team"
