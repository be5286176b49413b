"""Which attribute a path means: `name.givenName`, `urn:…:User:department`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenants.scim.errors import BadPath
from tenants.scim.schema import Attribute, Kind, ResourceType

Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An attribute of a resource, perhaps of an extension, perhaps one inside another."""

    extension: str | None
    attribute: Attribute
    inner: Attribute | None = None

    @property
    def last(self) -> Attribute:
        """The attribute whose values are meant."""
        return self.inner or self.attribute

    def holder(self, document: Document) -> Document:
        """What the attribute stands in: the resource, or the part of its extension."""
        found = document if self.extension is None else document.get(self.extension)
        return found if isinstance(found, dict) else {}

    def values(self, document: Document) -> list[Any]:
        """All values; none for what is not there."""
        found = self.holder(document).get(self.attribute.name)
        listed = found if isinstance(found, list) else [] if found is None else [found]
        if self.inner is None:
            return listed
        inside = (item.get(self.inner.name) for item in listed if isinstance(item, dict))
        return [item for item in inside if item is not None]


def locate(text: str, type: ResourceType) -> Place:
    """The attribute that a path names; raises BadPath."""
    extension, rest = _without_schema(text, type)
    name, _, sub = rest.partition(".")
    attribute = _find(name, extension, type)
    if attribute is None:
        raise BadPath(f"there is no attribute {text}")
    if not sub:
        return Place(_of(extension, attribute, type), attribute)
    inner = attribute.child(sub)
    if inner is None:
        raise BadPath(f"{attribute.name} has no attribute {sub}")
    return Place(_of(extension, attribute, type), attribute, inner)


def compared(place: Place) -> Place:
    """The same place, where a comparison of the whole means that of its `value`."""
    if place.inner is None and place.attribute.kind is Kind.COMPLEX:
        inner = place.attribute.child("value")
        if inner is None:
            raise BadPath(f"{place.attribute.name} has parts; name one of them")
        return Place(place.extension, place.attribute, inner)
    return place


def _without_schema(text: str, type: ResourceType) -> tuple[str | None, str]:
    for schema in type.schemas():
        if text.lower().startswith(f"{schema.id.lower()}:"):
            return schema.id, text[len(schema.id) + 1 :]
    return None, text


def _find(name: str, schema_id: str | None, type: ResourceType) -> Attribute | None:
    if schema_id is None:
        return type.core.find(name)
    return next(item.find(name) for item in type.schemas() if item.id == schema_id)


def _of(schema_id: str | None, attribute: Attribute, type: ResourceType) -> str | None:
    """The extension's address; None for the core schema, whose address may be left out."""
    return None if schema_id == type.core.id else schema_id
