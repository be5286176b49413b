"""Expressions over the records of a file: judged for each record, while the task runs.

A property of this kind is not rendered before the task starts. The worker hands the task the
names that the expression reads from the flow's context; the rest are keys of the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import core_schema

from downbeat.sdk.fields import Spelled


@dataclass(frozen=True, slots=True)
class PerRecord:
    """Marks a property whose expression is judged for each record."""

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "x-dynamic": True}


RecordExpression = Annotated[str, PerRecord(), Spelled()]
"""The text of an expression; ``RunContext.expression`` compiles it."""


def record_expressions(spec: BaseModel) -> Iterator[str]:
    """The expressions over records that a spec holds."""
    for name, field in type(spec).model_fields.items():
        if any(isinstance(mark, PerRecord) for mark in field.metadata):
            text = getattr(spec, name)
            if isinstance(text, str):
                yield text
