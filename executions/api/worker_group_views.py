"""Worker groups over HTTP: those of the instance for its admins, those of a tenant for the tenant's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.bodies import read_body
from downbeat.common.scope import tenant_scope
from executions.api.worker_bodies import GroupBody, SubscriptionBody, TokenBody
from executions.models import Worker, WorkerGroup, WorkerToken
from executions.runtime import queues
from executions.selectors import workers as selectors
from executions.selectors.waiting import NOTHING, Queue, queues_everywhere, queues_of
from executions.services import worker_groups as groups
from executions.services.worker_groups import Keeper
from tenants import facade as tenants
from tenants.http import InstanceAPIView, TenantViewSet


def _lost_before() -> datetime:
    return clock.now() - groups.late_after()


def _token(row: WorkerToken) -> dict[str, Any]:
    over = row.expires_at is not None and row.expires_at <= clock.now()
    return {
        "uid": str(row.id),
        "id": str(row.id),
        "name": row.name,
        "tokenPrefix": f"dwb_wkr_{row.lookup}",
        "createdAt": clock.wire(row.created_at),
        "expiresAt": clock.wire(row.expires_at) if row.expires_at else None,
        "lastUsedAt": clock.wire(row.last_used_at) if row.last_used_at else None,
        "revoked": row.revoked_at is not None,
        "valid": row.revoked_at is None and not over,
    }


def _waiting(tenant_id: UUID | None) -> Mapping[str, Queue]:
    return queues_everywhere() if tenant_id is None else queues_of(tenant_id)


def _groups(keeper: Keeper) -> Response:
    waiting = _waiting(keeper.tenant_id)
    listed = [_group(row, keeper, waiting) for row in groups.known_to(keeper)]
    return Response({"workerGroups": listed})


def _group(
    row: WorkerGroup, keeper: Keeper, waiting: Mapping[str, Queue] | None = None
) -> dict[str, Any]:
    """A group; its tokens are shown to whoever may make some."""
    own = keeper.tenant_id is None or row.tenant_id == keeper.tenant_id
    own = own and keeper.may_change
    found = _filled(row, _waiting(keeper.tenant_id) if waiting is None else waiting)
    return {
        "id": str(row.id),
        "key": row.key,
        "name": row.key,
        "queue": row.queue,
        "description": row.description,
        "scope": "INSTANCE" if row.tenant_id is None else "TENANT",
        "tenant": tenants.tenant_slug(row.tenant_id) if row.tenant_id else None,
        "deletable": own and row.queue != queues.DEFAULT,
        "workers": found["workers"],
        "capacity": found,
        "tokens": [_token(token) for token in row.tokens.order_by("id")] if own else [],
        "createdAt": clock.wire(row.created_at),
        "updatedAt": clock.wire(row.updated_at),
    }


def _issued(keeper: Keeper, id: str, request: Request) -> Response:
    body = read_body(request.data, TokenBody)
    made = groups.issue_token(keeper, id, body.name, expires_at=body.expires_at)
    return Response({"token": made.text, "details": _token(made.row)})


def _workers(rows: list[Worker]) -> dict[str, Any]:
    before = _lost_before()
    return {"workers": [selectors.worker_json(row, before) for row in rows]}


def _filled(row: WorkerGroup, waiting: Mapping[str, Queue]) -> dict[str, Any]:
    """How full a group is, and what waits for it: of a tenant, what waits of its own."""
    found = selectors.capacity_of(row, _lost_before())
    queue = waiting.get(row.queue, NOTHING)
    return {
        "workers": found.workers,
        "slots": found.slots,
        "used": found.used,
        "free": found.free,
        "waiting": queue.waiting,
        "waitingExact": queue.exact,
        "oldestWaitingSince": clock.wire(queue.oldest) if queue.oldest else None,
    }


def _capacity(row: WorkerGroup, tenant_id: UUID | None) -> dict[str, Any]:
    found = _filled(row, _waiting(tenant_id))
    return {
        "workerGroupId": str(row.id),
        **found,
        "totalAllocated": found["slots"],
        "totalUsed": found["used"],
        "totalFree": found["free"],
        "snapshotAt": clock.wire(clock.now()),
    }


class _InstanceView(InstanceAPIView):
    @property
    def keeper(self) -> Keeper:
        """The admin, for the whole instance."""
        return Keeper(self.actor, None)


class GroupsView(_InstanceView):
    """All worker groups."""

    def get(self, request: Request) -> Response:
        """Every group of the instance and of tenants, with tokens and living workers."""
        return _groups(self.keeper)

    def post(self, request: Request) -> Response:
        """Makes a group of the instance."""
        body = read_body(request.data, GroupBody)
        made = groups.create_group(self.keeper, body.named, body.description)
        return Response(_group(made, self.keeper))


class GroupView(_InstanceView):
    """One worker group, by its id or its key."""

    def get(self, request: Request, id: str) -> Response:
        """What it is, with its tokens."""
        return Response(_group(groups.group_of(self.keeper, id, own=True), self.keeper))

    def put(self, request: Request, id: str) -> Response:
        """Describes it anew."""
        body = read_body(request.data, GroupBody)
        return Response(
            _group(groups.describe_group(self.keeper, id, body.description), self.keeper)
        )

    def delete(self, request: Request, id: str) -> Response:
        """Takes it away; while workers are alive only with `force=true`."""
        force = request.query_params.get("force", "").lower() in ("true", "1")
        groups.delete_group(self.keeper, id, force=force)
        return Response(status=204)


class GroupTokensView(_InstanceView):
    """Tokens of a group."""

    def post(self, request: Request, id: str) -> Response:
        """Makes a token for remote workers; its text is shown this once."""
        return _issued(self.keeper, id, request)


class GroupTokenView(_InstanceView):
    """One token of a group."""

    def delete(self, request: Request, id: str, token_id: UUID) -> Response:
        """Ends and forgets it."""
        groups.revoke_token(self.keeper, id, token_id, delete=True)
        return Response({})


class GroupTokenRevocationView(_InstanceView):
    """The end of a token."""

    def post(self, request: Request, id: str, token_id: UUID) -> Response:
        """Ends it; its workers stop within seconds."""
        group = groups.revoke_token(self.keeper, id, token_id, delete=False)
        return Response(_group(group, self.keeper))


class GroupWorkersView(_InstanceView):
    """Workers of a group."""

    def get(self, request: Request, id: str) -> Response:
        """The living ones, and those that went within a day."""
        group = groups.group_of(self.keeper, id, own=True)
        return Response(_workers(list(groups.workers_of(group)[: selectors.MOST])))


class GroupCapacityView(_InstanceView):
    """How much a group can take."""

    def get(self, request: Request, id: str) -> Response:
        """Slots, how many of them are used, what waits for one and since when."""
        return Response(_capacity(groups.group_of(self.keeper, id, own=True), None))


class WorkersView(_InstanceView):
    """Every worker of the instance, also of groups that nobody has declared."""

    def get(self, request: Request) -> Response:
        """The living ones, and those that went within a day."""
        rows = Worker.objects.order_by("worker_group", "-stopped_at", "id")
        return Response(_workers(list(rows[: selectors.MOST])))


class WorkerDrainView(_InstanceView):
    """A worker that is to claim nothing more, while its tasks go on."""

    def post(self, request: Request, id: str, worker_id: UUID) -> Response:
        """Lets it finish what it runs."""
        row = groups.drain_worker(self.keeper, id, worker_id, drain=True)
        return Response(selectors.worker_json(row, _lost_before()))

    def delete(self, request: Request, id: str, worker_id: UUID) -> Response:
        """Lets it claim again."""
        row = groups.drain_worker(self.keeper, id, worker_id, drain=False)
        return Response(selectors.worker_json(row, _lost_before()))


class TenantGroupViewSet(TenantViewSet):
    """Worker groups that a tenant's flows may name: the instance's and its own."""

    actions: ClassVar[dict[str, str]] = {
        "list": "tenant.view",
        "retrieve": "tenant.view",
        "workers": "tenant.view",
        "running": "tenant.view",
        "capacity": "tenant.view",
        "create": "tenant.edit",
        "update": "tenant.edit",
        "destroy": "tenant.edit",
        "issue": "tenant.edit",
        "revoke": "tenant.edit",
        "forget": "tenant.edit",
        "drain": "tenant.edit",
        "resume": "tenant.edit",
        "subscribe": "namespace.edit",
        "unsubscribe": "namespace.edit",
    }

    @property
    def keeper(self) -> Keeper:
        """Whoever asks, for their tenant."""
        return Keeper(self.actor, self.tenant.id)

    def list(self, request: Request, **_address: str) -> Response:
        """The groups, by queue."""
        return _groups(self.keeper)

    def create(self, request: Request, **_address: str) -> Response:
        """Makes a group of the tenant; it hides the instance's of that key."""
        body = read_body(request.data, GroupBody)
        made = groups.create_group(self.keeper, body.named, body.description)
        return Response(_group(made, self.keeper))

    def retrieve(self, request: Request, id: str, **_address: str) -> Response:
        """One group."""
        return Response(_group(groups.group_of(self.keeper, id, own=False), self.keeper))

    def update(self, request: Request, id: str, **_address: str) -> Response:
        """Describes it anew."""
        body = read_body(request.data, GroupBody)
        return Response(
            _group(groups.describe_group(self.keeper, id, body.description), self.keeper)
        )

    def destroy(self, request: Request, id: str, **_address: str) -> Response:
        """Takes it away; while workers are alive only with `force=true`."""
        force = request.query_params.get("force", "").lower() in ("true", "1")
        groups.delete_group(self.keeper, id, force=force)
        return Response(status=204)

    def issue(self, request: Request, id: str, **_address: str) -> Response:
        """Makes a token for remote workers; its text is shown this once."""
        return _issued(self.keeper, id, request)

    def revoke(self, request: Request, id: str, token_id: UUID, **_address: str) -> Response:
        """Ends a token; its workers stop within seconds."""
        group = groups.revoke_token(self.keeper, id, token_id, delete=False)
        return Response(_group(group, self.keeper))

    def forget(self, request: Request, id: str, token_id: UUID, **_address: str) -> Response:
        """Ends and forgets a token."""
        groups.revoke_token(self.keeper, id, token_id, delete=True)
        return Response({})

    def workers(self, request: Request, id: str, **_address: str) -> Response:
        """The workers of a group of the tenant; of the instance's nothing but their number."""
        group = groups.group_of(self.keeper, id, own=True)
        return Response(_workers(list(groups.workers_of(group)[: selectors.MOST])))

    def running(self, request: Request, id: str, worker_id: UUID, **_address: str) -> Response:
        """What a worker runs for this tenant now."""
        groups.group_of(self.keeper, id, own=False)
        return Response({"attempts": selectors.running_of(self.tenant.id, worker_id)})

    def capacity(self, request: Request, id: str, **_address: str) -> Response:
        """Slots, how many of them are used, what waits for one and since when."""
        group = groups.group_of(self.keeper, id, own=False)
        return Response(_capacity(group, self.tenant.id))

    def drain(self, request: Request, id: str, worker_id: UUID, **_address: str) -> Response:
        """Lets a worker finish what it runs, and claim nothing more."""
        row = groups.drain_worker(self.keeper, id, worker_id, drain=True)
        return Response(selectors.worker_json(row, _lost_before()))

    def resume(self, request: Request, id: str, worker_id: UUID, **_address: str) -> Response:
        """Lets a worker claim again."""
        row = groups.drain_worker(self.keeper, id, worker_id, drain=False)
        return Response(selectors.worker_json(row, _lost_before()))

    def subscribe(self, request: Request, id: str, **_address: str) -> Response:
        """Lets the work of a namespace, and of those below it, run in the group."""
        body = read_body(request.data, SubscriptionBody)
        with tenant_scope(self.tenant.id):
            group = groups.subscribe(self.keeper, id, body.namespace)
        return Response(_group(group, self.keeper))

    def unsubscribe(self, request: Request, id: str, namespace: str, **_address: str) -> Response:
        """Lets the work of a namespace run where its nearest ancestor's does."""
        with tenant_scope(self.tenant.id):
            groups.group_of(self.keeper, id, own=False)
            groups.unsubscribe(self.keeper, namespace)
        return Response(status=204)
