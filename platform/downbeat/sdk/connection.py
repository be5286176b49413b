"""Connections: typed credentials of an outside system, and where each of their values comes from.

A vendor describes its credentials once, as a ``Connection``; its tasks inherit from it, so that
every value may also be written in the task. ``resolved`` fills in the rest, value by value:

1. the connection that the task names (``connection: warehouse``), of the flow's namespace or the
   nearest one above it;
2. the properties of the task;
3. the plug-in defaults (the language has merged them into the properties by then);
4. the connection of the namespace that has the name of its type (``airbyte``), if there is one;
5. the vendor's environment variables, as far as the operator lets them through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import AliasChoices, ValidationError

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import MissingCredential, TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text

C = TypeVar("C", bound="Connection")


class Connection(Spec):
    """Credentials and address of one kind of outside system.

    A subclass sets ``connection_type`` (its stable name), declares every value as an optional
    field, names the ``secret_values`` among them and the environment ``variables`` that may hold
    them, best first.
    """

    connection_type: ClassVar[str] = ""
    secret_values: ClassVar[frozenset[str]] = frozenset()
    """Fields that are shown to nobody once they are stored."""
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Field → names of environment variables."""
    alternatives: ClassVar[tuple[frozenset[str], ...]] = ()
    """Groups of fields that are different ways to sign in: the first place that has a value of
    one of them decides, and places after it are not asked for the others."""
    together: ClassVar[tuple[frozenset[str], ...]] = ()
    """Fields that are one credential: the first place that has one of them gives them all."""

    connection: Dyn[Text | None] = None
    """The name of a connection of the namespace, whose values go before all others."""

    @classmethod
    def values(cls) -> tuple[str, ...]:
        """The names of the fields that a stored connection may hold."""
        return tuple(name for name in cls.model_fields if name != "connection")

    @classmethod
    def key_of(cls, field: str) -> str:
        """The name of a field as sources write it."""
        return cls.keys_of(field)[0]

    @classmethod
    def keys_of(cls, field: str) -> tuple[str, ...]:
        """Every name by which a field may be written, the one in use first."""
        found = cls.model_fields[field]
        if isinstance(found.validation_alias, AliasChoices):
            choices = tuple(str(choice) for choice in found.validation_alias.choices)
            return tuple(dict.fromkeys((*choices, field)))
        return tuple(dict.fromkeys((found.alias or field, field)))

    def check(self, ctx: RunContext) -> str:
        """Reaches the outside system with these values; returns what it says of itself.

        Every value is in place. Raises ``TaskFailed`` with the reason if the system cannot be
        reached or refuses. A type that does not override this cannot be tested.
        """
        raise NotImplementedError(f"{type(self).__name__} has no check")


def resolved(ctx: RunContext, given: Connection, kind: type[C]) -> C:
    """The connection that a task works with: every value from the first place that has one.

    ``given`` is the task itself (rendered), ``kind`` the vendor's connection class. Raises
    ``TaskFailed`` if a named connection does not exist or is of another type.
    """
    found: dict[str, Any] = {}
    for source in _sources(ctx, given, kind):
        decided = _decided(kind, found)
        for name in kind.values():
            if name not in decided and source.get(name) is not None:
                found[name] = source[name]
    try:
        return kind.model_validate(found, context={"rendered": True})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TaskFailed(
            f"The connection of type '{kind.connection_type}' has a bad value for '{where}': "
            f"{error.errors()[0]['msg']}"
        ) from None


def need(ctx: RunContext, settings: Connection, *names: str) -> None:
    """Raises ``MissingCredential`` for the first of the values that is nowhere to be found."""
    for name in names:
        if getattr(settings, name) in (None, ""):
            raise MissingCredential(
                name=settings.key_of(name),
                connection_type=settings.connection_type,
                namespace=ctx.run.namespace,
                variables=settings.variables.get(name, ()),
            )


def _decided(kind: type[Connection], found: Mapping[str, Any]) -> frozenset[str]:
    """The fields that a place further down may not fill in any more."""
    bound = [group for group in kind.together if not group.isdisjoint(found)]
    chosen = [group for group in kind.alternatives if not group.isdisjoint(found)]
    others = kind.alternatives if chosen else ()
    return frozenset(found).union(*bound, frozenset().union(*others).difference(*chosen))


def _sources(ctx: RunContext, given: Connection, kind: type[C]) -> Iterator[Mapping[str, Any]]:
    if given.connection:
        yield _stored(ctx, kind, given.connection)
    written = given.model_fields_set
    yield {name: getattr(given, name) for name in kind.values() if name in written}
    if not given.connection:
        yield _stored(ctx, kind, None)
    yield {name: _of_environment(ctx, names) for name, names in kind.variables.items()}


def _stored(ctx: RunContext, kind: type[C], name: str | None) -> Mapping[str, Any]:
    """The values of a stored connection by field name; without a name, of the namespace's own."""
    answer = ctx.request("connection.get", {"type": kind.connection_type, "name": name})
    stored = dict((answer or {}).get("values") or {})
    return {
        field: next((stored[key] for key in kind.keys_of(field) if key in stored), None)
        for field in kind.values()
    }


def _of_environment(ctx: RunContext, names: tuple[str, ...]) -> str | None:
    return next((ctx.environment[name] for name in names if ctx.environment.get(name)), None)
