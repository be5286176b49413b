"""Tasks on the key-value store of a namespace."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from downbeat.sdk.context import InlineContext
from downbeat.sdk.effects import KvDelete, KvSet
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text, parse_duration
from downbeat.sdk.json_text import read_json
from downbeat.sdk.labels import scalar_text
from downbeat.sdk.task import InlineResult, InlineTask

KvType = Literal["STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"]
_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")


def checked_key(key: str) -> str:
    """The key itself, if it is one that the store takes."""
    if not _KEY.fullmatch(key):
        raise TaskFailed(
            f"Key '{key}' is not valid: letters, digits, '.', '_' and '-', starting with a "
            "letter or a digit"
        )
    return key


def typed_value(value: Any, kind: KvType | None) -> Any:
    """A rendered value as the declared kind; ``TaskFailed`` if it is none."""
    if kind is None or value is None:
        return value
    try:
        return _converted(value, kind)
    except (ValueError, OverflowError) as error:
        raise TaskFailed(f"'{value}' is not a {kind}: {error}") from None


def _converted(value: Any, kind: KvType) -> Any:
    text = scalar_text(value).strip() if not isinstance(value, (list, dict)) else ""
    match kind:
        case "STRING":
            return text if not isinstance(value, (list, dict)) else json.dumps(value)
        case "NUMBER":
            return int(text) if re.fullmatch(r"[+-]?\d{1,300}", text) else _finite(text)
        case "BOOLEAN":
            if text.lower() not in ("true", "false"):
                raise ValueError("it must be true or false")
            return text.lower() == "true"
        case "DATETIME":
            datetime.fromisoformat(text)
            return text
        case "DATE":
            date.fromisoformat(text)
            return text
        case "DURATION":
            parse_duration(text)
            return text
        case "JSON":
            return read_json(value) if isinstance(value, str) else value


def _finite(text: str) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("it must be finite")
    return number


class Set(InlineTask):
    """Writes a value under a key."""

    type_name: ClassVar[str] = "core.kv.Set"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep a value for a day",
            """id: kv_set
namespace: company.team
tasks:
  - id: set
    type: core.kv.Set
    key: last_run
    value: "{{ execution.id }}"
    ttl: P1D
""",
        ),
    )

    key: Dyn[Text]
    value: Dyn[Any]
    namespace: Dyn[Text | None] = None
    overwrite: Dyn[bool] = True
    ttl: Dyn[Duration | None] = None
    kv_type: Dyn[KvType | None] = None
    kv_description: Dyn[Text | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        namespace, key = self.namespace or ctx.run.namespace, checked_key(self.key)
        if not self.overwrite and _exists(ctx, namespace, key):
            raise TaskFailed(f"Key '{key}' exists already in namespace '{namespace}'")
        value = typed_value(self.value, self.kv_type)
        effect = KvSet(
            namespace,
            key,
            value,
            self.kv_type,
            self.ttl,
            overwrite=self.overwrite,
            description=self.kv_description,
        )
        return InlineResult(effects=(effect,))


def _exists(ctx: InlineContext, namespace: str, key: str) -> bool:
    try:
        ctx.kv_get(namespace, key)
    except KeyError:
        return False
    return True


class Get(InlineTask):
    """Reads the value of a key."""

    type_name: ClassVar[str] = "core.kv.Get"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Read a stored value",
            """id: read_a_pair
namespace: company.team
tasks:
  - id: read
    type: core.kv.Get
    key: last_day
  - id: show
    type: core.log.Log
    message: "{{ outputs.read.value }}"
""",
        ),
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {"value": "The stored value, or null"}

    key: Dyn[Text]
    namespace: Dyn[Text | None] = None
    error_on_missing: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        namespace = self.namespace or ctx.run.namespace
        try:
            value = ctx.kv_get(namespace, self.key)
        except KeyError:
            if self.error_on_missing:
                raise TaskFailed(
                    f"No value found for key '{self.key}' in namespace '{namespace}'"
                ) from None
            value = None
        return InlineResult(outputs={"value": value})


class GetKeys(InlineTask):
    """Lists the keys that start with a prefix."""

    type_name: ClassVar[str] = "core.kv.GetKeys"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Find stored values",
            """id: find_pairs
namespace: company.team
tasks:
  - id: find
    type: core.kv.GetKeys
    prefix: last_
""",
        ),
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {"keys": "The keys, in order"}

    prefix: Dyn[Text | None] = None
    namespace: Dyn[Text | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        keys = ctx.kv_keys(self.namespace or ctx.run.namespace, self.prefix or "")
        return InlineResult(outputs={"keys": list(keys)})


class Delete(InlineTask):
    """Removes a key."""

    type_name: ClassVar[str] = "core.kv.Delete"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Remove a stored value",
            """id: remove_a_pair
namespace: company.team
tasks:
  - id: remove
    type: core.kv.Delete
    key: last_day
""",
        ),
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {"deleted": "Whether the key existed"}

    key: Dyn[Text]
    namespace: Dyn[Text | None] = None
    error_on_missing: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        namespace = self.namespace or ctx.run.namespace
        exists = _exists(ctx, namespace, self.key)
        if not exists and self.error_on_missing:
            raise TaskFailed(f"No value found for key '{self.key}' in namespace '{namespace}'")
        effects = (KvDelete(namespace, self.key),) if exists else ()
        return InlineResult(outputs={"deleted": exists}, effects=effects)


PLUGINS: tuple[type, ...] = (Set, Get, GetKeys, Delete)
