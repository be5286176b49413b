"""Where each value of a connection comes from: five places, in an order that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from downbeat.sdk.connection import Connection, need, resolved
from downbeat.sdk.errors import MissingCredential, TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from tests.support.run_context import MemoryContext, made

NAMED = {"type": "depot", "name": "north"}
OWN = {"type": "depot", "name": None}


class DepotConnection(Connection):
    """Where goods are."""

    connection_type: ClassVar[str] = "depot"
    secret_values: ClassVar[frozenset[str]] = frozenset({"pass_word"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "host_name": ("DEPOT_HOST", "DEPOT_SERVER"),
        "pass_word": ("DEPOT_PASSWORD",),
    }

    host_name: Dyn[Text | None] = None
    pass_word: Dyn[Text | None] = None
    doors: Dyn[int] = 1
    open: Dyn[bool] = False


class Fetch(DepotConnection, RunnableTask):
    """Fetches goods."""

    type_name: ClassVar[str] = "test.depot.Fetch"

    def run(self, ctx: Any) -> Outputs:
        return {}


def _found(
    tmp_path: Path,
    *,
    named: Mapping[str, Any] | None = None,
    own: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    **properties: Any,
) -> DepotConnection:
    def answer(asked: Mapping[str, Any]) -> Any:
        values = named if asked["name"] else own
        return None if values is None else {"name": "x", "namespace": "company", "values": values}

    ctx = MemoryContext(tmp_path, answers={"connection.get": answer}, environment=environment or {})
    task = made(Fetch, **properties)
    assert isinstance(task, Fetch)
    found = resolved(ctx, task, DepotConnection)
    wanted = NAMED if properties.get("connection") else OWN
    assert ctx.asked == [("connection.get", wanted)]
    return found


PLACES: list[tuple[str, dict[str, Any]]] = [
    ("named", {"connection": "north", "named": {"hostName": "named"}}),
    ("task", {"hostName": "task"}),
    ("own", {"own": {"hostName": "own"}}),
    ("environment", {"environment": {"DEPOT_SERVER": "environment"}}),
]


@pytest.mark.parametrize("first", range(len(PLACES)))
def test_the_first_place_that_has_a_value_gives_it(tmp_path: Path, first: int) -> None:
    given = {name: value for _, facts in PLACES[first:] for name, value in facts.items()}

    found = _found(tmp_path, **given)

    assert found.host_name == PLACES[first][0]


def test_each_value_is_looked_for_by_itself(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        own={"hostName": "own", "doors": 4},
        environment={"DEPOT_PASSWORD": "of-the-worker"},
        open=True,
    )

    assert (found.host_name, found.doors, found.open) == ("own", 4, True)
    assert found.pass_word == "of-the-worker"


def test_a_default_of_the_type_hides_nothing_that_is_stored(tmp_path: Path) -> None:
    assert _found(tmp_path, own={"doors": "7", "open": "true"}).doors == 7
    assert _found(tmp_path, own={"doors": "7"}, doors=2).doors == 2
    assert _found(tmp_path).doors == 1


def test_a_named_connection_keeps_the_one_of_the_namespace_out(tmp_path: Path) -> None:
    found = _found(tmp_path, connection="north", named={}, own={"hostName": "own"})

    assert found.host_name is None


def test_the_first_variable_that_holds_something_counts(tmp_path: Path) -> None:
    found = _found(tmp_path, environment={"DEPOT_HOST": "", "DEPOT_SERVER": "second"})

    assert found.host_name == "second"


def test_a_stored_value_of_another_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(TaskFailed, match="'depot' has a bad value for 'doors'"):
        _found(tmp_path, own={"doors": "many"})


def test_a_missing_credential_says_where_it_may_be_set(tmp_path: Path) -> None:
    found = _found(tmp_path, hostName="here")

    with pytest.raises(MissingCredential) as missing:
        need(MemoryContext(tmp_path), found, "host_name", "pass_word")

    said = str(missing.value)
    assert "'passWord' is missing" in said
    assert "connection 'depot' of the namespace company.team" in said
    assert "DEPOT_PASSWORD" in said
