"""Executions: start, find, look at, and everything that people do to one of them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from executions.api import requests, shapes
from executions.api.breakpoints import breakpoints_of
from executions.api.deletion import deletion_of
from executions.api.repetition import idempotency_of
from executions.models import Execution
from executions.selectors import execution_filters, packed_runs, searching
from executions.selectors import executions as selector
from executions.services import breakpoints, control, deletion, forecast, marking, reruns
from executions.services.start import ROUTE_REPLAY
from tenants.http import TenantViewSet

EDIT = "execution.edit"


class ExecutionViewSet(TenantViewSet):
    """Routes about executions by their id."""

    actions: ClassVar[dict[str, str]] = {
        "search": "execution.view",
        "of_flow": "execution.view",
        "retrieve": "execution.view",
        "destroy": "execution.delete",
        "kill": "execution.kill",
        "pause": EDIT,
        "resume": EDIT,
        "resume_validate": EDIT,
        "resume_from_breakpoint": EDIT,
        "restart": EDIT,
        "replay": "execution.create",
        "force_run": EDIT,
        "unqueue": EDIT,
        "change_status": EDIT,
        "change_state": EDIT,
        "labels": EDIT,
    }

    def search(self, request: Request, **_address: str) -> Response:
        """A page of executions, newest first, without their task runs."""
        asked = page_request(request.query_params)
        chosen = requests.filters_of(request, execution_filters.FIELDS)
        with tenant_scope(self.tenant.id):
            rows = searching.found(self.actor, chosen)
            rows = searching.ordered(self.actor, rows, execution_filters.order(asked))
            page = paginate(rows, asked)
        return Response(page.map(shapes.execution).as_json())

    def of_flow(self, request: Request, **_address: str) -> Response:
        """A page of one flow's executions."""
        asked = page_request(request.query_params)
        names = {
            "namespace": request.query_params.get("namespace", ""),
            "flow_id": request.query_params.get("flowId", ""),
        }
        with tenant_scope(self.tenant.id):
            rows = selector.seen_by(self.actor).filter(**names).order_by("-id")
            page = paginate(rows, asked)
        return Response(page.map(shapes.execution).as_json())

    def retrieve(self, request: Request, pk: str, **_address: str) -> Response:
        """One execution with its task runs; ``taskRunList=false`` leaves them out, and is quick.

        ``taskRunList=packed`` answers ``taskRuns`` instead: the same in a tenth of the bytes.
        """
        packed = request.query_params.get("taskRunList") == "packed"
        if not packed and requests.flag_of(request, "taskRunList", default=True):
            return self._shown(requests.uuid_of(pk))
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk))
            runs = packed_runs.packed_runs(row.id, row.created_at) if packed else None
        return Response(shapes.execution(row) | ({"taskRuns": shapes.packed(runs)} if runs else {}))

    def destroy(self, request: Request, pk: str, **_address: str) -> Response:
        """Deletes an execution that has ended, with what it left."""
        scope = deletion_of(request)
        with tenant_scope(self.tenant.id):
            deletion.delete(requests.uuid_of(pk), scope, actor=self.actor)
        return Response(status=204)

    def kill(self, request: Request, pk: str, **_address: str) -> Response:
        """Asks for the end of a live execution, and of those that it started."""
        cascade = requests.flag_of(request, "isOnKillCascade", default=True)
        with tenant_scope(self.tenant.id):
            control.kill(requests.uuid_of(pk), actor=self.actor, cascade=cascade)
        return self._shown(requests.uuid_of(pk), status=202)

    def pause(self, request: Request, pk: str, **_address: str) -> Response:
        """Lets nothing new start."""
        with tenant_scope(self.tenant.id):
            control.pause(requests.uuid_of(pk), actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def resume(self, request: Request, pk: str, **_address: str) -> Response:
        """Lets a paused execution go on, with the inputs that its pause asks for."""
        inputs = requests.inputs_of(request)
        with tenant_scope(self.tenant.id):
            control.resume(requests.uuid_of(pk), inputs, actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def resume_from_breakpoint(self, request: Request, pk: str, **_address: str) -> Response:
        """Lets an execution go on that stopped at a breakpoint, perhaps to others."""
        wanted = breakpoints_of(request)
        with tenant_scope(self.tenant.id):
            breakpoints.resume(requests.uuid_of(pk), wanted, actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def resume_validate(self, request: Request, pk: str, **_address: str) -> Response:
        """What the inputs of a resume are worth; nothing is resumed."""
        from executions.services import pauses

        inputs = requests.inputs_of(request)
        with tenant_scope(self.tenant.id):
            row = control.editable(requests.uuid_of(pk), self.actor)
            found = pauses.examined(row, inputs)
        return Response(shapes.input_states(str(row.id), found))

    def restart(self, request: Request, pk: str, **_address: str) -> Response:
        """Runs what failed again: the same execution, or a new one with a newer revision."""
        revision = requests.number_of(request, "revision")
        execution = requests.uuid_of(pk)
        with tenant_scope(self.tenant.id):
            if requests.flag_of(request, "dryRun"):
                found = reruns.restart_forecast(execution, revision=revision, actor=self.actor)
                return Response(forecast.as_json(found))
            id = reruns.restart(execution, revision=revision, actor=self.actor)
            # Before the commit: a quick worker would be on its way already.
            return self._shown(id)

    def replay(self, request: Request, pk: str, **_address: str) -> Response:
        """A new execution with the same inputs, from the start or from a task run."""
        asked = _replay_of(request, with_inputs=bool(self.kwargs.get("with_inputs")))
        with tenant_scope(self.tenant.id):
            if requests.flag_of(request, "dryRun"):
                found = reruns.replay_forecast(requests.uuid_of(pk), asked, actor=self.actor)
                return Response(forecast.as_json(found))
            once = idempotency_of(request, ROUTE_REPLAY, pk, asked.inputs or {})
            id = reruns.replay(requests.uuid_of(pk), asked, actor=self.actor, idempotency=once)
            return self._shown(id)

    def force_run(self, request: Request, pk: str, **_address: str) -> Response:
        """Lets a waiting execution go on."""
        with tenant_scope(self.tenant.id):
            control.force_run(requests.uuid_of(pk), actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def unqueue(self, request: Request, pk: str, **_address: str) -> Response:
        """Releases an execution from its flow's queue."""
        state = request.query_params.get("state") or None
        with tenant_scope(self.tenant.id):
            control.unqueue(requests.uuid_of(pk), actor=self.actor, state=state)
        return self._shown(requests.uuid_of(pk))

    def change_status(self, request: Request, pk: str, **_address: str) -> Response:
        """Gives an ended execution another terminal state."""
        state = request.query_params.get("status", "").upper()
        with tenant_scope(self.tenant.id):
            control.change_status(requests.uuid_of(pk), state, actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def change_state(self, request: Request, pk: str, **_address: str) -> Response:
        """Gives a task run another state."""
        body: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        run, state = str(body.get("taskRunId") or ""), str(body.get("state") or "").upper()
        with tenant_scope(self.tenant.id):
            control.change_task_run_state(requests.uuid_of(pk), run, state, actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def labels(self, request: Request, pk: str, **_address: str) -> Response:
        """Sets labels of an ended execution."""
        chosen = requests.label_list(request.data)
        with tenant_scope(self.tenant.id):
            marking.set_labels(requests.uuid_of(pk), chosen, actor=self.actor)
        return self._shown(requests.uuid_of(pk))

    def get_queryset(self) -> Any:
        """The rows that the set is about."""
        return Execution.objects.all()

    def _shown(self, id: UUID, *, status: int = 200) -> Response:
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, id)
            runs = selector.task_runs(row.id)
        return Response(shapes.execution(row, runs), status=status)


def _replay_of(request: Request, *, with_inputs: bool) -> reruns.Replay:
    return reruns.Replay(
        task_run_id=request.query_params.get("taskRunId") or None,
        revision=requests.number_of(request, "revision"),
        latest=requests.flag_of(request, "latestRevision"),
        inputs=requests.inputs_of(request) if with_inputs else None,
        breakpoints=breakpoints_of(request) or (),
    )
