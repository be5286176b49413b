"""Migrations of a later version leave code of the version before it working: they only add.

Two versions run side by side while an upgrade rolls through. A migration that takes something away
says with `LeavesBehind` which migration code has to know from then on, and comes a version later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import pytest
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import migrations, models
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models.fields import NOT_PROVIDED

from downbeat.common.schema_state import LeavesBehind, known

# What was there before anybody had an older version to leave behind.
FIRST: Final = {"tenants": "0023", "flows": "0003", "executions": "0016"}
ADDS: Final = (migrations.CreateModel, migrations.AddField, NotInTransactionMixin, RunSQL)
TAKES: Final = re.compile(
    r"\b(drop\s+(table|column|function|trigger|type)|rename|set\s+not\s+null|alter\s+column)\b",
    re.I,
)


def _later() -> list[tuple[str, str]]:
    return sorted((app, name) for app, name in known() if name >= FIRST[app])


def _operations(app: str, name: str) -> list[Operation]:
    module = import_module(f"{app}.migrations.{name}")
    return list(_flat(module.Migration.operations))


def _flat(operations: Any) -> Iterator[Operation]:
    for one in operations:
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _flat(one.database_operations)
        else:
            yield one


def takes_away(operations: list[Operation]) -> list[str]:
    """What in a migration older code does not survive."""
    made = {one.name.lower() for one in operations if isinstance(one, migrations.CreateModel)}
    found = []
    for one in operations:
        model = str(getattr(one, "model_name", "")).lower()
        if model in made:
            continue
        good = isinstance(one, ADDS)
        if isinstance(one, migrations.AddField):
            good = _older_code_can_insert(one.field)
        if isinstance(one, RunSQL):
            good = not TAKES.search(str(one.sql))
        if not good:
            found.append(one.describe())
    return found


def _older_code_can_insert(field: models.Field[Any, Any]) -> bool:
    # Django takes its own default out of the table once the rows that are there have one.
    return field.null or field.db_default is not NOT_PROVIDED or field.many_to_many is True


@pytest.mark.parametrize(("app", "name"), _later(), ids=lambda part: part)
def test_it_only_adds_or_says_whom_it_leaves_behind(app: str, name: str) -> None:
    operations = _operations(app, name)

    said = any(isinstance(one, LeavesBehind) for one in operations)
    assert said or takes_away(operations) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("policy", "name"),
        migrations.RenameField("policy", "name", "title"),
        migrations.DeleteModel("Policy"),
        migrations.AddIndex("policy", models.Index(fields=["name"], name="x")),
        migrations.AddField("policy", "weight", models.IntegerField(default=1)),
        migrations.RunSQL("alter table tenants_policy alter column name set not null"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_takes_something_away_is_noticed(operation: Operation) -> None:
    assert takes_away([operation]) != []


def test_what_only_adds_is_let_through() -> None:
    weight = models.IntegerField(db_default=1)
    note = models.TextField(null=True)

    assert takes_away([migrations.AddField("policy", "weight", weight)]) == []
    assert takes_away([migrations.AddField("policy", "note", note)]) == []
