"""The attributes that people and groups have in SCIM (RFC 7643), as data. Pure.

Names are found without regard to case; what a schema does not know is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"


class Kind(StrEnum):
    """What a value is."""

    TEXT = "string"
    BOOLEAN = "boolean"
    DATE = "dateTime"
    REFERENCE = "reference"
    COMPLEX = "complex"


@dataclass(frozen=True)
class Attribute:
    """One attribute, with those inside it when it is complex."""

    name: str
    kind: Kind = Kind.TEXT
    doc: str = ""
    many: bool = False
    required: bool = False
    exact: bool = False
    read_only: bool = False
    unique: bool = False
    inside: tuple[Attribute, ...] = ()

    def child(self, name: str) -> Attribute | None:
        """The attribute inside with that name, in any case of letters."""
        wanted = name.lower()
        return next((item for item in self.inside if item.name.lower() == wanted), None)

    def as_json(self) -> dict[str, Any]:
        """As `/Schemas` shows it."""
        shown: dict[str, Any] = {
            "name": self.name,
            "type": self.kind.value,
            "multiValued": self.many,
            "description": self.doc or self.name,
            "required": self.required,
            "caseExact": self.exact,
            "mutability": "readOnly" if self.read_only else "readWrite",
            "returned": "default",
            "uniqueness": "server" if self.unique else "none",
        }
        if self.inside:
            shown["subAttributes"] = [item.as_json() for item in self.inside]
        if self.kind is Kind.REFERENCE:
            shown["referenceTypes"] = ["external"]
        return shown


@dataclass(frozen=True)
class Schema:
    """A core schema, or an extension whose attributes stand below its address."""

    id: str
    name: str
    doc: str
    attributes: tuple[Attribute, ...]

    def find(self, name: str) -> Attribute | None:
        """The attribute with that name, in any case of letters."""
        return Attribute("", inside=self.attributes).child(name)

    def as_json(self, location: str) -> dict[str, Any]:
        """As `/Schemas` shows it."""
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.doc,
            "attributes": [item.as_json() for item in self.attributes],
            "meta": {"resourceType": "Schema", "location": location},
        }


@dataclass(frozen=True)
class ResourceType:
    """People or groups: the core schema and its extensions."""

    name: str
    endpoint: str
    core: Schema
    extensions: tuple[Schema, ...] = ()

    def schemas(self) -> Iterator[Schema]:
        """All of them, the core schema first."""
        yield self.core
        yield from self.extensions

    def as_json(self, location: str) -> dict[str, Any]:
        """As `/ResourceTypes` shows it."""
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.core.doc,
            "endpoint": self.endpoint,
            "schema": self.core.id,
            "schemaExtensions": [
                {"schema": item.id, "required": False} for item in self.extensions
            ],
            "meta": {"resourceType": "ResourceType", "location": location},
        }


def _plural(name: str, doc: str, *, exact: bool = False) -> Attribute:
    """A list of values with a type and at most one that is primary."""
    inside = (
        Attribute("value", doc="The value.", exact=exact),
        Attribute("display", doc="What people see."),
        Attribute("type", doc="What it is for, such as work or home."),
        Attribute("primary", Kind.BOOLEAN, "Whether it is preferred."),
    )
    return Attribute(name, Kind.COMPLEX, doc, many=True, inside=inside)


_NAME: Final = tuple(
    Attribute(name)
    for name in (
        "formatted",
        "familyName",
        "givenName",
        "middleName",
        "honorificPrefix",
        "honorificSuffix",
    )
)
_ADDRESS: Final = tuple(
    Attribute(name)
    for name in (
        "formatted",
        "streetAddress",
        "locality",
        "region",
        "postalCode",
        "country",
        "type",
    )
)
_LINK: Final = (
    Attribute("value", doc="The id of the group.", exact=True, read_only=True),
    Attribute("display", doc="Its name.", read_only=True),
    Attribute("type", doc="Always direct.", read_only=True),
)
_TEXTS: Final = (
    "displayName",
    "nickName",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
)
_COMMON: Final = (
    Attribute("id", doc="Given by this server.", exact=True, read_only=True, unique=True),
    Attribute("externalId", doc="Given by the directory.", exact=True),
    Attribute(
        "meta",
        Kind.COMPLEX,
        read_only=True,
        inside=(
            Attribute("resourceType", exact=True, read_only=True),
            Attribute("created", Kind.DATE, read_only=True),
            Attribute("lastModified", Kind.DATE, read_only=True),
            Attribute("location", Kind.REFERENCE, exact=True, read_only=True),
            Attribute("version", exact=True, read_only=True),
        ),
    ),
)
_PEOPLE: Final = (
    Attribute("userName", doc="Names the person in the directory.", required=True, unique=True),
    Attribute("name", Kind.COMPLEX, "The parts of the name.", inside=_NAME),
    *(Attribute(name) for name in _TEXTS),
    Attribute("profileUrl", Kind.REFERENCE, exact=True),
    Attribute("active", Kind.BOOLEAN, "Whether the person may enter this tenant."),
    _plural("emails", "Addresses for mail."),
    _plural("phoneNumbers", "Telephone numbers."),
    _plural("ims", "Addresses for messages."),
    _plural("photos", "Addresses of pictures.", exact=True),
    _plural("roles", "Roles in the directory; rights here come from groups and bindings."),
    _plural("entitlements", "Entitlements in the directory."),
    Attribute(
        "addresses",
        Kind.COMPLEX,
        "Postal addresses.",
        many=True,
        inside=(*_ADDRESS, Attribute("primary", Kind.BOOLEAN)),
    ),
    Attribute(
        "groups",
        Kind.COMPLEX,
        "Groups that the person belongs to; change them in the group.",
        many=True,
        read_only=True,
        inside=_LINK,
    ),
)
_MEMBER: Final = (
    Attribute("value", doc="The id of the person, or of the group inside.", exact=True),
    Attribute("display", doc="Their name."),
    Attribute("type", doc="User or Group."),
    Attribute("$ref", Kind.REFERENCE, "Their address.", exact=True),
)
_MANAGER: Final = (
    Attribute("value", doc="The manager's id in the directory.", exact=True),
    Attribute("displayName", doc="Their name."),
    Attribute("$ref", Kind.REFERENCE, exact=True),
)
_COMPANY: Final = ("employeeNumber", "costCenter", "organization", "division", "department")
_OF_COMPANY: Final = (
    *(Attribute(name) for name in _COMPANY),
    Attribute("manager", Kind.COMPLEX, "Who leads the person.", inside=_MANAGER),
)

PEOPLE: Final = ResourceType(
    "User",
    "/Users",
    Schema(USER, "User", "A person of this tenant.", (*_COMMON, *_PEOPLE)),
    (Schema(ENTERPRISE, "EnterpriseUser", "The person in their company.", _OF_COMPANY),),
)
GROUPS: Final = ResourceType(
    "Group",
    "/Groups",
    Schema(
        GROUP,
        "Group",
        "People of this tenant under one name.",
        (
            *_COMMON,
            Attribute("displayName", doc="The group's name.", required=True, unique=True),
            Attribute(
                "members",
                Kind.COMPLEX,
                "People and groups in the group.",
                many=True,
                inside=_MEMBER,
            ),
        ),
    ),
)
TYPES: Final = (PEOPLE, GROUPS)
