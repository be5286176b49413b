"""The shapes of pairs, files, types and words, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from downbeat.common.api.operations import Shape


class KVEntry(Shape):
    """A pair without its value."""

    namespace: str
    key: str
    revision: int
    description: str | None
    creation_date: str
    update_date: str
    expiration_date: str | None


class KvDetail(Shape):
    """A value with its type."""

    shape_name = "KVController.KvDetail"
    type: Literal["STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"]
    value: Any
    revision: int
    updated: str


class DeletedKeys(Shape):
    """The keys that were removed."""

    shape_name = "KVController.ApiDeleteBulkResponse"
    keys: tuple[str, ...]


class FileAttributes(Shape):
    """A file or folder; times in milliseconds since the epoch."""

    file_name: str
    type: Literal["File", "Directory"]
    size: int
    creation_time: int
    last_modified_time: int
    metadata: dict[str, str]


class NamespaceFileRevision(Shape):
    """A revision of a file."""

    revision: int


class StoredFile(Shape):
    """Where a file was stored."""

    namespace: str
    path: str
    revision: int


class PluginElement(Shape):
    """A type that a plug-in brings."""

    shape_name = "Plugin.PluginElementMetadata"
    cls: str
    title: str
    deprecated: bool


class Plugin(Shape):
    """A plug-in and what it brings."""

    name: str
    title: str
    group: str
    version: str
    tasks: tuple[PluginElement, ...]
    triggers: tuple[PluginElement, ...]
    conditions: tuple[PluginElement, ...]


class PluginExample(Shape):
    """An example of a type."""

    title: str
    code: str


class DocumentationWithSchema(Shape):
    """A type: what it is for, its schema, examples."""

    cls: str
    title: str
    markdown: str
    deprecated: str | None
    aliases: tuple[str, ...]
    examples: tuple[PluginExample, ...]
    of: dict[str, Any] = Field(alias="schema")


class PluginIcon(Shape):
    """What a type is drawn with: an SVG in base64, where its plug-in brings one."""

    name: str
    icon: str | None
    flowable: bool


class InputType(Shape):
    """A type of inputs."""

    type: str
    cls: str


class PebbleArgument(Shape):
    """An argument of a function; without a default it must be given."""

    name: str
    default_value: str | None


class PebbleFunction(Shape):
    """A function of expressions."""

    name: str
    signature: str
    doc: str
    arguments: tuple[PebbleArgument, ...]


SHAPES: Final[tuple[type[Shape], ...]] = (
    KVEntry,
    KvDetail,
    DeletedKeys,
    FileAttributes,
    NamespaceFileRevision,
    StoredFile,
    PluginElement,
    Plugin,
    DocumentationWithSchema,
    PluginIcon,
    InputType,
    PebbleFunction,
)
PAGES: Final = ("KVEntry", "Plugin")
