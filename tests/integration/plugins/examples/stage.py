"""A server with workers, and around it whatever the examples talk to."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import connection

from downbeat.common.scope import tenant_scope
from executions.models import TriggerState
from tests.integration.plugins.examples.shop import PASSWORD, Shop
from tests.integration.plugins.examples.web import Web
from tests.support.cast import Cast
from tests.support.doubles.airbyte import CLIENT_ID, CLIENT_SECRET, AirbyteDouble
from tests.support.doubles.aws import AwsDouble
from tests.support.doubles.bigquery import BigQueryDouble
from tests.support.doubles.slack import SlackDouble

SPACE: Final = "company.team"
PATIENCE: Final = 240.0
TERMINAL: Final = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED"})
_PAUSE: Final = 0.2
_EDGE: Final = "edge-of-a-part"


@dataclass(frozen=True)
class Vendors:
    """Doubles of vendors, on the wire."""

    airbyte: AirbyteDouble
    slack: SlackDouble
    s3: AwsDouble
    bigquery: BigQueryDouble

    @property
    def environment(self) -> dict[str, str]:
        """What the operator sets for the tasks."""
        return {
            **self.s3.environment,
            "AIRBYTE_CLOUD_URL": f"{self.airbyte.url}/v1",
            "BIGQUERY_EMULATOR_HOST": self.bigquery.url,
            "GOOGLE_CLOUD_PROJECT": "project",
        }


@dataclass(frozen=True)
class Around:
    """The other systems: a web service, a folder of this machine, a real PostgreSQL, vendors."""

    web: Web
    shop: Shop
    folder: Path
    doubles: Vendors | None = None

    @property
    def vendors(self) -> Vendors:
        """The vendors, where they are up."""
        assert self.doubles is not None
        return self.doubles

    @property
    def environment(self) -> dict[str, str]:
        """What the operator sets for the tasks, and for the worker itself."""
        lent = {"PGUSER": self.shop.role, "PGPASSWORD": PASSWORD}
        lent |= self.doubles.environment if self.doubles else {}
        return {
            **lent,
            "DOWNBEAT_TASK_ENV": ",".join(lent),
            "DOWNBEAT_EGRESS": "open",
            "DOWNBEAT_LOCAL_PATHS": f"company.*={self.folder}",
            # PostgreSQL's socket is private to whoever runs the tests.
            "DOWNBEAT_TASK_UID": str(os.getuid()),
        }

    def instead(self, source: str) -> str:
        """The example with our addresses, and without its waits; nothing else is changed."""
        for written, ours in (
            ("http://localhost:8000", self.doubles.airbyte.url if self.doubles else ""),
            ("jdbc:postgresql://localhost:5432/shop", self.shop.url),
            ("username: reader", f"username: {self.shop.role}"),
            ("https://example.com", self.web.url),
            ("/data/", f"{self.folder}/"),
            ("from: /data", f"from: {self.folder}"),
            ("PT10S", "PT0.1S"),
            ("PT5S", "PT0.1S"),
            ("company.data", SPACE),
            ('["2027-', '["2025-'),
            ('"2027-04', '"2025-04'),
        ):
            source = source.replace(written, ours)
        return source


@dataclass(frozen=True)
class Stage:
    """Acts as the admin of the tenant."""

    cast: Cast
    around: Around
    earlier: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def settle_in(self) -> None:
        """Gives the namespace the secrets and the connection that examples name."""
        for key, value in {
            "AIRBYTE_TOKEN": "fixed-token",
            "AIRBYTE_CLIENT_ID": CLIENT_ID,
            "AIRBYTE_CLIENT_SECRET": CLIENT_SECRET,
            "AWS_ACCESS_KEY_ID": "AKIASECRET",
            "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-namespace",
            "HOOK_KEY": "a-key-of-a-hook",
            "SHOP_PASSWORD": PASSWORD,
        }.items():
            self.secret(key, value)
        if self.around.doubles:
            self.secret("SLACK_WEBHOOK", self.around.doubles.slack.webhook)
        shop = self.around.shop
        self.connection("shop", "postgresql", url=shop.url, username=shop.role, password=PASSWORD)

    def deploy(self, source: str) -> tuple[str, str]:
        """A flow as it stands, in place of any other of its name; returns where it is."""
        known = yaml.safe_load(source)
        place = f"{self.cast.api}/flows/{known['namespace']}/{known['id']}"
        self.cast.alice.delete(place)
        self._said("POST", "/flows", source, type="application/x-yaml")
        flow = known["namespace"], known["id"]
        self.earlier[flow] = set(self._found(flow))
        return flow

    def remove(self, flow: tuple[str, str]) -> None:
        """Deletes a flow: its triggers fire no more."""
        self.cast.alice.delete(f"{self.cast.api}/flows/{'/'.join(flow)}")

    def start(self, flow: tuple[str, str], inputs: Mapping[str, str | bytes]) -> str:
        """A new execution; bytes are sent as files."""
        parts = {"body": _form(inputs), "type": f"multipart/form-data; boundary={_EDGE}"}
        said = self._said("POST", f"/executions/{'/'.join(flow)}", **(parts if inputs else {}))
        return str(said["id"])

    def ended(self, id: str) -> Any:
        """The execution once it is over."""
        return self.once(id, TERMINAL)

    def once(self, id: str, states: frozenset[str]) -> Any:
        """The execution once it is in one of these states."""
        end = time.monotonic() + PATIENCE
        while True:
            shown = self._said("GET", f"/executions/{id}")
            if shown["state"]["current"] in states:
                return shown
            assert time.monotonic() < end, f"{shown}\n{self.log(id)}"
            time.sleep(_PAUSE)

    def caused(self, flow: tuple[str, str], number: int = 1) -> list[str]:
        """The executions of a flow, the oldest first, once there are so many."""
        end = time.monotonic() + PATIENCE
        while len(found := self.executions(flow)) < number:
            assert time.monotonic() < end, f"no trigger has started {flow}"
            time.sleep(_PAUSE)
        return found

    def executions(self, flow: tuple[str, str]) -> list[str]:
        """The executions of a flow since it was deployed, the oldest first."""
        return sorted(set(self._found(flow)) - self.earlier.get(flow, set()))

    def _found(self, flow: tuple[str, str]) -> list[str]:
        query = f"filters[namespace][EQUALS]={flow[0]}&filters[flowId][EQUALS]={flow[1]}&size=100"
        found = self._said("GET", f"/executions/search?{query}")["results"]
        return [str(one["id"]) for one in found]

    def backfill(self, flow: tuple[str, str], trigger: str, begin: str, end: str) -> None:
        """Lets a schedule go through past dates; returns once it has."""
        asked = {
            "namespace": flow[0],
            "flowId": flow[1],
            "triggerId": trigger,
            "backfill": {"start": begin, "end": end},
        }
        self._said("PUT", "/triggers/backfill/create", asked)
        until = time.monotonic() + PATIENCE
        while self._row(flow, trigger).backfill is not None:
            assert time.monotonic() < until, "the backfill does not end"
            time.sleep(_PAUSE)

    def make_due(self, flow: tuple[str, str], trigger: str) -> None:
        """Moves the clock of a trigger: it is due now."""
        row = self._row(flow, trigger)
        with tenant_scope(self.cast.tenant.id), connection.cursor() as cursor:
            cursor.execute("update trigger_state set next_at = now() where id = %s", [row.id])

    def log(self, id: str) -> str:
        """The whole log."""
        lines = self._said("GET", f"/logs/{id}?minLevel=TRACE")
        return "\n".join(line["message"] for line in lines)

    def outputs(self, shown: Any, task: str) -> Any:
        """What a task left."""
        run = next(run["id"] for run in shown["taskRunList"] if run["taskId"] == task)
        return self._said("GET", f"/outputs/tasks/{shown['id']}/{run}")

    def secret(self, key: str, value: str) -> None:
        """A secret of the namespace."""
        self._said("PUT", f"/namespaces/{SPACE}/secrets", {"key": key, "value": value})

    def pair(self, key: str, value: str) -> None:
        """A stored value of the namespace."""
        path = f"/namespaces/{SPACE}/kv/{key}"
        self._said("PUT", path, value, type="text/plain")

    def connection(self, name: str, type: str, **values: str) -> None:
        """A connection of the namespace."""
        body = {"name": name, "type": type, "values": values}
        self._said("POST", f"/namespaces/{SPACE}/credentials", body)

    def file(self, name: str, content: str) -> None:
        """A file of the namespace."""
        path = f"/namespaces/{SPACE}/files?path=/{name}"
        body = _form({"fileContent": content.encode()})
        self._said("POST", path, body, type=f"multipart/form-data; boundary={_EDGE}")

    def act(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """Any other request to the tenant."""
        return self._said(method, path, body, **more)

    def _row(self, flow: tuple[str, str], trigger: str) -> TriggerState:
        with tenant_scope(self.cast.tenant.id):
            return TriggerState.objects.get(namespace=flow[0], flow_id=flow[1], trigger_id=trigger)

    def _said(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        answer = self.cast.alice.request(method, f"{self.cast.api}{path}", body, **more)
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None


def _form(parts: Mapping[str, str | bytes]) -> bytes:
    made = b""
    for name, value in parts.items():
        head = f'--{_EDGE}\r\nContent-Disposition: form-data; name="{name}"'
        head += '; filename="file"' if isinstance(value, bytes) else ""
        made += f"{head}\r\n\r\n".encode()
        made += value if isinstance(value, bytes) else value.encode()
        made += b"\r\n"
    return made + f"--{_EDGE}--\r\n".encode()
