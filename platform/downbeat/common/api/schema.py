"""OpenAPI: names of operations, and the families that group them."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema

PREFIX = ("api", "v1")


class OperationSchema(AutoSchema):
    """Groups by the first word after the tenant; answers are JSON whatever was asked."""

    def get_tags(self) -> list[str]:
        """`/api/v1/{tenant}/flows/…` belongs to `flows`."""
        parts = [part for part in self.path.split("/") if part]
        words = [part for part in parts if part not in PREFIX and not part.startswith("{")]
        return [words[0]] if words else ["instance"]
