"""Kill switches of a tenant and of the instance, and the instance's maintenance."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.bodies import Body, Moment, read_body
from downbeat.common.api.pagination import PageOf, page_request
from downbeat.common.errors import NotFound
from tenants.ceilings import Running, Starts
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import KillSwitch
from tenants.selectors.limits import maintenance
from tenants.selectors.tenants import tenant_of_slug, tenant_slug
from tenants.services import switches
from tenants.services.switches import NewSwitch

# What existing clients say in one word: what becomes of new starts, and of what runs.
EVALUATIONS = {
    "KILL": (Starts.REFUSE, Running.KILL),
    "CANCEL": (Starts.REFUSE, Running.CONTINUE),
    "IGNORE": (Starts.QUEUE, Running.CONTINUE),
}


class SwitchBody(Body):
    """A switch; `evaluationType` says `starts` and `running` in one word."""

    name: str = Field(min_length=1, max_length=150)
    tenant_id: str | None = None
    namespace: str | None = Field(default=None, max_length=150)
    flow_id: str | None = Field(default=None, max_length=150)
    description: str = Field(default="", max_length=2000)
    starts: Starts = Starts.QUEUE
    running: Running = Running.CONTINUE
    evaluation_type: str | None = None
    enabled: bool = True
    start_date: Moment | None = None
    end_date: Moment | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.evaluation_type is not None and self.evaluation_type not in EVALUATIONS:
            raise ValueError(f"evaluationType is one of {', '.join(EVALUATIONS)}")
        return self

    def as_new(self, tenant: UUID | None = None) -> NewSwitch:
        """What the service takes."""
        starts, running = EVALUATIONS.get(self.evaluation_type or "", (self.starts, self.running))
        return NewSwitch(
            name=self.name, tenant=tenant, namespace=self.namespace or "",
            flow_id=self.flow_id or "", reason=self.description, starts=starts, running=running,
            enabled=self.enabled, starts_at=self.start_date, ends_at=self.end_date,
        )  # fmt: skip


class MaintenanceBody(Body):
    """Why there is maintenance, and until when."""

    message: str = Field(default="", max_length=2000)
    end_date: Moment | None = None


class TenantSwitchViewSet(TenantViewSet):
    """Kill switches of the tenant, its namespaces and flows."""

    actions = {
        "list": "quota.view",
        "create": "quota.edit",
        "update": "quota.edit",
        "destroy": "quota.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """A page of them; those of the instance that are on stand among them."""
        asked = page_request(request.query_params, size=100)
        found = switches.of_tenant(self.actor)
        shown = found[asked.offset : asked.offset + asked.size]
        return Response(PageOf(shown, len(found)).map(switch).as_json())

    def create(self, request: Request, tenant: str) -> Response:
        """Stops something from now on, or from a date on."""
        new = read_body(request.data, SwitchBody).as_new()
        return Response(switch(switches.create_of_tenant(self.actor, new)), status=201)

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Says anew what it stops."""
        new = read_body(request.data, SwitchBody).as_new()
        return Response(switch(switches.change_of_tenant(self.actor, id, new)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Lifts it."""
        switches.delete_of_tenant(self.actor, id)
        return Response(status=204)


class SwitchesView(InstanceAPIView):
    """Kill switches that the instance sets."""

    def post(self, request: Request) -> Response:
        """One on a tenant, a part of it, or on everything."""
        body = read_body(request.data, SwitchBody)
        return Response(switch(switches.create(self.actor, body.as_new(_named(body)))))


class SwitchSearchView(InstanceAPIView):
    """All kill switches."""

    def get(self, request: Request) -> Response:
        """A page of them, the latest first."""
        asked = page_request(request.query_params, size=100)
        found = switches.of_instance()
        shown = found[asked.offset : asked.offset + asked.size]
        return Response(PageOf(shown, len(found)).map(switch).as_json())


class SwitchView(InstanceAPIView):
    """One kill switch."""

    def put(self, request: Request, id: UUID) -> Response:
        """Says anew what it stops; whose it is stays."""
        body = read_body(request.data, SwitchBody)
        return Response(switch(switches.change(self.actor, id, body.as_new())))

    def delete(self, request: Request, id: UUID) -> Response:
        """Lifts it."""
        switches.delete(self.actor, id)
        return Response(status=204)


class MaintenanceEnterView(InstanceAPIView):
    """The beginning of maintenance."""

    def post(self, request: Request) -> Response:
        """Nothing new begins; what runs goes on, what is started waits."""
        body = read_body(request.data, MaintenanceBody)
        switches.enter_maintenance(self.actor, body.message, body.end_date)
        return Response(maintenance_facts())


class MaintenanceExitView(InstanceAPIView):
    """The end of maintenance."""

    def post(self, request: Request) -> Response:
        """What waits begins."""
        switches.leave_maintenance(self.actor)
        return Response(maintenance_facts())


class MaintenanceStatusView(InstanceAPIView):
    """Whether there is maintenance."""

    instance_admin = False

    def get(self, request: Request) -> Response:
        """For whoever is signed in: since when, until when, and why."""
        return Response(maintenance_facts())


def maintenance_facts() -> dict[str, Any]:
    """The state of maintenance; `ready` says that nothing new begins any more."""
    found = maintenance()
    if found is None:
        return {"maintenance": False, "ready": False}
    return {
        "maintenance": True,
        "ready": True,
        "message": found.reason,
        "by": found.by,
        "since": clock.wire(found.since),
        "until": clock.wire(found.until) if found.until else None,
    }


def switch(row: KillSwitch) -> dict[str, Any]:
    """A switch as JSON."""
    words = {value: word for word, value in EVALUATIONS.items()}
    return {
        "id": str(row.id),
        "name": row.name,
        "tenantId": tenant_slug(row.tenant_id) if row.tenant_id else None,
        "namespace": row.namespace or None,
        "flowId": row.flow_id or None,
        "description": row.reason,
        "starts": row.starts,
        "running": row.running,
        "evaluationType": words.get((Starts(row.starts), Running(row.running)), "PASS"),
        "enabled": row.enabled,
        "active": row.active,
        "maintenance": row.maintenance,
        "by": row.by_name,
        "startDate": clock.wire(row.starts_at),
        "endDate": clock.wire(row.ends_at) if row.ends_at else None,
        "deleted": False,
    }


def _named(body: SwitchBody) -> UUID | None:
    if not body.tenant_id:
        return None
    found = tenant_of_slug(body.tenant_id)
    if found is None:
        raise NotFound("tenant")
    return found.id
