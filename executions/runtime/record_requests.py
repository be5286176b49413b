"""What a task may ask about records: executions, their logs, states of flows, pairs, sealed texts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Count, Q

from downbeat.common import clock, storage
from downbeat.common.errors import Invalid
from downbeat.common.scope import current_tenant
from executions.models import Execution, LogLine
from executions.runtime.reach import changeable, chosen, readable
from executions.runtime.work_places import Held
from executions.selectors.logs import LogQuery, of_execution
from executions.services import purging
from flows import facade as flows

Arguments = Mapping[str, Any]


class NoExecution(Invalid):
    """There is no execution `{id}` in the namespace and flow that the task names."""

    code = "request.execution"


class NotADate(Invalid):
    """`{text}` is not an ISO-8601 date and time with a zone."""

    code = "request.date"


def _count(_: Held, arguments: Arguments) -> list[dict[str, Any]]:
    """How many executions each flow has: of flows by name, of all flows of namespaces."""
    wanted = {(str(one["namespace"]), str(one["flow_id"])): 0 for one in _list(arguments, "flows")}
    namespaces = _list(arguments, "namespaces")
    chosen = Q(namespace__in=namespaces)
    for namespace, flow_id in wanted:
        chosen |= Q(namespace=namespace, flow_id=flow_id)
    rows = Execution.objects.filter(chosen, deleted_at__isnull=True)
    if states := _list(arguments, "states"):
        rows = rows.filter(state__in=states)
    if since := _moment(arguments, "since"):
        rows = rows.filter(created_at__gte=since)
    if until := _moment(arguments, "until"):
        rows = rows.filter(created_at__lte=until)
    for row in rows.values("namespace", "flow_id").annotate(count=Count("id")).order_by():
        wanted[(row["namespace"], row["flow_id"])] = row["count"]
    return [
        {"namespace": namespace, "flowId": flow_id, "count": count}
        for (namespace, flow_id), count in sorted(wanted.items())
    ]


def _purge(held: Held, arguments: Arguments) -> dict[str, Any]:
    """Purges a batch of executions; asked again with ``after`` until there is none."""
    parts = purging.Parts(
        execution=bool(arguments.get("execution", True)),
        logs=bool(arguments.get("logs", True)),
        metrics=bool(arguments.get("metrics", True)),
        files=bool(arguments.get("files", True)),
    )
    after = arguments.get("after")
    purged = purging.purge(
        _scope(held, arguments),
        parts,
        states=_list(arguments, "states"),
        after=UUID(str(after)) if after else None,
    )
    return {
        "executions": purged.executions,
        "logs": purged.logs,
        "metrics": purged.metrics,
        "files": purged.files,
        "after": str(purged.after) if purged.after else None,
    }


def _purge_logs(held: Held, arguments: Arguments) -> dict[str, Any]:
    """Purges a batch of log lines; asked again while there is more."""
    execution = arguments.get("execution_id")
    count = purging.purge_lines(
        _scope(held, arguments),
        levels=_list(arguments, "levels"),
        execution_id=_uuid(execution) if execution else None,
    )
    return {"count": count, "more": count == purging.LINES}


def _scope(held: Held, arguments: Arguments) -> purging.Scope:
    """The flow's own namespace and those below it, or the one that is named."""
    own = held.place.namespace
    place = changeable(own, _text(arguments, "namespace"))
    flow_id = _text(arguments, "flow_id")
    within = place.path == own or place.path.startswith(f"{own}.")
    return purging.Scope(
        namespace=place.path,
        below=within and flow_id is None,
        flow_id=flow_id,
        since=_moment(arguments, "since"),
        until=_moment(arguments, "until"),
    )


def _fetch_logs(held: Held, arguments: Arguments) -> dict[str, Any]:
    """Writes the log of an execution to a file, one line of JSON for each line of the log."""
    owner = execution_of(held, arguments)
    lines = of_execution(owner.id, LogQuery(min_level=_text(arguments, "level") or "INFO"))
    if tasks := _list(arguments, "tasks"):
        lines = lines.filter(task_id__in=tasks)
    with tempfile.TemporaryFile() as whole:
        count = 0
        for row in lines.iterator(2_000):
            whole.write(orjson.dumps(_line(owner, row)) + b"\n")
            count += 1
        whole.seek(0)
        uri = storage.storage_for(current_tenant()).put(f"{held.folder}/logs.jsonl", whole)
    return {"uri": uri, "size": count}


def execution_of(held: Held, arguments: Arguments) -> Execution:
    """The execution that is named, or the one that asks."""
    named = _text(arguments, "execution_id")
    rows = Execution.objects.filter(id=_uuid(named) if named else held.key.execution_id)
    for field in ("namespace", "flow_id"):
        if named and (wanted := _text(arguments, field)):
            rows = rows.filter(**{field: wanted})
    found = rows.only("id", "namespace", "flow_id").first()
    if found is None:
        raise NoExecution(id=named)
    readable(held.place.namespace, found.namespace)
    return found


def _line(owner: Execution, row: LogLine) -> dict[str, Any]:
    return {
        "namespace": owner.namespace,
        "flowId": owner.flow_id,
        "executionId": str(owner.id),
        "taskId": row.task_id,
        "taskRunId": str(row.task_run_id) if row.task_run_id else None,
        "attemptNumber": max(0, row.attempt_number - 1),
        "timestamp": clock.wire(row.at),
        "level": row.level,
        "message": row.message,
    }


def _state_get(held: Held, arguments: Arguments) -> Mapping[str, Any] | None:
    return flows.state(held.place.namespace, str(arguments["key"]))


def _state_merge(held: Held, arguments: Arguments) -> Mapping[str, Any]:
    place = changeable(held.place.namespace, None)
    about = str(arguments.get("about") or "")
    return flows.merge_state(place, str(arguments["key"]), arguments["data"], about=about)


def _state_delete(held: Held, arguments: Arguments) -> bool:
    return flows.delete_state(held.place.namespace, str(arguments["key"]))


def _purge_pairs(held: Held, arguments: Arguments) -> int:
    """Removes pairs of the namespaces that are meant; returns how many went."""
    pattern = _text(arguments, "key_pattern")
    expired_only = bool(arguments.get("expired_only", True))
    places = chosen(
        held.place.namespace,
        flows.namespaces_with_pairs(),
        named=[str(name) for name in _list(arguments, "namespaces")],
        pattern=_text(arguments, "namespace_pattern"),
        below=bool(arguments.get("below", True)),
    )
    return sum(flows.purge_pairs(place, pattern, expired_only=expired_only) for place in places)


def _list(arguments: Arguments, name: str) -> Sequence[Any]:
    return list(arguments.get(name) or ())


def _text(arguments: Arguments, name: str) -> str | None:
    found = arguments.get(name)
    return str(found) if found else None


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NoExecution(id=text) from None


def _moment(arguments: Arguments, name: str) -> datetime | None:
    text = _text(arguments, name)
    if text is None:
        return None
    try:
        return clock.as_utc(datetime.fromisoformat(text))
    except ValueError:
        raise NotADate(text=text) from None


OPERATIONS: Final[Mapping[str, Callable[[Held, Arguments], Any]]] = {
    "execution.count": _count,
    "execution.purge": _purge,
    "kv.purge": _purge_pairs,
    "logs.fetch": _fetch_logs,
    "logs.purge": _purge_logs,
    "state.delete": _state_delete,
    "state.get": _state_get,
    "state.merge": _state_merge,
}
