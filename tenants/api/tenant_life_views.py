"""A tenant's life over HTTP: suspended, resumed, deleted in steps; its logo and its retention."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.parsers import FileUploadParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import FieldError, InvalidFields, NotFound
from tenants.access import require
from tenants.api import wire
from tenants.api.bodies import RetentionBody, SuspensionBody
from tenants.api.tenant_views import OneTenantView
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import Tenant
from tenants.paths import ROOT
from tenants.pictures import LARGEST_BYTES
from tenants.selectors.tenants import reference
from tenants.services.logos import digest_of, logo_of, set_logo
from tenants.services.retention import limits, retention_of, set_retention
from tenants.services.suspension import Suspension, resume_tenant, suspend_tenant


class SuspendTenantView(InstanceAPIView):
    """Puts a tenant to rest."""

    def post(self, request: Request, slug: str) -> Response:
        """Nothing starts or changes in it from here on; people may read."""
        body = read_body(request.data, SuspensionBody)
        row = suspend_tenant(self.actor, slug, Suspension(body.reason, body.running))
        return Response(wire.tenant(row))


class ResumeTenantView(InstanceAPIView):
    """Lets a tenant work again."""

    def post(self, request: Request, slug: str) -> Response:
        """What its suspension paused goes on."""
        return Response(wire.tenant(resume_tenant(self.actor, slug)))


class RemovalsView(InstanceAPIView):
    """Tenants that were deleted and are not all gone yet."""

    def get(self, request: Request) -> Response:
        """All of them, the oldest deletion first."""
        rows = Tenant.objects.filter(deleting_at__isnull=False).order_by("deleting_at")
        return Response({"results": [wire.removal(row) for row in rows]})


class LogoView(OneTenantView):
    """The picture of a tenant."""

    parser_classes = (MultiPartParser, FileUploadParser)

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The picture; 404 without one. No browser takes it for anything but a picture."""
        found = logo_of(reference(self._tenant(slug)))
        if found is None:
            raise NotFound("logo")
        response = HttpResponse(bytes(found.content), content_type=found.type)
        ending = found.type.partition("/")[2]
        response["Content-Disposition"] = f'attachment; filename="logo.{ending}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "private, no-cache"
        response["ETag"] = f'"{found.digest}"'
        return response

    def post(self, request: Request, slug: str) -> Response:
        """Takes a PNG or a JPEG, as the part `logo` of a form; what is no pixel is left behind."""
        row = self._tenant(slug)
        self._require("tenant.edit", row)
        picture = set_logo(self.actor, reference(row), _picture(request))
        if picture is None:
            raise InvalidFields([FieldError("send a picture", path="logo")])
        size = {"width": picture.width, "height": picture.height}
        return Response({"type": picture.type, "digest": digest_of(picture), **size})

    def delete(self, request: Request, slug: str) -> Response:
        """Goes back to none."""
        row = self._tenant(slug)
        self._require("tenant.edit", row)
        set_logo(self.actor, reference(row), None)
        return Response(status=204)


def _picture(request: Request) -> bytes:
    form: Any = request.data
    sent = form.get("logo") or form.get("file")
    if sent is None or isinstance(sent, str):
        raise InvalidFields(
            [FieldError("send a picture as the part `logo` of a form", path="logo")]
        )
    return bytes(sent.read(LARGEST_BYTES + 1))


class RetentionViewSet(TenantViewSet):
    """How long a tenant and its namespaces keep what has ended."""

    actions = {
        "of_tenant": "tenant.view",
        "set_tenant": "tenant.edit",
        "of_namespace": "namespace.view",
        "set_namespace": "namespace.edit",
    }

    def of_tenant(self, request: Request, tenant: str) -> Response:
        """Days by kind, and the most that the instance allows."""
        return self._show(ROOT)

    def set_tenant(self, request: Request, tenant: str) -> Response:
        """Sets days; null follows the instance."""
        require(self.actor, "tenant.edit")
        set_retention(self.actor, ROOT, _days(request))
        return self._show(ROOT)

    def of_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Days by kind, with the namespace that they come from."""
        return self._show(namespace)

    def set_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Sets days; null follows what is above."""
        days = _days(request)
        if "audit" in days:
            raise InvalidFields([FieldError("is kept for the whole tenant", path="audit")])
        set_retention(self.actor, namespace, days)
        return self._show(namespace)

    def _show(self, path: str) -> Response:
        return Response({**wire.retention(retention_of(path)), "limits": limits()})


def _days(request: Request) -> dict[str, Any]:
    return read_body(request.data, RetentionBody).model_dump(exclude_unset=True)
