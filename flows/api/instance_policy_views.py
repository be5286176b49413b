"""Policies of the instance over HTTP: written by its admins, held by its tenants."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.pagination import PageOf, page_request
from flows.api import policy_wire as wire
from flows.services.written_policies import instance_policy_of
from tenants import facade as tenants
from tenants.http import InstanceAPIView


class InstancePoliciesView(InstanceAPIView):
    """What holds in every tenant."""

    def post(self, request: Request) -> Response:
        """A new policy; it holds within two seconds everywhere."""
        made = tenants.create_instance_policy(self.actor, instance_policy_of(request.data))
        return Response(wire.instance_policy(made))


class InstancePolicySearchView(InstanceAPIView):
    """All policies of the instance."""

    def get(self, request: Request) -> Response:
        """A page of them, by name."""
        asked = page_request(request.query_params, size=100)
        found = tenants.instance_policies()
        shown = found[asked.offset : asked.offset + asked.size]
        return Response(PageOf(shown, len(found)).map(wire.instance_policy).as_json())


class InstancePolicyView(InstanceAPIView):
    """One policy of the instance."""

    def get(self, request: Request, id: UUID) -> Response:
        """As it is."""
        return Response(wire.instance_policy(tenants.instance_policy(id)))

    def put(self, request: Request, id: UUID) -> Response:
        """Changes it."""
        wanted = instance_policy_of(request.data)
        return Response(
            wire.instance_policy(tenants.update_instance_policy(self.actor, id, wanted))
        )

    def delete(self, request: Request, id: UUID) -> Response:
        """Takes it away."""
        tenants.delete_instance_policy(self.actor, id)
        return Response(status=204)
