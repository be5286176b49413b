"""The API of remote workers: a token opens one group, and a session one worker of it.

Nothing here shows more than the attempts that were given to the worker which asks. Files have
addresses of their own; see `executions.streams.worker_files`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from downbeat.common.api.bodies import read_body
from executions.api.worker_bodies import (
    LeaveBody,
    LinesBody,
    LookBody,
    QuestionBody,
    ResultBody,
    SessionBody,
)
from executions.runtime import remote_questions, remote_results
from executions.services import worker_sessions as sessions
from executions.services.worker_access import WorkerKey, key_of
from executions.services.worker_errors import (
    AnswerRefused,
    NothingThere,
    NotUnderstood,
    SessionOver,
    TooLarge,
)
from executions.worker import result_wire, wire
from executions.worker.work import AttemptKey
from tenants.authentication import CHALLENGE

WORKER: Final = "X-Downbeat-Worker"
AGAIN: Final = "X-Downbeat-Look-Again"
LARGEST: Final = 32 * 1024 * 1024
LISTENS_LONGER: Final = timedelta(seconds=5)
"""How long after its request a worker still counts as one that listens."""


class WorkerToken(BaseAuthentication):
    """`Authorization: Bearer dwb_wkr_…`; tokens of people open nothing here, nor the other way."""

    def authenticate(self, request: Request) -> tuple[WorkerKey, str] | None:
        """The group that the token opens."""
        given, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if given.lower() != "bearer":
            return None
        found = key_of(text.strip())
        if found is None:
            raise AuthenticationFailed(
                "The token is no worker's, has expired or was revoked.", code="worker.token"
            )
        return found, "worker"

    def authenticate_header(self, request: Request) -> str:
        """What a worker should have sent."""
        return CHALLENGE


class OfWorker(BasePermission):
    """A worker's token stands behind the request."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Anonymous requests are answered 401."""
        return isinstance(request.user, WorkerKey)


class WorkerView(APIView):
    """Base of what workers ask."""

    authentication_classes = (WorkerToken,)
    permission_classes = (OfWorker,)
    key: WorkerKey

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A token, and a body that is not too large."""
        super().initial(request, *args, **kwargs)
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise TooLarge(most=LARGEST)
        self.key = cast(WorkerKey, request.user)

    def worker_id(self) -> UUID:
        """The session that the request names; raises ``SessionOver`` without one."""
        try:
            return UUID(self.request.headers.get(WORKER, ""))
        except ValueError:
            raise SessionOver from None

    def session(self) -> UUID:
        """The session, once it is sure that it is this token's and goes on."""
        id = self.worker_id()
        sessions.require(self.key, id)
        return id


class SessionView(WorkerView):
    """A worker's session."""

    def post(self, request: Request) -> Response:
        """Begins one; the answer says how often to be heard, in seconds."""
        body = read_body(request.data, SessionBody)
        new = sessions.NewWorker(
            host=body.host,
            pid=body.pid,
            version=body.version,
            slots=body.slots,
            labels=body.labels,
            protocol=body.protocol,
        )
        id = sessions.begin(self.key, new)
        return Response({"workerId": str(id), **sessions.facts_for(self.key)}, status=201)

    def delete(self, request: Request) -> Response:
        """Ends it; what the worker could not finish goes back to its queue."""
        body = read_body(request.data, LeaveBody)
        sessions.leave(self.key, self.worker_id(), _keys(body.releases))
        return Response(status=204)


class ClaimView(WorkerView):
    """What a worker has to do."""

    def post(self, request: Request) -> Response:
        """Work to begin, attempts to stop, and leases that are over; waits when asked to."""
        body = read_body(request.data, LookBody)
        asked = sessions.Look(
            holding=frozenset(_keys(body.holding)),
            draining=body.draining,
            listens_for=timedelta(seconds=body.wait) + LISTENS_LONGER,
            first=AGAIN not in request.headers,
        )
        return Response(_orders(sessions.look(self.key, self.worker_id(), asked)))


class HeartbeatView(WorkerView):
    """A sign of life."""

    def post(self, request: Request) -> Response:
        """Keeps the leases of what the worker holds; the answer says which are over."""
        body = read_body(request.data, LookBody)
        found = sessions.beat(self.key, self.worker_id(), frozenset(_keys(body.holding)))
        return Response({**_orders(found), **sessions.facts_for(self.key)})


class QuestionView(WorkerView):
    """What a task asks of the platform."""

    def post(self, request: Request) -> Response:
        """The answer, for exactly the attempt that is named."""
        body, id = read_body(request.data, QuestionBody), self.session()
        key = _key(body.attempt)
        try:
            arguments = wire.unpacked(body.arguments)
            answer = remote_questions.answer(id, key, body.question, arguments)
        except remote_questions.Nothing as missing:
            raise NothingThere(what=str(missing)) from None
        except wire.BadWire as problem:
            raise NotUnderstood(reason=str(problem)) from None
        except ValueError as refusal:
            raise AnswerRefused(reason=str(refusal)) from None
        return Response({"answer": wire.packed(answer)})


class LineView(WorkerView):
    """What tasks print."""

    def post(self, request: Request) -> Response:
        """Stores lines of one attempt; lines that are sent twice are kept once."""
        body, id = read_body(request.data, LinesBody), self.session()
        key = _key(body.attempt)
        try:
            lines = result_wire.lines_of(key, body.lines)
        except wire.BadWire as problem:
            raise NotUnderstood(reason=str(problem)) from None
        remote_results.store_lines(id, key, lines)
        return Response(status=204)


class ResultView(WorkerView):
    """How attempts ended."""

    def post(self, request: Request) -> Response:
        """Writes a result once; `written` is false when the lease was over."""
        body, id = read_body(request.data, ResultBody), self.session()
        try:
            result = result_wire.result_of(body.result)
            written = remote_results.accept(id, self.key.queue, result)
        except wire.BadWire as problem:
            raise NotUnderstood(reason=str(problem)) from None
        return Response({"written": written})


def _orders(orders: sessions.Orders) -> dict[str, Any]:
    return {
        "state": orders.state,
        "works": [wire.work_to_wire(work) for work in orders.works],
        "kill": [wire.key_to_wire(key) for key in orders.kill],
        "lost": [wire.key_to_wire(key) for key in orders.lost],
    }


def _key(found: Any) -> AttemptKey:
    try:
        return wire.key_of(found)
    except wire.BadWire as problem:
        raise NotUnderstood(reason=str(problem)) from None


def _keys(found: Iterable[Any]) -> list[AttemptKey]:
    return [_key(one) for one in found]
