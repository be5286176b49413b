"""The part of a vendor's page about its connections: values, variables, and what goes before what."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from downbeat.sdk.connection import Connection
from tools.docs.page import code, prose, table
from tools.docs.properties import kind as kind_of
from tools.docs.remarks import remarks


def connection(found: type[Connection]) -> Iterator[str]:
    """What a connection of this kind holds, and where each value may come from."""
    yield f"## Connection {found.connection_type}"
    yield prose(inspect.getdoc(found) or "")
    yield _order(found)
    yield table(("Value", "Type", "Environment", "Notes"), list(_rows(found)))


def _order(found: type[Connection]) -> str:
    own = code(found.connection_type)
    return (
        "Each value is taken from the first place that has it: the connection that the task names "
        "(`connection:`); the task itself; the plug-in defaults; the connection of the namespace, "
        f"or of the nearest one above it, that is called {own}; the environment of the worker, as "
        "far as `DOWNBEAT_TASK_ENV` lets it through."
    )


def _rows(found: type[Connection]) -> Iterator[tuple[str, str, str, str]]:
    schema = found.model_json_schema(by_alias=True)
    said = remarks(found)
    for name in found.values():
        key = found.model_fields[name].alias or name
        held = schema["properties"][key]
        variables = ", ".join(code(one) for one in found.variables.get(name, ()))
        secret = "**Secret.**" if name in found.secret_values else ""
        notes = f"{secret} {prose(said.get(key, ''))}".strip()
        yield code(key), kind_of(_named(held, schema)), variables, notes


def _named(held: dict[str, object], schema: dict[str, object]) -> dict[str, object]:
    """The schema of a value; parts of it that stand elsewhere are called by their names."""
    return held if "$ref" not in str(held) else {**held, "$defs": schema.get("$defs", {})}
