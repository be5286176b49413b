"""Many changes in one request (RFC 7644 section 3.7): which they are, and in which order. Pure.

A step that makes something has a name of the client's own, its `bulkId`. Other steps say
`bulkId:name` where they need the id that it will have, in their data or in their path, also before
the step that makes it: they are done after it. Steps that wait for each other are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tenants.scim.errors import BadSyntax, BadValue, Conflicting, TooMany

MOST: Final = 1_000
LARGEST_BYTES: Final = 1 << 20
MARK: Final = "bulkId:"
_PATH: Final = re.compile(r"/(?P<type>Users|Groups)(?:/(?P<id>[^/?#]+))?")
_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Step:
    """One change: what is asked for, and how it is named in the answer."""

    method: str
    path: str
    bulk_id: str = ""
    version: str = ""
    data: Any = None

    @property
    def needs(self) -> frozenset[str]:
        """The names of the steps that this one waits for."""
        in_path = [part for part in self.path.split("/") if part.startswith(MARK)]
        return frozenset(
            text.removeprefix(MARK) for text in [*in_path, *_references(self.data)]
        ) - {""}


@dataclass(frozen=True)
class Place:
    """What a path names: a kind of resource, and one of them."""

    type: str
    id: str | None


@dataclass
class Known:
    """The ids of what was made so far, by the clients' names, and the names that came to nothing."""

    ids: dict[str, str] = field(default_factory=dict)

    def resolved(self, step: Step) -> tuple[str, Any]:
        """Path and data with ids in the place of names; raises Conflicting for one without."""
        for name in sorted(step.needs):
            if name not in self.ids:
                raise Conflicting(f"nothing was made under bulkId {name}")
        path = "/".join(self._id(part) for part in step.path.split("/"))
        return path, self._replaced(step.data)

    def _replaced(self, data: Any) -> Any:
        match data:
            case str():
                return self._id(data)
            case Mapping():
                return {name: self._replaced(value) for name, value in data.items()}
            case list():
                return [self._replaced(value) for value in data]
            case _:
                return data

    def _id(self, text: str) -> str:
        return self.ids.get(text.removeprefix(MARK), text) if text.startswith(MARK) else text


def steps_of(body: object) -> tuple[list[Step], int]:
    """The steps of a request in the order in which they are done, and how many may fail (0: all).

    Raises BadSyntax, BadValue and TooMany.
    """
    if not isinstance(body, Mapping):
        raise BadSyntax("a bulk request is an object")
    said = {str(name).lower(): value for name, value in body.items()}
    written = said.get("operations")
    if not isinstance(written, list) or not written:
        raise BadSyntax("Operations must be a list of at least one operation")
    if len(written) > MOST:
        raise TooMany(f"at most {MOST} operations")
    failing = said.get("failonerrors", 0)
    if not isinstance(failing, int) or isinstance(failing, bool) or failing < 0:
        raise BadValue("failOnErrors must be a whole number")
    return _ordered([_step(item) for item in written]), failing


def place_of(path: str) -> Place:
    """What a path names; raises BadValue."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise BadValue(f"{path[:200]} is no path of a bulk request")
    return Place(found["type"], found["id"])


def _step(item: object) -> Step:
    if not isinstance(item, Mapping):
        raise BadSyntax("an operation is an object")
    said = {str(name).lower(): value for name, value in item.items()}
    method, path = str(said.get("method", "")).upper(), said.get("path")
    if method not in _METHODS or not isinstance(path, str):
        raise BadSyntax("an operation has a method (POST, PUT, PATCH, DELETE) and a path")
    bulk_id, version = said.get("bulkid") or "", said.get("version") or ""
    if not isinstance(bulk_id, str) or not isinstance(version, str):
        raise BadSyntax("bulkId and version are texts")
    if method == "POST" and not bulk_id:
        raise BadSyntax("a POST in a bulk request needs a bulkId")
    return Step(method, path, bulk_id, version, said.get("data"))


def _ordered(steps: list[Step]) -> list[Step]:
    """Each step behind those that it needs, otherwise as written; a circle stays where it was."""
    makers = [step.bulk_id for step in steps if step.method == "POST"]
    if len(makers) != len(set(makers)):
        raise BadValue("two operations have the same bulkId")
    open_names, waiting = set(makers), list(steps)
    done: list[Step] = []
    while waiting:
        ready = [step for step in waiting if not step.needs & open_names]
        if not ready:
            return [*done, *waiting]
        done += ready
        open_names -= {step.bulk_id for step in ready if step.method == "POST"}
        waiting = [step for step in waiting if step not in ready]
    return done


def _references(data: Any) -> Iterator[str]:
    match data:
        case str() if data.startswith(MARK):
            yield data
        case Mapping():
            for value in data.values():
                yield from _references(value)
        case Sequence() if not isinstance(data, str | bytes):
            for value in data:
                yield from _references(value)
