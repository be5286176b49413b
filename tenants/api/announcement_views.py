"""Announcements (clients call them banners) of a tenant and of the instance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field, field_validator
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.bodies import Body, Moment, read_body
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import Announcement
from tenants.selectors.tenants import tenant_slug
from tenants.services import announcements
from tenants.services.announcements import Kind, NewAnnouncement, Row


class BannerBody(Body):
    """What is told, how grave it is, and when it is shown."""

    message: str = Field(min_length=1, max_length=2000)
    type: Kind = Kind.INFO
    dismissible: bool = True
    start_date: Moment | None = None
    end_date: Moment | None = None

    @field_validator("message")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("say something")
        return value.strip()

    def as_new(self) -> NewAnnouncement:
        """What the service takes."""
        return NewAnnouncement(
            message=self.message,
            kind=self.type,
            dismissible=self.dismissible,
            starts_at=self.start_date,
            ends_at=self.end_date,
        )


class TenantBannerViewSet(TenantViewSet):
    """What the people of a tenant are told."""

    actions = {
        "list": "tenant.view",
        "search": "tenant.edit",
        "create": "tenant.edit",
        "update": "tenant.edit",
        "destroy": "tenant.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """What is shown now, the instance's announcements first."""
        return Response([banner(row) for row in announcements.read_by(self.actor)])

    def search(self, request: Request, tenant: str) -> Response:
        """All of the tenant's, those to come and those that are over included."""
        return Response([banner(row) for row in announcements.of_tenant(self.actor)])

    def create(self, request: Request, tenant: str) -> Response:
        """Publishes one."""
        new = read_body(request.data, BannerBody).as_new()
        return Response(banner(announcements.publish_in_tenant(self.actor, new)), status=201)

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Says it anew."""
        new = read_body(request.data, BannerBody).as_new()
        return Response(banner(announcements.change_in_tenant(self.actor, id, new)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes it away."""
        announcements.withdraw_from_tenant(self.actor, id)
        return Response(status=204)


class BannersView(InstanceAPIView):
    """What everybody on the instance is told."""

    def post(self, request: Request) -> Response:
        """Publishes an announcement in all tenants."""
        new = read_body(request.data, BannerBody).as_new()
        return Response(banner(announcements.publish(self.actor, new)))


class BannerSearchView(InstanceAPIView):
    """All announcements of the instance."""

    def get(self, request: Request) -> Response:
        """The latest first, those to come and those that are over included."""
        return Response([banner(row) for row in announcements.of_instance()])


class BannerView(InstanceAPIView):
    """One announcement of the instance."""

    def put(self, request: Request, id: UUID) -> Response:
        """Says it anew."""
        new = read_body(request.data, BannerBody).as_new()
        return Response(banner(announcements.change(self.actor, id, new)))

    def delete(self, request: Request, id: UUID) -> Response:
        """Takes it away."""
        announcements.withdraw(self.actor, id)
        return Response(status=204)


def banner(row: Row) -> dict[str, Any]:
    """An announcement as JSON."""
    tenant = tenant_slug(row.tenant_id) if isinstance(row, Announcement) else None
    return {
        "id": str(row.id),
        "message": row.message,
        "type": row.kind,
        "dismissible": row.dismissible,
        "startDate": clock.wire(row.starts_at) if row.starts_at else None,
        "endDate": clock.wire(row.ends_at) if row.ends_at else None,
        "tenantId": tenant,
        "active": announcements.is_shown(row),
        "by": row.by_name,
    }
