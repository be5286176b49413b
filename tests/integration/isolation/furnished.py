"""A tenant with something of every kind in it, so that no route is asked about nothing.

Theory of operation. Whatever text a person or a task may write is written by `word`: a proof of
cross-tenant isolation gives a new canary each time, a proof of rights gives a word that names the
namespace. What only a worker could leave behind (log lines, outputs, metrics, assets, files) is
written as the worker writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from executions.models import (
    Asset,
    AssetUse,
    Execution,
    LineageEdge,
    LogLine,
    Metric,
    Output,
    TriggerState,
)
from tenants.contracts import TenantRef
from tenants.models import AuditDeadLetter
from tenants.services.people import create_person
from tests.integration.engine.stage import Stage
from tests.support.cast import Member
from tests.support.directories import Directory
from tests.support.signing_in import openid_provider

YAML: Final = "application/x-yaml"
PARENT, SELF, CHILD = "company", "company.data", "company.data.eu"
SIBLING, TWIN = "company.sales", "company.database"
PLACES: Final = (PARENT, SELF, CHILD, SIBLING, TWIN)
FLOW: Final = """id: daily
namespace: {place}
description: {word}
labels: {{mark: {word}}}
variables: {{note: {word}}}
inputs:
  - {{id: rows, type: STRING, required: false, defaults: {word}, description: {word}}}
outputs:
  - {{id: told, type: STRING, value: "{word}"}}
concurrency: {{limit: 50}}
tasks:
  - {{id: say, type: core.log.Log, message: "{word}", description: {word}}}
  - {{id: give, type: core.debug.Return, format: "{word}"}}
triggers:
  - {{id: nightly, type: core.trigger.Schedule, cron: "0 6 * * *", inputs: {{rows: {word}}}}}
  - {{id: call, type: core.trigger.Webhook, key: "{word}-key-that-nobody-guesses"}}
"""
Word = Callable[[str], str]


@dataclass
class Furnished:
    """What is where: by namespace, and of the tenant."""

    tenant: TenantRef
    owner: Member
    of: dict[str, dict[str, str]] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The address of the tenant."""
        return f"/api/v1/{self.tenant.slug}"

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """One request of the owner, which has to be answered well."""
        answer = self.owner.request(method, f"{self.api}{path}", body, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.content!r}"
        return answer.json() if answer.content and "json" in answer["Content-Type"] else None


def furnish(tenant: TenantRef, owner: Member, word: Word) -> Furnished:
    """Fills an empty tenant of that owner."""
    made = Furnished(tenant, owner)
    for place in PLACES:
        _place(made, place, word)
    _people(made, word)
    _rules(made, word)
    _outside(made, word)
    for place in PLACES:
        _under_way(made, place)
    return made


def _place(made: Furnished, place: str, word: Word) -> None:
    """A namespace: flow, execution with all that it left, pairs, files, secrets, connections."""
    made.ask("POST", "/namespaces", {"id": place, "description": word(place)})
    variables = {"description": word(place), "variables": {"mark": word(place)}}
    made.ask("PUT", f"/namespaces/{place}", variables)
    at = f"/namespaces/{place}"
    pair = {"key": "TOKEN", "value": word(place), "description": word(place)}
    made.ask("PUT", f"{at}/secrets", {**pair, "tags": [{"key": "mark", "value": word(place)}]})
    made.ask("PUT", f"{at}/kv/limit", f'"{word(place)}"', type="text/plain")
    connection = {"name": "shop", "type": "test.system", "values": {"user": word(place)}}
    made.ask("POST", f"{at}/credentials", {**connection, "description": word(place)})
    file = storage_file(word(place))
    made.ask("POST", f"{at}/files?path=/note.txt", file[0], type=file[1])
    made.ask("POST", "/flows", FLOW.format(place=place, word=word(place)), type=YAML)
    quota = {"kind": "RUNNING_EXECUTIONS", "limit": 500, "namespace": place}
    policy = {"name": word(place), "description": word(place), "effect": "DENY", "mode": "EVALUATE"}
    rules = {"namespace": place, "rules": {"taskTypes": ["core.debug.*"]}, "on": ["SAVE"]}
    asked = {"source": FLOW.format(place=place, word=word(place)), "note": word(place)}
    made.of[place] = {
        "namespace": place,
        **_execution(made, place, word),
        "quota": made.ask("POST", "/quotas", quota)["id"],
        "policy": made.ask("POST", "/policies", {**policy, **rules})["id"],
    }
    made.ask("POST", "/policies", {
        "name": word(place), "effect": "REQUIRE", "mode": "EVALUATE", "namespace": place,
        "rules": {"approval": True}, "on": ["SAVE"],
    })  # fmt: skip
    made.of[place]["approval"] = made.ask("POST", "/policies/approvals/save", asked)["id"]


def _under_way(made: Furnished, place: str) -> None:
    """Executions in every state that an act may need, and a schedule with a backfill that waits."""
    ids = {
        state: made.ask("POST", f"/executions/{place}/daily")["id"]
        for state in ("PAUSED", "RUNNING", "QUEUED")
    }
    named = {"namespace": place, "flowId": "daily", "triggerId": "nightly"}
    span = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-03T00:00:00Z"}
    made.ask("PUT", "/triggers/backfill/create", {**named, "backfill": span})
    with tenant_scope(made.tenant.id):
        for state, id in ids.items():
            Execution.objects.filter(id=id).update(state=state)
        nightly = TriggerState.objects.filter(namespace=place, trigger_id="nightly")
        nightly.update(execution_id=ids["RUNNING"])


def storage_file(text: str) -> tuple[bytes, str]:
    """A file as a form sends it: body and type."""
    head = 'Content-Disposition: form-data; name="fileContent"; filename="note.txt"'
    body = f"--edge\r\n{head}\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--edge--\r\n"
    return body.encode(), "multipart/form-data; boundary=edge"


def _execution(made: Furnished, place: str, word: Word) -> dict[str, str]:
    labels = f"labels=run:{word(place)}"
    id = UUID(made.ask("POST", f"/executions/{place}/daily?{labels}")["id"])
    stage = Stage(made.tenant.id, made.owner.actor)
    stage.settle()
    with tenant_scope(made.tenant.id):
        run = stage.runs(id)[-1].id
        asset = _records(made.tenant.id, Execution.objects.get(id=id), run, place, word)
    path = f"{place.replace('.', '/')}/daily/executions/{id}/out.txt"
    file = storage_for(made.tenant.id).put(path, word(place).encode())
    return {"execution": str(id), "run": str(run), "asset": asset, "file": file}


def _records(tenant: UUID, row: Execution, run: UUID, place: str, word: Word) -> str:
    """What a worker's task leaves behind."""
    now = clock.now()
    of: dict[str, Any] = {"tenant_id": tenant, "execution_id": row.id}
    facts = {"task_run_id": run, "task_id": "give"}
    line = {"idx": 10_000, "level": "INFO", "at": now, "message": word(place)}
    LogLine.objects.create(**of, **facts, **line)
    number = {"idx": 10_000, "name": "rows", "kind": "counter", "value": 7.0}
    Metric.objects.create(**of, **facts, **number, tags={"mark": word(place)})
    value = {"value": {"mark": word(place)}, "size": 30}
    Output.objects.update_or_create(**of, task_run_id=run, defaults={"task_id": "give", **value})
    known = {"execution_id": row.id, "first_at": now, "last_at": now, "type": "table"}
    assets = [
        Asset.objects.create(uri=f"db://{word(place)}/{way}", name=word(place),
                             facts={"mark": word(place)}, **known)
        for way in ("from", "to")
    ]  # fmt: skip
    use = {
        "namespace_id": row.namespace_id, "namespace": place, "flow_id": "daily", "revision": 1,
        "at": now, "kind": "observed", **of, **facts,
    }  # fmt: skip
    for asset, way in zip(assets, ("input", "output"), strict=True):
        AssetUse.objects.create(asset_id=asset.id, direction=way, **use)
    LineageEdge.objects.create(source_id=assets[0].id, target_id=assets[1].id, **use)
    return assets[0].uri


def _people(made: Furnished, word: Word) -> None:
    """Roles, groups, bindings, accounts, invitations, directories."""
    group = {"name": word(""), "description": word("")}
    role = {**group, "name": word(""), "permissions": ["flow.view"]}
    account = {**group, "name": word("")}
    whole = made.whole
    whole["group"] = made.ask("POST", "/groups", group)["id"]
    whole["role"] = made.ask("POST", "/roles", role)["id"]
    whole["account"] = made.ask("POST", "/service-accounts", account)["id"]
    token = {"name": word(""), "description": word("")}
    made.ask("POST", f"/service-accounts/{whole['account']}/api-tokens", token)
    tokens = made.ask("GET", f"/service-accounts/{whole['account']}/api-tokens")
    whole["account token"] = tokens["results"][0]["id"]
    bound = {"type": "GROUP", "externalId": whole["group"], "roleId": whole["role"]}
    whole["binding"] = made.ask("POST", "/bindings", bound)["id"]
    guest = {"email": f"{word('')}@example.com"}
    whole["invitation"] = made.ask("POST", "/invitations", guest)["id"]
    whole["guest"] = guest["email"]
    directory = made.ask("POST", "/directories", {"name": word("")})
    whole["directory"], whole["directory token"] = directory["id"], directory["fullToken"]
    entered = Directory(directory["id"], directory["fullToken"], f"{made.api}/scim/v2")
    whole["entered"] = entered.person(f"{word('')}@example.com", displayName=word("")).json()["id"]
    whole["entered group"] = entered.group(word(""), whole["entered"]).json()["id"]
    person = made.ask("GET", "/tenant-access?size=100")["results"]
    whole["person"] = next(row["id"] for row in person if row["id"] != whole["account"])
    roles = made.ask("GET", "/roles/search?size=100")["results"]
    whole["viewer role"] = next(row["id"] for row in roles if row["name"] == "Viewer")
    whole["newcomer"] = f"newcomer-{uuid7()}@example.com"
    create_person(whole["newcomer"], None, admin=False)


def _rules(made: Furnished, word: Word) -> None:
    """Switches, quotas of the tenant, workers, retention."""
    switch = {"name": word(""), "description": word(""), "enabled": False}
    told = {"message": word(""), "startDate": "2999-01-01T00:00:00Z"}
    made.whole["banner"] = made.ask("POST", "/banners", told)["id"]
    made.whole["switch"] = made.ask("POST", "/kill-switches", switch)["id"]
    group = {"key": word(""), "description": word("")}
    made.whole["worker group"] = made.ask("POST", "/worker-groups", group)["id"]
    at = f"/worker-groups/{made.whole['worker group']}"
    token = made.ask("POST", f"{at}/tokens", {"name": word("")})
    made.whole["worker token"] = token["details"]["id"]


def _outside(made: Furnished, word: Word) -> None:
    """Who vouches for people and machines here, and who hears what happens."""
    provider = openid_provider("https://idp.example.org", enabled=False)
    provider |= {"displayName": word(""), "clientSecret": word("")}
    made.ask("POST", "/identity-providers", provider)
    made.whole["provider"] = "idp"
    issuer = {
        "name": word(""), "issuer": f"https://{word('')}.example.org", "audiences": [word("")],
        "conditions": [{"claim": "sub", "equals": word("")}], "algorithms": ["ES256"],
        "serviceAccount": made.whole["account"],
    }  # fmt: skip
    made.whole["issuer"] = made.ask("POST", "/trusted-issuers", issuer)["id"]
    # On loopback, which is refused at once: what a request tries leaves the machine nowhere.
    config = {"url": f"https://127.0.0.1:1/{word('')}"}
    stream = {"name": word(""), "kind": "WEBHOOK", "config": config, "enabled": False}
    made.whole["stream"] = made.ask("POST", "/auditlogs/streams", stream)["id"]
    found = made.ask("GET", "/auditlogs/search?size=1")["results"][0]
    made.whole["entry"] = found["auditLog"]["id"] if "auditLog" in found else found["id"]
    made.whole["nothing"] = str(uuid7())
    with tenant_scope(made.tenant.id):
        letter = AuditDeadLetter.objects.create(
            stream_id=UUID(made.whole["stream"]), **dead_letter(word(""))
        )
    made.whole["letter"] = str(letter.id)


def dead_letter(text: str) -> dict[str, Any]:
    """An entry that a receiver refused, as the delivery keeps it."""
    return {"first": 1, "last": 1, "error": text}
