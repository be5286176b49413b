"""Requests that are meant: for each route an address of things that are there, and a body.

A route that finds nothing, or cannot read its body, says nothing about rights. So each request
names what the furnished tenant has in the namespace in question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from tests.integration.isolation.furnished import FLOW, YAML, Furnished, storage_file
from tests.support.signing_in import openid_provider

TENANT: Final = "<slug:tenant>/"
KWARG: Final = re.compile(r"<(?:\w+:)?(\w+)>")
Facts = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request, whoever sends it."""

    method: str
    path: str
    body: object = None
    type: str = ""


class Names:
    """What the words of an address and of a body mean in one namespace of a furnished tenant."""

    def __init__(self, made: Furnished, place: str) -> None:
        self.made, self.place = made, place
        self.here: dict[str, str] = made.of[place]
        self.whole: dict[str, str] = made.whole

    def of(self, route: str, name: str) -> str:
        """One word of an address: by the longest beginning of the route that is known."""
        known = {**COMMON, **{key: value for key, value in OF.items() if route.startswith(key)}}
        found: Any = None
        for words in known.values():
            found = words.get(name, found)
        assert found is not None, f"nothing is known of {name} in {route}"
        return str(found(self) if callable(found) else found)


Word = str | Callable[[Names], str]
COMMON: Final[dict[str, dict[str, Word]]] = {
    "": {
        "namespace": lambda names: names.place,
        "pk": lambda names: names.here["execution"],
        "run": lambda names: names.here["run"],
        "flow_id": "daily",
        "trigger_id": "nightly",
        "task_id": "give",
        "metric": "rows",
    },
}
OF: Final[dict[str, dict[str, Word]]] = {
    "assets/": {"pk": lambda names: names.here["asset"]},
    "auditlogs/": {"id": lambda names: names.whole["entry"]},
    "auditlogs/history": {"detail_id": "company.data/daily"},
    "auditlogs/streams": {
        "id": lambda names: names.whole["stream"],
        "letter_id": lambda names: names.whole["letter"],
    },
    "banners": {"id": lambda names: names.whole["banner"]},
    "bindings": {"id": lambda names: names.whole["binding"]},
    "blueprints": {"kind": "FLOW", "id": "csv-to-parquet"},
    "directories": {"id": lambda names: names.whole["directory"]},
    "flows": {"id": "daily"},
    "groups": {
        "id": lambda names: names.whole["group"],
        "user_id": lambda names: names.whole["person"],
    },
    "identity-providers": {"name": "idp", "test_id": lambda names: names.whole["nothing"]},
    "invitations": {"id": lambda names: names.whole["invitation"]},
    "invitations/email": {"email": lambda names: names.whole["guest"]},
    "kill-switches": {"id": lambda names: names.whole["switch"]},
    "namespaces": {"id": lambda names: names.place, "name": "shop", "key": "TOKEN"},
    "namespaces/<str:namespace>/kv": {"key": "limit"},
    "policies": {"id": lambda names: names.here["policy"]},
    "policies/approvals": {"id": lambda names: names.here["approval"]},
    "quotas": {"id": lambda names: names.here["quota"]},
    "roles": {"id": lambda names: names.whole["role"]},
    "scim/v2/Groups": {"id": lambda names: names.whole["entered group"]},
    "scim/v2/Users": {"id": lambda names: names.whole["entered"]},
    "scim/v2/Schemas": {"urn": "urn:ietf:params:scim:schemas:core:2.0:User"},
    "scim/v2/ResourceTypes": {"name": "User"},
    "service-accounts": {
        "id": lambda names: names.whole["account"],
        "token_id": lambda names: names.whole["account token"],
    },
    "tenant-access": {"user_id": lambda names: names.whole["person"]},
    "trusted-issuers": {"id": lambda names: names.whole["issuer"]},
    "users": {"user_id": lambda names: names.whole["person"]},
    "worker-groups": {
        "id": lambda names: names.whole["worker group"],
        "token_id": lambda names: names.whole["worker token"],
        "worker_id": lambda names: names.whole["nothing"],
    },
}


def _flow(names: Names, id: str = "daily") -> str:
    text = FLOW.format(place=names.place, word="ours")
    return text.replace("id: daily", f"id: {id}").replace("ours-key", f"key{id}")


def _ids(names: Names) -> list[str]:
    return [names.here["execution"]]


def _flows(names: Names) -> list[Facts]:
    return [{"namespace": names.place, "id": "daily"}]


def _trigger(names: Names, **more: Any) -> Facts:
    return {"namespace": names.place, "flowId": "daily", "triggerId": "nightly", **more}


def _triggers(names: Names) -> Facts:
    return {"triggers": [_trigger(names)], "disabled": True}


def _fresh() -> str:
    return f"fresh-{uuid4().hex[:12]}"


def _bound(names: Names) -> Facts:
    role, group = names.whole["viewer role"], names.whole["group"]
    return {"type": "GROUP", "externalId": group, "roleId": role, "namespaceId": names.place}


def _policy(names: Names) -> Facts:
    of = {"name": _fresh(), "effect": "WARN", "namespace": names.place, "on": ["SAVE"]}
    return {**of, "rules": {"taskTypes": ["core.debug.*"]}}


def _issuer(names: Names) -> Facts:
    return {
        "name": _fresh(), "issuer": f"https://{_fresh()}.example.org", "audiences": ["a"],
        "conditions": [{"claim": "sub", "equals": "x"}], "algorithms": ["ES256"],
        "serviceAccount": names.whole["account"],
    }  # fmt: skip


def _stream(names: Names) -> Facts:
    config = {"url": "https://127.0.0.1:1/audit"}
    return {"name": _fresh(), "kind": "WEBHOOK", "config": config, "enabled": False}


def _provider(names: Names) -> Facts:
    return openid_provider("https://idp.example.org", name=_fresh(), enabled=False)


def _archive(names: Names) -> bytes:
    raw, _ = storage_file(_flow(names, "imported"))
    return raw.replace(
        b'name="fileContent"; filename="note.txt"', b'name="fileUpload"; filename="f.yaml"'
    )


FORM: Final = storage_file("")[1]
SCIM: Final = "application/scim+json"
USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_NONE: Final[Facts] = {}
# Bodies by method and route; with a type where it is not JSON.
BODIES: Final[dict[str, Any]] = {
    "POST auditlogs/find": lambda names: {"resource": "FLOW", "detail": {}},
    "POST auditlogs/streams": _stream,
    "PUT auditlogs/streams/<uuid:id>": _stream,
    "POST banners": lambda names: {"message": _fresh(), "startDate": "2999-01-01T00:00:00Z"},
    "PUT banners/<uuid:id>": lambda names: {"message": _fresh()},
    "POST bindings": _bound,
    "POST bindings/bulk": lambda names: [_bound(names)],
    "PUT concurrency-limit/<str:namespace>/<str:flow_id>": lambda names: {"limit": 3},
    "POST directories": lambda names: {"name": _fresh()},
    "PUT directories/<uuid:id>": lambda names: {"name": _fresh()},
    "POST executions/<uuid:pk>/actions/change-status": lambda names: _NONE,
    "POST executions/<uuid:pk>/actions/eval": (lambda names: "{{ flow.id }}", "text/plain"),
    "POST executions/<uuid:pk>/actions/eval/<str:run>": (lambda names: "{{ flow.id }}", "text/plain"),
    "POST executions/<uuid:pk>/actions/labels": lambda names: [{"key": "a", "value": "b"}],
    "POST executions/labels/by-ids": lambda names: {
        "executionsId": _ids(names), "executionLabels": [{"key": "a", "value": "b"}]
    },
    "POST executions/labels/by-query": lambda names: [{"key": "a", "value": "b"}],
    "POST executions/<uuid:pk>/actions/state": lambda names: {
        "taskRunId": names.here["run"], "state": "FAILED"
    },
    "POST executions/latest": _flows,
    "POST flows": (lambda names: _flow(names, "fresh"), YAML),
    "POST flows/<str:namespace>": (lambda names: _flow(names), YAML),
    "PUT flows/<str:namespace>/<str:id>": (lambda names: _flow(names) + "# more\n", YAML),
    "POST flows/bulk": (lambda names: _flow(names, "fresh"), YAML),
    "POST flows/import": (_archive, FORM),
    "POST flows/expressions": (_flow, YAML),
    "POST flows/graph": (_flow, YAML),
    "POST flows/validate": (_flow, YAML),
    "POST flows/validate/task": (lambda names: "id: a\ntype: core.log.Log\nmessage: x\n", YAML),
    "POST flows/validate/trigger": (lambda names: "id: a\ntype: core.trigger.Webhook\nkey: x\n", YAML),
    "POST flows/policies/preview": lambda names: {"source": _flow(names)},
    "POST flows/source/replace/preview": lambda names: {"query": "core.log", "replacement": "core.log"},
    "POST flows/source/replace/apply": lambda names: {
        "query": "0 6 * * *", "replacement": "0 7 * * *", "flows": _flows(names)
    },
    "POST flows/source/replace/line": lambda names: {
        "query": "daily", "replacement": "daily ", "namespace": names.place, "id": "daily",
        "line": 1,
    },
    "POST groups": lambda names: {"name": _fresh()},
    "PUT groups/<uuid:id>": lambda names: {"name": _fresh()},
    "POST groups/autocomplete": lambda names: {"q": ""},
    "POST groups/ids": lambda names: {"ids": [names.whole["group"]]},
    "POST identity-providers": _provider,
    "PUT identity-providers/<slug:name>": _provider,
    "POST identity-providers/test": _provider,
    "POST invitations": lambda names: {
        "email": f"{_fresh()}@example.com",
        "bindings": [{"roleId": names.whole["viewer role"], "namespaceId": names.place}],
    },
    "POST kill-switches": lambda names: {
        "name": _fresh(), "enabled": False, "namespace": names.place
    },
    "PUT kill-switches/<uuid:id>": lambda names: {"name": _fresh(), "enabled": False},
    "POST namespaces": lambda names: {"id": f"{names.place}.fresh"},
    "PUT namespaces/<str:id>": lambda names: {"description": "x"},
    "POST namespaces/autocomplete": lambda names: {"q": "", "existingOnly": True},
    "POST namespaces/<str:namespace>/credentials": lambda names: {
        "name": "fresh", "type": "test.system", "values": {"user": "x"}
    },
    "PUT namespaces/<str:namespace>/credentials/<str:name>": lambda names: {
        "name": "shop", "values": {"user": "y"}
    },
    "POST namespaces/<str:namespace>/files": (lambda names: storage_file("x")[0], FORM),
    "DELETE namespaces/<str:namespace>/kv": lambda names: {"keys": ["limit"]},
    "PUT namespaces/<str:namespace>/kv/<str:key>": (lambda names: '"x"', "text/plain"),
    "PUT namespaces/<str:namespace>/retention": lambda names: {"logs": 20},
    "PUT namespaces/<str:namespace>/secret-manager": lambda names: {"kind": "BUILT_IN"},
    "POST namespaces/<str:namespace>/secret-manager/test": lambda names: {"key": "TOKEN"},
    "PUT namespaces/<str:namespace>/secrets": lambda names: {"key": "FRESH", "value": "x"},
    "PATCH namespaces/<str:namespace>/secrets/<str:key>": lambda names: {"description": "x"},
    "POST policies": _policy,
    "PUT policies/<uuid:id>": _policy,
    "POST policies/evaluate": _policy,
    "POST policies/approvals/save": lambda names: {"source": _flow(names) + "# more\n"},
    "POST policies/approvals/start": lambda names: {"namespace": names.place, "flowId": "daily"},
    "POST quotas": lambda names: {
        "kind": "RUNNING_TASK_RUNS", "limit": 5, "namespace": names.place
    },
    "PUT quotas/<uuid:id>": lambda names: {"limit": 7},
    "PUT retention": lambda names: {"logs": 20},
    "POST roles": lambda names: {"name": _fresh(), "permissions": ["flow.view"]},
    "PUT roles/<uuid:id>": lambda names: {"name": _fresh(), "permissions": ["flow.view"]},
    "POST roles/autocomplete": lambda names: {"q": ""},
    "POST roles/ids": lambda names: {"ids": [names.whole["role"]]},
    "POST scim/v2/Groups": (lambda names: {"schemas": [GROUP], "displayName": _fresh()}, SCIM),
    "PUT scim/v2/Groups/<str:id>": (lambda names: {"schemas": [GROUP], "displayName": _fresh()}, SCIM),
    "PATCH scim/v2/Groups/<str:id>": (lambda names: {
        "schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": _fresh()}]
    }, SCIM),
    "POST scim/v2/Groups/.search": (lambda names: _NONE, SCIM),
    "POST scim/v2/Users": (lambda names: {"schemas": [USER], "userName": f"{_fresh()}@example.com"}, SCIM),
    "PUT scim/v2/Users/<str:id>": (lambda names: {
        "schemas": [USER], "userName": f"{_fresh()}@example.com"
    }, SCIM),
    "PATCH scim/v2/Users/<str:id>": (lambda names: {
        "schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": True}]
    }, SCIM),
    "POST scim/v2/Users/.search": (lambda names: _NONE, SCIM),
    "PUT secret-manager": lambda names: {"kind": "BUILT_IN"},
    "POST secret-manager/test": lambda names: {"key": "TOKEN"},
    "POST service-accounts": lambda names: {"name": _fresh()},
    "PUT service-accounts/<uuid:id>": lambda names: {"name": _fresh()},
    "POST service-accounts/<uuid:id>/api-tokens": lambda names: {"name": _fresh()},
    "POST tenant-access": lambda names: {"email": names.whole["newcomer"]},
    "POST tenant-access/autocomplete": lambda names: {"q": ""},
    "PUT triggers/backfill/create": lambda names: _trigger(
        names, backfill={"start": "2026-01-01T00:00:00Z", "end": "2026-01-03T00:00:00Z"}
    ),
    "POST triggers/backfill/delete": _trigger,
    "PUT triggers/backfill/pause": _trigger,
    "PUT triggers/backfill/unpause": _trigger,
    "PUT triggers/set-disabled": lambda names: _trigger(names, disabled=True),
    "POST trusted-issuers": _issuer,
    "PUT trusted-issuers/<uuid:id>": _issuer,
    "POST trusted-issuers/test": lambda names: {"token": "a.b.c"},
    "PUT users/<uuid:user_id>/groups": lambda names: {"groupIds": [names.whole["group"]]},
    "POST worker-groups": lambda names: {"key": _fresh()},
    "PUT worker-groups/<str:id>": lambda names: {"description": "x"},
    "POST worker-groups/<str:id>/subscriptions": lambda names: {"namespace": names.place},
    "POST worker-groups/<str:id>/tokens": lambda names: {"name": _fresh()},
}  # fmt: skip
# Queries by method and route, where the address alone does not say what is meant.
QUERIES: Final[dict[str, Callable[[Names], str]]] = {
    "GET access/impact": lambda names: f"groupId={names.whole['group']}",
    "GET access/who-can": lambda names: "permission=flow.view",
    "GET access/why": lambda names: f"permission=flow.view&userId={names.whole['person']}",
    "GET executions": lambda names: f"namespace={names.place}&flowId=daily",
    "POST executions/<uuid:pk>/actions/change-status": lambda names: "status=WARNING",
    "GET executions/<uuid:pk>/file": lambda names: f"path={names.here['file']}",
    "GET executions/<uuid:pk>/file/metas": lambda names: f"path={names.here['file']}",
    "GET executions/<uuid:pk>/file/preview": lambda names: f"path={names.here['file']}",
    "GET executions/distinct-field-values": lambda names: "field=NAMESPACE",
    "POST flows/validate/task": lambda names: "section=TASKS",
    "GET flows/source": lambda names: "q=mark",
    "POST namespaces/<str:namespace>/files": lambda names: "path=/fresh.txt",
    "GET namespaces/<str:namespace>/files": lambda names: "path=/note.txt",
    "DELETE namespaces/<str:namespace>/files": lambda names: "path=/note.txt",
    "PUT namespaces/<str:namespace>/files": lambda names: "from=/note.txt&to=/other.txt",
    "POST namespaces/<str:namespace>/files/directory": lambda names: "path=/fresh",
    "GET namespaces/<str:namespace>/files/revisions": lambda names: "path=/note.txt",
    "GET namespaces/<str:namespace>/files/stats": lambda names: "path=/note.txt",
    "GET namespaces/<str:namespace>/files/search": lambda names: "q=note",
    "POST executions/change-status/by-ids": lambda names: "newStatus=WARNING",
    "POST flows/import": lambda names: "failOnError=true",
    "PUT groups/<uuid:id>/members/membership/<uuid:user_id>": lambda names: "membership=MEMBER",
    "GET stream/allowed": lambda names: f"topic=namespace:{names.place}",
}
NAMED: Final = {"by-ids": _ids, "by-triggers": _triggers}


def asked(method: str, route: str, made: Furnished, place: str) -> Asked:
    """The request for a route of tenants, about one namespace."""
    names = Names(made, place)
    path = KWARG.sub(lambda found: names.of(route, found[1]), route)
    found = BODIES.get(f"{method} {route}")
    if found is None and route.endswith("by-ids"):
        found = _flows if route.startswith("flows") else _ids
    if found is None and route.endswith("by-triggers"):
        found = _triggers
    make, type = found if isinstance(found, tuple) else (found, "")
    query = QUERIES.get(f"{method} {route}")
    text = query(names) if query else ""
    if route.endswith("by-query"):
        text = f"filters[namespace][EQUALS]={place}&newStatus=WARNING&disabled=true"
    address = f"{made.api}/{path}" + (f"?{text}" if text else "")
    return Asked(method, address, make(names) if make else None, type)


def address(route: str, made: Furnished) -> str:
    """An address outside of tenants; the only thing that it names which is there is the tenant."""
    known = {
        "slug": made.tenant.slug,
        "user_id": made.whole["nothing"],
        "id": made.whole["nothing"],
    }
    return f"/api/v1{KWARG.sub(lambda found: known.get(found[1], made.whole['nothing']), route)}"
