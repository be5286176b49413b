"""Plug-in defaults: values merged under (or, when forced, over) each part's own properties.

The nearest default wins: the flow's, then its namespace's, then the instance's; of one list, the
first. Maps are merged deeply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from downbeat.sdk.fields import Spec
from flows.spec.diagnostics import Diagnostic, Severity, nearest, path_text
from flows.spec.flow import PluginDefault
from flows.spec.grammar import keys_of, properties
from flows.spec.registry import AnyType, Registry
from flows.spec.source import Document

NOT_DEFAULTED = frozenset({"pluginDefaults", "taskDefaults", "inputs", "outputs", "labels"})
_FLOW_KEYS = ("pluginDefaults", "taskDefaults")


def defaults_of(data: Mapping[str, Any]) -> tuple[PluginDefault, ...]:
    """The defaults that a source itself declares; malformed ones are reported elsewhere."""
    lists = [data[key] for key in _FLOW_KEYS if isinstance(data.get(key), list)]
    written: list[Any] = lists[0] if lists else []
    return tuple(
        PluginDefault(type=item["type"], forced=item.get("forced") is True, values=item["values"])
        for item in written
        if isinstance(item, dict)
        and isinstance(item.get("type"), str)
        and item["type"]
        and isinstance(item.get("values"), dict)
    )


def with_defaults(data: Any, defaults: Sequence[PluginDefault], registry: Registry) -> Any:
    """The source's data with defaults merged in; the data itself is not changed."""
    if not defaults:
        return data
    return _Merger(defaults, registry).merged(data, top=True)


class _Merger:
    def __init__(self, defaults: Sequence[PluginDefault], registry: Registry) -> None:
        self._defaults = [(registry.canonical(item.type), item) for item in defaults]
        self._registry = registry

    def merged(self, data: Any, *, top: bool = False) -> Any:
        if isinstance(data, list):
            return [self.merged(item) for item in data]
        if not isinstance(data, dict):
            return data
        inside = {
            key: value if top and key in NOT_DEFAULTED else self.merged(value)
            for key, value in data.items()
        }
        name = data.get("type")
        return self._applied(inside, name) if isinstance(name, str) else inside

    def _applied(self, data: dict[str, Any], name: str) -> dict[str, Any]:
        canonical, found = self._registry.canonical(name), self._registry.find(name)
        chosen = [
            (item, item.values if key == canonical else _known_only(item.values, found))
            for key, item in self._defaults
            if key == canonical or canonical.startswith(key.rstrip(".") + ".")
        ]
        for item, values in chosen:
            if not item.forced:
                data = deep_merge(values, data)
        for item, values in reversed(chosen):
            if item.forced:
                data = deep_merge(data, values)
        return data


def _known_only(values: dict[str, Any], found: AnyType | None) -> dict[str, Any]:
    """Of a prefix's values, those that the type has."""
    if found is None:
        return values
    known = properties(found)
    return {key: value for key, value in values.items() if key in known}


def deep_merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two maps as one; of one key, the value above wins, and maps are merged again."""
    found = dict(below)
    for key, value in above.items():
        lower = found.get(key)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            found[key] = deep_merge(lower, value)
        else:
            found[key] = value
    return found


def check_defaults(document: Document, registry: Registry) -> Iterable[Diagnostic]:
    """Unknown properties of known types among the defaults that a source declares."""
    for key in _FLOW_KEYS:
        written = document.data.get(key)
        for number, item in enumerate(written if isinstance(written, list) else []):
            if not isinstance(item, dict) or not isinstance(item.get("values"), dict):
                continue
            found = registry.find(str(item.get("type")))
            if found is not None:
                yield from _unknown(document, found, item["values"], (key, number, "values"))


def _unknown(
    document: Document, spec: type[Spec], values: Mapping[str, Any], place: tuple[str | int, ...]
) -> Iterable[Diagnostic]:
    known = properties(spec)
    for key in values:
        if key in known and key not in ("id", "type"):
            continue
        path = (*place, key)
        near = nearest(key, keys_of(spec))
        hint = f"; did you mean '{near}'?" if near else ""
        message = f"Unknown property '{key}' of {getattr(spec, 'type_name', '')}{hint}"
        line, column = document.position(path)
        yield Diagnostic(
            Severity.ERROR, "defaults.unknown", message, path_text(path), line, column, near
        )
