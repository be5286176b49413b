"""What each route takes and answers, for the OpenAPI description.

An app declares a table: verb and path below the tenant, with every name in the path left out,
to an `Operation`. The names of operations and of shapes are those by which existing clients were
generated. Views stay free of it; a test compares the tables with the routes and with live answers.

    declare({"GET /flows/search": Operation("searchFlows", "PagedResults_Flow_", query=SEARCH)},
            shapes=[Flow], pages=["Flow"])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

Json = dict[str, Any]
REF: Final = "#/components/schemas/"
JSON: Final = "application/json"
YAML: Final = "application/x-yaml"
TEXT: Final = "text/plain"
FORM: Final = "multipart/form-data"
BYTES: Final = "application/octet-stream"
CSV: Final = "text/csv"
EVENTS: Final = "text/event-stream"
_BASE: Final = re.compile(r"^/?(api/v1/)?(\{tenant\}|<slug:tenant>)?/?")
_NAME: Final = re.compile(r"\{[^}]*\}|<[^>]*>")
_TENANT: Final = re.compile(r"\{tenant\}|<slug:tenant>")
# Words that follow both the instance and a tenant.
TWINS: Final = frozenset({"auditlogs", "banners", "kill-switches"})


class Shape(BaseModel):
    """Base of the shapes of answers: camelCase outside, and nothing that is not declared."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )
    shape_name: ClassVar[str | None] = None
    """The name among the components, where it is not the class's own."""


class OpenShape(Shape):
    """A shape that may hold more than is declared: whatever an author or a plug-in wrote."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Query:
    """One parameter of a query string."""

    name: str
    type: str = "string"
    text: str = ""
    many: bool = False
    needed: bool = False

    def as_json(self) -> Json:
        """The parameter as OpenAPI has it."""
        schema: Json = {"type": self.type}
        if self.many:
            schema = {"type": "array", "items": schema}
        shown: Json = {"name": self.name, "in": "query", "schema": schema}
        if self.text:
            shown["description"] = self.text
        return {**shown, "required": True} if self.needed else shown


Answer = str | Sequence[str] | Mapping[str, Any] | None
"""The name of a shape, a list of one (``["Flow"]``), a schema, or nothing (204)."""
ANY: Final[Mapping[str, Any]] = {}
TRUTH: Final[Mapping[str, Any]] = {"type": "boolean"}
WORDS: Final[Mapping[str, Any]] = {"type": "array", "items": {"type": "string"}}
CONTENT: Final[Mapping[str, Any]] = {"type": "string", "format": "binary"}
PLAIN: Final[Mapping[str, Any]] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: its name for clients, what it takes, and what it answers."""

    id: str
    answer: Answer = None
    body: Mapping[str, Answer] | None = None
    """Schema by media type."""
    query: tuple[Query, ...] = ()
    media: str | tuple[str, ...] = JSON
    """The media type of the answer, or each that it may have."""
    status: int | None = None
    may_be_empty: bool = False
    """Whether 204 is an answer too: there was nothing to say."""

    def responses(self) -> Json:
        """The answers by status; every other one is a problem."""
        status = self.status or (204 if self.answer is None else 200)
        shown: Json = {"description": "Done"}
        if self.answer is not None:
            kinds = (self.media,) if isinstance(self.media, str) else self.media
            shown["content"] = {kind: {"schema": schema_of(self.answer)} for kind in kinds}
        empty = {"204": {"description": "Done; nothing to say"}} if self.may_be_empty else {}
        return {str(status): shown, **empty, **PROBLEMS}

    def request(self) -> Json | None:
        """The body of the request."""
        if self.body is None:
            return None
        content = {media: {"schema": schema_of(shape)} for media, shape in self.body.items()}
        return {"content": content}


PROBLEMS: Final[Json] = {
    "default": {
        "description": "Refused",
        "content": {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}},
    }
}
PAGE: Final = (
    Query("page", "integer", "From 1."),
    Query("size", "integer", "From 1 to 1000; 10 unless told."),
    Query("sort", text="`field:asc` or `field:desc`.", many=True),
    Query("after", text="The `nextCursor` of a former answer: goes on where that ended."),
)
FILTERS: Final = (
    Query("filters", text="`filters[field][OPERATOR]=value`; what is unknown is refused."),
)
MORE: Final = (Query("after", text="The `nextCursor` of a former answer: goes on there."),)


def schema_of(answer: Answer) -> Json:
    """The schema that an answer's notation stands for."""
    match answer:
        case None:
            return {}
        case str():
            return {"$ref": REF + answer}
        case Mapping():
            return dict(answer)
        case _:
            return {"type": "array", "items": schema_of(answer[0])}


def takes(kind: type[BaseModel]) -> Mapping[str, Answer]:
    """The body of a request as the class that reads it says, with all that it names inside it."""
    schema = kind.model_json_schema(by_alias=True)
    return {JSON: _whole(schema, schema.get("$defs", {}))}


def listed(kind: type[BaseModel]) -> Mapping[str, Answer]:
    """A body that is a list of them."""
    return {JSON: {"type": "array", "items": takes(kind)[JSON]}}


def _whole(value: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_whole(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _whole(known[value["$ref"].rpartition("/")[2]], known)
    return {name: _whole(item, known) for name, item in value.items() if name != "$defs"}


_operations: dict[str, Operation] = {}
_shapes: list[type[Shape]] = []
_pages: list[str] = []


def declare(
    operations: Mapping[str, Operation],
    *,
    shapes: Iterable[type[Shape]] = (),
    pages: Iterable[str] = (),
) -> None:
    """Adds an app's table; `pages` are the shapes that come in pages. Called when routes load."""
    _operations.update(operations)
    _shapes.extend(shape for shape in shapes if shape not in _shapes)
    _pages.extend(name for name in pages if name not in _pages)


def key_of(method: str, path: str) -> str:
    """The key of a route in the tables, from an address with `{name}` or `<str:name>`.

    Where the instance has a route of the same words as a tenant, the instance's has two slashes.
    """
    rest = _NAME.sub("{}", _BASE.sub("", path))
    alone = not _TENANT.search(path) and rest.partition("/")[0] in TWINS
    return f"{method.upper()} {'//' if alone else '/'}{rest}"


def operation_of(method: str, path: str) -> Operation | None:
    """What was declared of a route."""
    return _operations.get(key_of(method, path))


def declared() -> Mapping[str, Operation]:
    """All tables."""
    return _operations


def components() -> Json:
    """The schemas of all shapes, by name."""
    shapes: list[type[Shape]] = [Problem, *_shapes]
    _, top = models_json_schema(
        [(shape, "serialization") for shape in shapes], by_alias=True, ref_template=REF + "{model}"
    )
    names = {shape.__name__: shape.shape_name or shape.__name__ for shape in shapes}
    found = {names.get(key, key): _named(value, names) for key, value in top["$defs"].items()}
    return {**found, **{f"PagedResults_{name}_": _page(name) for name in _pages}}


def _page(name: str) -> Json:
    return {
        "type": "object",
        "required": ["results", "total", "totalExact"],
        "properties": {
            "results": {"type": "array", "items": {"$ref": REF + name}},
            "total": {"type": "integer", "description": "Counted to 10,000; then a lower bound."},
            "totalExact": {"type": "boolean"},
            "nextCursor": {"type": "string", "description": "For `after`; absent at the end."},
        },
    }


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        shown = {key: _named(item, names) for key, item in value.items()}
        ref = shown.get("$ref")
        if isinstance(ref, str):
            name = ref.removeprefix(REF)
            shown["$ref"] = REF + names.get(name, name)
        return shown
    return [_named(item, names) for item in value] if isinstance(value, list) else value


class Finding(Shape):
    """One thing that is wrong with what was sent, and where."""

    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    code: str | None = None


class Problem(Shape):
    """Why a request was refused; `code` never changes, `message` repeats `detail`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    message: str
    instance: str
    errors: tuple[Finding, ...]
