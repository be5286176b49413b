"""Which types exist, by each of their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Final

from downbeat.sdk.connection import Connection
from downbeat.sdk.task import Task
from downbeat.sdk.trigger import Condition, Trigger
from flows.spec.diagnostics import near_names

PREFIX: Final = "io.kestra.plugin."
ENTRY_POINTS: Final = "downbeat.plugins"
AnyType = type[Task] | type[Trigger] | type[Condition]


def short_name(name: str) -> str:
    """A type's name without the optional prefix."""
    return name.removeprefix(PREFIX)


def full_name(name: str) -> str:
    """A type's name with the prefix, as validation answers show it."""
    return name if name.startswith(("io.", "com.", "downbeat.")) else PREFIX + name


class Registry:
    """Finds types by name, with or without the prefix, and by older aliases; never changes."""

    def __init__(
        self, types: Iterable[AnyType], connections: Iterable[type[Connection]] = ()
    ) -> None:
        self._connections = _by_type(connections)
        by_name: dict[str, AnyType] = {}
        self._types: dict[str, AnyType] = {}
        for found in types:
            name = found.type_name
            if not name:
                raise ValueError(f"{found.__name__} has no type_name")
            if getattr(found, "internal", False):
                by_name[short_name(name)] = found
                continue
            if self._types.get(name, found) is not found:
                raise ValueError(f"Two types are called '{name}'")
            self._types[name] = found
        for name, found in self._types.items():
            by_name[short_name(name)] = found
        for found in self._types.values():
            for alias in found.aliases:
                by_name.setdefault(short_name(alias), found)
        self._by_name: Mapping[str, AnyType] = by_name
        self._near: dict[str, tuple[str, ...]] = {}

    def find(self, name: str) -> AnyType | None:
        """The type of any kind that a name stands for."""
        return self._by_name.get(short_name(name))

    def task(self, type_name: str) -> type[Task] | None:
        found = self.find(type_name)
        return found if found is not None and issubclass(found, Task) else None

    def trigger(self, type_name: str) -> type[Trigger] | None:
        found = self.find(type_name)
        return found if found is not None and issubclass(found, Trigger) else None

    def condition(self, type_name: str) -> type[Condition] | None:
        found = self.find(type_name)
        return found if found is not None and issubclass(found, Condition) else None

    def connection(self, type_name: str) -> type[Connection] | None:
        """The kind of connection of that name."""
        return self._connections.get(type_name)

    def connections(self) -> tuple[type[Connection], ...]:
        """Every kind of connection, ordered by name."""
        return tuple(self._connections[name] for name in sorted(self._connections))

    def canonical(self, name: str) -> str:
        """The name in use for a type, without the prefix; unknown names lose their prefix only."""
        found = self.find(name)
        return found.type_name if found is not None else short_name(name)

    def is_deprecated(self, name: str) -> str | None:
        """What replaces a deprecated type, if it is one."""
        found = self.find(name)
        return found.deprecated if found is not None else None

    def replaced_by(self, name: str) -> str | None:
        """The full name in use, if the given name is an older alias."""
        found = self.find(name)
        if found is None or short_name(name) == short_name(found.type_name):
            return None
        return full_name(found.type_name)

    def near(self, type_name: str) -> tuple[str, ...]:
        """The known names that are like an unknown one, the most alike first; at most three."""
        name = short_name(type_name)[:200]
        if name in self._near:
            return self._near[name]
        if len(self._near) >= 1_000:
            self._near.clear()
        found = near_names(name, self._types, likeness=0.75)
        self._near[name] = found
        return found

    def __iter__(self) -> Iterator[AnyType]:
        """Every type once, ordered by name."""
        return iter(self._types[name] for name in sorted(self._types))

    def tasks(self) -> tuple[type[Task], ...]:
        """Every task type, ordered by name."""
        return tuple(found for found in self if issubclass(found, Task))

    def triggers(self) -> tuple[type[Trigger], ...]:
        """Every trigger type, ordered by name."""
        return tuple(found for found in self if issubclass(found, Trigger))

    def conditions(self) -> tuple[type[Condition], ...]:
        """Every condition type, ordered by name."""
        return tuple(found for found in self if issubclass(found, Condition))


def _by_type(kinds: Iterable[type[Connection]]) -> Mapping[str, type[Connection]]:
    found: dict[str, type[Connection]] = {}
    for kind in kinds:
        name = kind.connection_type
        if not name:
            raise ValueError(f"{kind.__name__} has no connection_type")
        if found.setdefault(name, kind) is not kind:
            raise ValueError(f"Two kinds of connections are called '{name}'")
    return found


def registry_of(modules: Iterable[ModuleType]) -> Registry:
    """A registry of what modules list in ``PLUGINS`` and, if they have any, ``CONNECTIONS``."""
    listed = tuple(modules)
    return Registry(
        (found for module in listed for found in module.PLUGINS),
        (kind for module in listed for kind in getattr(module, "CONNECTIONS", ())),
    )


def load_registry(*, test_types: bool = False) -> Registry:
    """A registry of all installed plug-ins; types for tests only if asked for.

    A plug-in is an entry point of the group ``downbeat.plugins``: a module with ``PLUGINS``, the
    types it brings, and perhaps ``CONNECTIONS``, the kinds of connections that they use. One
    whose name starts with ``test`` holds test types.
    """
    chosen = [
        point
        for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
        if test_types or not point.name.startswith("test")
    ]
    return registry_of(point.load() for point in chosen)
