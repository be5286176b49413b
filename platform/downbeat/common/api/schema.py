"""OpenAPI: names of operations, the families that group them, and the shapes that were declared."""

from __future__ import annotations

import re
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

from downbeat.common.api.operations import PROBLEMS, TWINS, Operation, components, operation_of

PREFIX = ("api", "v1")
METHODS: Final = {"get": "read", "post": "do", "put": "set", "patch": "change", "delete": "remove"}
SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "downbeat_session"},
}
_WORD: Final = re.compile(r"[A-Za-z0-9]+")


class OperationSchema(AutoSchema):
    """Groups by the first word after the tenant; takes what a route declares of itself."""

    def get_tags(self) -> list[str]:
        """`/api/v1/{tenant}/flows/…` belongs to `flows`."""
        parts = [part for part in self.path.split("/") if part]
        words = [part for part in parts if part not in PREFIX and not part.startswith("{")]
        return [words[0]] if words else ["instance"]

    @property
    def declared(self) -> Operation | None:
        """What the app's table says of this route."""
        return operation_of(self.method, self.path)

    def get_operation_id(self) -> str:
        """The declared name, else one made of the whole address, which no other route has."""
        if self.declared is not None:
            return self.declared.id
        parts = self.path.removeprefix("/api/v1").replace("{tenant}", "").split("/")
        words = [word for part in parts for word in _words(part)]
        if "{tenant}" not in self.path and TWINS & set(parts):
            words.insert(0, "Instance")
        return METHODS[self.method.lower()] + "".join(words)

    def get_auth(self) -> list[dict[str, Any]]:
        """A token, name and password, or a log-in; nothing for public routes."""
        return [{name: []} for name in SECURITY] if self.view.authentication_classes else []

    def get_request_serializer(self) -> None:
        """Views here have none: shapes are declared."""

    def get_response_serializers(self) -> None:
        """Views here have none: shapes are declared."""

    def _get_parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super()._get_parameters()
        declared = self.declared
        return [*found, *(item.as_json() for item in declared.query)] if declared else found

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        return self.declared.request() if self.declared else None

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        if self.declared is not None:
            return self.declared.responses()
        return {"200": {"description": "Done"}, **PROBLEMS}


def _words(part: str) -> list[str]:
    named = part.startswith("{")
    return [f"{'By' if named else ''}{word[0].upper()}{word[1:]}" for word in _WORD.findall(part)]


def with_components(result: dict[str, Any], **_rest: object) -> dict[str, Any]:
    """Adds the declared shapes and the ways to sign in to the description."""
    shown = result.setdefault("components", {})
    shown["schemas"] = {**shown.get("schemas", {}), **components()}
    shown["securitySchemes"] = dict(SECURITY)
    return result
