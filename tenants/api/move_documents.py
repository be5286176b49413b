"""The shapes of answers about the move of a namespace, as OpenAPI shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from downbeat.common.api.operations import REF, Shape
from tenants.api.documents import Namespace


class Mention(Shape):
    """A place in the source of a flow that still names an old path, to be mended by hand."""

    namespace: str
    flow_id: str
    line: int
    column: int
    text: str


class MovedWebhook(Shape):
    """A webhook whose address changes with its namespace, which is the new one here."""

    namespace: str
    flow_id: str
    trigger_id: str


class NamespaceMove(Shape):
    """What a move means: how much goes along, and what people have to do about it."""

    moved: dict[str, int]
    mentions: list[Mention]
    hidden_mentions: int
    webhooks: list[MovedWebhook]


class MovedNamespace(NamespaceMove, Namespace):
    """A namespace at its new path, and what the move meant."""


SHAPES: Final = (NamespaceMove, MovedNamespace)
ANSWER: Final[Mapping[str, Any]] = {
    "anyOf": [{"$ref": f"{REF}MovedNamespace"}, {"$ref": f"{REF}NamespaceMove"}]
}
