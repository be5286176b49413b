"""How clients ask SCIM for lists: in the query, or in the body of a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rest_framework.request import Request

from tenants.api.wire import Json
from tenants.scim import filters
from tenants.scim.documents import shown
from tenants.scim.errors import BadSyntax, BadValue
from tenants.scim.paths import Document
from tenants.selectors.provisioned import Found, Wanted

MOST: Final = 1_000
USUAL: Final = 100
LARGEST: Final = 2**31
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class Asked:
    """A question about a list: which resources, and which of their attributes."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.only = _names(said.get("attributes"))
        self.without = _names(said.get("excludedAttributes"))

    @classmethod
    def of(cls, request: Request) -> Asked:
        """From the query of a GET, or from the body of a search by POST."""
        if request.method == "POST":
            if not isinstance(request.data, Mapping):
                raise BadSyntax("a search is an object")
            return cls(request.data)
        return cls(request.query_params)

    @classmethod
    def in_query(cls, request: Request) -> Asked:
        """From the query, whatever the method."""
        return cls(request.query_params)

    def wanted(self) -> Wanted:
        """The resources; raises BadFilter and BadValue."""
        written = self.said.get("filter")
        return Wanted(
            filter=filters.parse(str(written)) if written else None,
            sort_by=str(self.said["sortBy"]) if self.said.get("sortBy") else None,
            falling=str(self.said.get("sortOrder", "")).lower() == "descending",
            start=max(self._number("startIndex", 1), 1),
            count=min(max(self._number("count", USUAL), 0), MOST),
            members=self.shows("members"),
        )

    def shows(self, name: str) -> bool:
        """Whether an attribute will be in the answer."""
        if self.only:
            return any(item.lower().rpartition(":")[2].startswith(name) for item in self.only)
        return name not in {item.lower() for item in self.without}

    def cut(self, document: Document) -> Document:
        """What of a resource was asked for."""
        return shown(document, self.only, self.without)

    def answer(self, found: Found, start: int) -> Json:
        """The list as SCIM writes it."""
        return {
            "schemas": [LIST],
            "totalResults": found.total,
            "startIndex": start,
            "itemsPerPage": len(found.resources),
            "Resources": [self.cut(document) for document in found.resources],
        }

    def _number(self, name: str, usual: int) -> int:
        given = self.said.get(name)
        if given in (None, ""):
            return usual
        try:
            return min(int(str(given)), LARGEST)
        except ValueError:
            raise BadValue(f"{name} must be a whole number") from None


def _names(given: object) -> list[str]:
    """Names in a list, or joined by commas."""
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    if isinstance(given, Iterable):
        return [str(part) for part in given]
    return []
