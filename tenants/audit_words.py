"""What an audit entry can say. Pure.

Values whose name sounds like a secret are replaced wherever they stand, whoever recorded them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from tenants.vocabulary import RESOURCES

HIDDEN: Final = "***"
_SECRET: Final = re.compile(
    r"pass(word|wd|phrase)?$|secret|token$|credential|private.?key|api.?key|authorization|digest",
    re.IGNORECASE,
)
LONGEST_TEXT: Final = 4_000
MOST_ITEMS: Final = 1_000


class Type(StrEnum):
    """What kind of thing happened."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    READ = "READ"
    EXPORT = "EXPORT"
    LOGIN = "LOGIN"
    LOGOUT = "LOGOUT"
    LOGIN_FAILURE = "LOGIN_FAILURE"
    DENIED = "DENIED"
    ENTER = "ENTER"


_TYPE_OF_EVENT: Final = {"created": Type.CREATE, "deleted": Type.DELETE}
_TYPE_OF_VERB: Final = {"create": Type.CREATE, "delete": Type.DELETE}


@dataclass(frozen=True)
class Change:
    """What happened to what."""

    type: Type
    action: str
    resource: str
    object_id: str = ""
    namespace: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        resource: str,
        event: str,
        object_id: object = "",
        *,
        namespace: str = "",
        **detail: Any,
    ) -> Change:
        """`Change.of("role", "updated", role.id)`."""
        return cls(
            type=_TYPE_OF_EVENT.get(event, Type.UPDATE),
            action=f"{resource}.{event}",
            resource=RESOURCES.get(resource, resource.upper()),
            object_id=str(object_id)[:300],
            namespace=namespace,
            detail=detail,
        )

    @classmethod
    def asked(
        cls,
        permission: str,
        object_id: str = "",
        *,
        namespace: str = "",
        detail: Mapping[str, Any],
        deletes: bool = False,
    ) -> Change:
        """What a request asks for, by the permission that it needs."""
        resource, _, verb = permission.partition(".")
        type = Type.DELETE if deletes else _TYPE_OF_VERB.get(verb, Type.UPDATE)
        word = RESOURCES.get(resource, resource.upper())
        return cls(type, permission, word, object_id[:300], namespace[:150], detail)

    def noting(self, **more: Any) -> Change:
        """The same with more detail."""
        return replace(self, detail={**self.detail, **more})

    def denied(self) -> Change:
        """The same as a refusal."""
        return replace(self, type=Type.DENIED)


def clean(value: Any) -> Any:
    """A value without secrets, and not longer than an entry needs."""
    match value:
        case Mapping():
            return {
                str(name): HIDDEN if _SECRET.search(str(name)) and inner else clean(inner)
                for name, inner in value.items()
            }
        case str():
            return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
        case bytes():
            return HIDDEN
        case Sequence() | set() | frozenset():
            return [clean(inner) for inner in list(value)[:MOST_ITEMS]]
        case _:
            return value


def patch(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """What turns one state into the other, as JSON Patch over the facts of the object."""
    old, new = before or {}, after or {}
    steps: list[dict[str, Any]] = []
    for name in sorted({*old, *new}):
        path = "/" + name.replace("~", "~0").replace("/", "~1")
        if name not in new:
            steps.append({"op": "remove", "path": path})
        elif name not in old:
            steps.append({"op": "add", "path": path, "value": new[name]})
        elif old[name] != new[name]:
            steps.append({"op": "replace", "path": path, "value": new[name]})
    return steps
