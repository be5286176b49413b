"""What this server can do with SCIM, as clients ask before they begin (RFC 7644 section 4)."""

from __future__ import annotations

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import NotFound
from tenants.api.scim.asking import LIST, MOST
from tenants.api.scim.base import ScimViewSet
from tenants.scim import bulk
from tenants.scim.schema import TYPES

PROVIDER: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TOKEN: Final = {
    "type": "oauthbearertoken",
    "name": "Directory token",
    "description": "Authorization: Bearer dwb_dir_…, made under `directories`.",
    "primary": True,
}


class ConfigViewSet(ScimViewSet):
    """Abilities, resource types and schemas."""

    actions = {
        "provider": "user.view",
        "types": "user.view",
        "type": "user.view",
        "schemas": "user.view",
        "schema_of": "user.view",
    }

    def provider(self, request: Request, tenant: str) -> Response:
        """Which parts of SCIM are here."""
        no: dict[str, Any] = {"supported": False}
        return Response(
            {
                "schemas": [PROVIDER],
                "documentationUri": "https://datatracker.ietf.org/doc/html/rfc7644",
                "patch": {"supported": True},
                "bulk": {
                    "supported": True,
                    "maxOperations": bulk.MOST,
                    "maxPayloadSize": bulk.LARGEST_BYTES,
                },
                "filter": {"supported": True, "maxResults": MOST},
                "changePassword": no,
                "sort": {"supported": True},
                "etag": {"supported": True},
                "authenticationSchemes": [_TOKEN],
                "meta": {
                    "resourceType": "ServiceProviderConfig",
                    "location": f"{self.base}/ServiceProviderConfig",
                },
            }
        )

    def types(self, request: Request, tenant: str) -> Response:
        """People and groups."""
        return Response(_listed([self._type(item) for item in TYPES]))

    def type(self, request: Request, tenant: str, name: str) -> Response:
        """One of them."""
        found = next((item for item in TYPES if item.name.lower() == name.lower()), None)
        if found is None:
            raise NotFound("resource type")
        return Response(self._type(found))

    def schemas(self, request: Request, tenant: str) -> Response:
        """All attributes that are kept."""
        return Response(_listed(self._schemas()))

    def schema_of(self, request: Request, tenant: str, urn: str) -> Response:
        """Those of one schema."""
        found = next((each for each in self._schemas() if each["id"].lower() == urn.lower()), None)
        if found is None:
            raise NotFound("schema")
        return Response(found)

    def _type(self, item: Any) -> dict[str, Any]:
        shown: dict[str, Any] = item.as_json(f"{self.base}/ResourceTypes/{item.name}")
        return shown

    def _schemas(self) -> list[dict[str, Any]]:
        return [
            schema.as_json(f"{self.base}/Schemas/{schema.id}")
            for item in TYPES
            for schema in item.schemas()
        ]


def _listed(resources: list[dict[str, Any]]) -> dict[str, Any]:
    count = len(resources)
    return {
        "schemas": [LIST],
        "totalResults": count,
        "startIndex": 1,
        "itemsPerPage": count,
        "Resources": resources,
    }
