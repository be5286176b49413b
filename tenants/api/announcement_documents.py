"""The routes of announcements, and what they answer, for the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from downbeat.common.api.operations import Operation, Shape, takes
from tenants.api.announcement_views import BannerBody
from tenants.services.announcements import Kind


class Banner(Shape):
    """An announcement; `active` says whether it is shown now, no `tenantId` that it is everybody's."""

    id: UUID
    message: str
    type: Kind
    dismissible: bool
    start_date: datetime | None
    end_date: datetime | None
    tenant_id: str | None
    active: bool
    by: str


_BANNER: Final = takes(BannerBody)
# Two slashes: outside of any tenant.
OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /banners": Operation("listBanners", ["Banner"]),
    "GET /banners/search": Operation("searchTenantBanners", ["Banner"]),
    "POST /banners": Operation("createTenantBanner", "Banner", _BANNER, status=201),
    "PUT /banners/{}": Operation("updateTenantBanner", "Banner", _BANNER),
    "DELETE /banners/{}": Operation("deleteTenantBanner"),
    "POST //banners": Operation("createBanner", "Banner", _BANNER),
    "GET //banners/search": Operation("searchBanners", ["Banner"]),
    "PUT //banners/{}": Operation("updateBanner", "Banner", _BANNER),
    "DELETE //banners/{}": Operation("deleteBanner"),
}
SHAPES: Final = (Banner,)
