"""Many changes in one request, and the address of who asks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.problems import problem_of
from downbeat.common.errors import AppError
from tenants.api.scim.base import ScimViewSet, error_body, version_of
from tenants.api.scim.resource_views import GroupsViewSet, PeopleViewSet, ResourceViewSet
from tenants.api.wire import Json
from tenants.scim.bulk import LARGEST_BYTES, Known, Step, place_of, steps_of
from tenants.scim.errors import BadSyntax, NobodysToken, TooLarge
from tenants.services import request_rate

RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_RESOURCES: Final[dict[str, type[ResourceViewSet]]] = {
    "Users": PeopleViewSet,
    "Groups": GroupsViewSet,
}


class BulkViewSet(ScimViewSet):
    """Changes of people and groups, one after the other, each all or nothing by itself."""

    actions = {"bulk": "user.edit"}

    def bulk(self, request: Request, tenant: str) -> Response:
        """What came of each, in the order in which they were done."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BYTES:
            raise TooLarge(f"at most {LARGEST_BYTES} bytes")
        steps, most_failing = steps_of(request.data)
        known, failing = Known(), 0
        results: list[Json] = []
        for at, step in enumerate(steps):
            result, failed = self._result(step, known, counted=at > 0)
            results.append(result)
            failing += failed
            if most_failing and failing >= most_failing:
                break
        return Response({"schemas": [RESPONSE], "Operations": results})

    def _result(self, step: Step, known: Known, *, counted: bool) -> tuple[Json, bool]:
        """One line of the answer, and whether it is an error."""
        found: Json = {"method": step.method}
        if step.bulk_id:
            found["bulkId"] = step.bulk_id
        try:
            if counted:
                # A bulk of a thousand is a thousand requests to the tenant's quota.
                request_rate.take(self.tenant.id)
            found |= self._done(step, known)
        except (AppError, APIException) as error:
            problem = problem_of(error)
            body = error_body(error, problem.status, problem.detail)
            if step.method != "POST":
                found["location"] = f"{self.base}{step.path}"
            return {**found, "status": str(problem.status), "response": body}, True
        return found, False

    def _done(self, step: Step, known: Known) -> Json:
        path, data = known.resolved(step)
        place = place_of(path)
        if (place.id is None) is not (step.method == "POST"):
            raise BadSyntax(f"{step.method} does not go to {path[:200]}")
        resource = self._resource(place.type)
        version = version_of(step.version) if step.version else None
        id = place.id or ""
        match step.method:
            case "POST":
                document = resource.made(data)
                known.ids[step.bulk_id] = str(document["id"])
                return _line(document, HTTPStatus.CREATED)
            case "PUT":
                return _line(resource.replaced(id, data, version), HTTPStatus.OK)
            case "PATCH":
                return _line(resource.patched(id, data, version), HTTPStatus.OK)
            case _:
                resource.gone(id, version)
                location = f"{self.base}{path}"
                return {"location": location, "status": str(int(HTTPStatus.NO_CONTENT))}

    def _resource(self, name: str) -> ResourceViewSet:
        found = _RESOURCES[name]()
        found.actor, found.tenant = self.actor, self.tenant
        found.client_id, found.base = self.client_id, self.base
        return found


class MeViewSet(ScimViewSet):
    """`/Me` stands for whoever asks (RFC 7644 section 3.11): a directory is nobody."""

    actions = {"me": "user.view", "change_me": "user.edit"}

    def me(self, request: Request, tenant: str) -> Response:
        """Says so with 501."""
        raise NobodysToken

    def change_me(self, request: Request, tenant: str) -> Response:
        """Says so with 501."""
        raise NobodysToken


def _line(document: Any, status: HTTPStatus) -> Json:
    meta = document["meta"]
    return {
        "location": meta["location"],
        "version": meta["version"],
        "status": str(int(status)),
    }
