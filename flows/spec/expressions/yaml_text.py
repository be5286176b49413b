"""YAML in expressions: read by the YAML 1.2 core schema, bounded before it is built."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import yaml

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import BudgetExceededError, TypeMismatchError
from flows.spec.expressions.values import Value, plain

_MAX_DEPTH = 100
_MAX_NODES = 100_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class CoreLoader(_Loader):  # type: ignore[misc]
    """Knows text, numbers, booleans, null, lists and maps; no dates, no merge keys, no objects.

    Merge keys multiply, so that a page of them fills the memory; YAML 1.2 dropped them.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", [*"-+0123456789"]),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first
    )


def _int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


def _map(loader: Any, node: Any) -> dict[str, Value]:
    return {
        _key(loader.construct_object(key, deep=True)): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


def _key(value: object) -> str:
    if isinstance(value, list | dict):
        raise TypeMismatchError("A key of a YAML map must be a text or a number")
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


CoreLoader.add_constructor("tag:yaml.org,2002:int", _int)
CoreLoader.add_constructor("tag:yaml.org,2002:map", _map)


def parse_yaml(text: str, meter: Meter) -> Value:
    """The value of a YAML text."""
    meter.data(len(text))
    try:
        _look_through(text)
        # A safe loader: it constructs plain data only.
        value: Value = yaml.load(text, Loader=CoreLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise TypeMismatchError(f"The text is not valid YAML: {_told(error)}") from error
    return plain(value, meter)


def _look_through(text: str) -> None:
    """Count depth and nodes on the event stream, which needs no memory."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH or nodes > _MAX_NODES:
            raise BudgetExceededError("The YAML text nests too deeply or has too many nodes")


def _told(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    return f"{problem} at line {mark.line + 1}" if mark else str(problem)


class PlainDumper(_Dumper):  # type: ignore[misc]
    """Writes every value out, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def dump_yaml(value: Value, meter: Meter) -> str:
    """A value as block-style YAML."""
    text: str = yaml.dump(
        plain(value, meter), Dumper=PlainDumper, default_flow_style=False, sort_keys=False,
        allow_unicode=True, width=_WIDEST,
    )  # fmt: skip
    meter.text(len(text))
    return text.removesuffix("...\n")


_WIDEST = 1_000_000
