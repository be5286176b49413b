"""The routes of connections for the OpenAPI description, with the shapes of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from downbeat.common.api.operations import FILTERS, JSON, PAGE, Operation, Shape

BASE: Final = "/namespaces/{}/credentials"


class Credential(Shape):
    """A connection without its values."""

    id: str
    namespace: str
    name: str
    type: str
    description: str
    version: int
    created_at: str
    updated_at: str


class CredentialResponse(Credential):
    """A connection with the values that may be seen, and the names of those that may not."""

    shape_name = "ApiCredentialResponse"
    values: dict[str, Any]
    secrets: tuple[str, ...]


class InheritedLevel(Shape):
    """The connections of one namespace above."""

    shape_name = "ApiInheritedCredentialsResponse.InheritedCredentialLevel"
    namespace: str
    credentials: tuple[Credential, ...]


class InheritedCredentials(Shape):
    """What a namespace takes from those above it, the nearest first."""

    shape_name = "ApiInheritedCredentialsResponse"
    levels: tuple[InheritedLevel, ...]


class CreateCredential(Shape):
    """A new connection."""

    shape_name = "ApiCreateCredentialRequest"
    name: str
    type: str
    description: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)


class UpdateCredential(Shape):
    """Other values: secret ones that are left out stay, null takes a value away."""

    shape_name = "ApiUpdateCredentialRequest"
    type: str | None = None
    description: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)


class ConnectionType(Shape):
    """A type of connection; `variables` are those of the environment that may hold its values."""

    type: str
    title: str
    description: str
    of: dict[str, Any] = Field(alias="schema")
    secrets: tuple[str, ...]
    variables: dict[str, tuple[str, ...]]
    testable: bool


SHAPES: Final[tuple[type[Shape], ...]] = (
    Credential,
    CredentialResponse,
    InheritedLevel,
    InheritedCredentials,
    CreateCredential,
    UpdateCredential,
    ConnectionType,
)
PAGES: Final = ("Credential",)
OPERATIONS: Final[Mapping[str, Operation]] = {
    f"GET {BASE}": Operation(
        "listNamespaceCredentials", "PagedResults_Credential_", query=(*PAGE[:3], *FILTERS)
    ),
    f"POST {BASE}": Operation(
        "createNamespaceCredential",
        "ApiCredentialResponse",
        {JSON: "ApiCreateCredentialRequest"},
        status=200,
    ),
    f"GET {BASE}/inherited": Operation(
        "getInheritedCredentials", "ApiInheritedCredentialsResponse"
    ),
    f"GET {BASE}/{{}}": Operation("getNamespaceCredential", "ApiCredentialResponse"),
    f"PUT {BASE}/{{}}": Operation(
        "updateNamespaceCredential",
        "ApiCredentialResponse",
        {JSON: "ApiUpdateCredentialRequest"},
    ),
    f"DELETE {BASE}/{{}}": Operation("deleteNamespaceCredential"),
    "GET /plugins/connections": Operation("listConnectionTypes", ["ConnectionType"]),
}
