"""A server, and around it the other systems that the guide's flows talk to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import yaml

from downbeat.embedded.facts import owner_dsn
from tests.acceptance.guide.flows import DAILY, EVENTS
from tests.chaos.instance import kill
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.doubles.aws import REGION, AwsDouble
from tests.support.doubles.bigquery import BigQueryDouble
from tests.support.doubles.slack import SlackDouble
from tests.support.driver import TERMINAL, Driver, FlowName, Told, told
from tests.support.stranger import Server, complaint, eventually

SPACE: Final = "company.data"
BUCKET: Final = "raw-events"
CONNECTION: Final = "7d2a1c0e-0000-4000-8000-000000000001"
PROJECT: Final = Path(__file__).parents[2] / "examples" / "dbt_daily"
_LONG: Final = 240.0


@dataclass
class World:
    """The server and its surroundings; ``driver`` acts as the admin."""

    server: Server
    driver: Driver
    airbyte: AirbyteDouble
    slack: SlackDouble
    s3: AwsDouble
    bigquery: BigQueryDouble

    def prepare(self) -> None:
        """What an operator sets up before the flows can do their work."""
        secrets = {"AIRBYTE_CONN_ID": CONNECTION, "SLACK_WEBHOOK": self.slack.webhook}
        for key, value in secrets.items():
            self._sent("PUT", f"/namespaces/{SPACE}/secrets", json={"key": key, "value": value})
        self.s3.client().create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.put_project()

    def put_project(self, **changed: str) -> None:
        """The dbt project as namespace files, some of them with another content."""
        for path in PROJECT.rglob("*"):
            if path.is_file():
                name = str(path.relative_to(PROJECT))
                content = changed.get(path.stem) or path.read_text(encoding="utf-8")
                files = {"fileContent": (path.name, content.encode())}
                where = {"path": f"/{name}"}
                self._sent("POST", f"/namespaces/{SPACE}/files", params=where, files=files)

    def _sent(self, method: str, path: str, **content: Any) -> None:
        answer = self.driver.http.request(method, path, **content)
        assert answer.is_success, answer.text

    def publish(self, source: str) -> FlowName:
        """Publishes a flow anew: its triggers have not fired yet."""
        known = yaml.safe_load(source)
        self.driver.http.delete(f"/flows/{known['namespace']}/{known['id']}")
        return self.driver.publish(source)

    def morning(self) -> datetime:
        """Moves the clock of the schedule to five o'clock; returns the date that is due."""
        due = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0)
        if due > datetime.now(UTC):
            due -= timedelta(days=1)
        self.make_due("daily", due)
        return due

    def make_due(self, trigger_id: str, moment: datetime | None = None) -> None:
        """Moves the clock of a trigger: it is due at this moment, or now."""
        with psycopg.connect(owner_dsn(self.server.home), autocommit=True) as database:
            done = database.execute(
                "update trigger_state set next_at = coalesce(%s, now()) where trigger_id = %s",
                [moment, trigger_id],
            )
            assert done.rowcount == 1, trigger_id

    def executions(self, flow: FlowName) -> list[Told]:
        """Every execution of a flow, the oldest first."""
        where = {"filters[namespace][EQUALS]": flow.namespace, "filters[flowId][EQUALS]": flow.id}
        answer = self.driver.http.get("/executions/search", params={**where, "size": 100})
        assert answer.is_success, answer.text
        found = [told(facts) for facts in answer.json()["results"]]
        return sorted(found, key=lambda one: one.id)

    def next_execution(self, flow: FlowName, after: int) -> Told:
        """The execution that follows on so many others, once it has begun."""
        eventually(
            lambda: len(self.executions(flow)) > after, _LONG, lambda: complaint(self.server)
        )
        return self.executions(flow)[after]

    def ended(self, execution: Told) -> Told:
        """The execution once it is over."""
        eventually(
            lambda: self.driver.get(execution.id).state in TERMINAL,
            _LONG,
            lambda: f"{self.driver.get(execution.id)}\n{self.driver.messages(execution.id)}",
        )
        return self.driver.get(execution.id)

    def lose_the_worker(self) -> None:
        """Kills the worker as by ``kill -9``; the supervisor starts another one."""
        assert kill(self.server, "worker", random.Random(1)), complaint(self.server)

    def texts(self) -> list[str]:
        """What Slack was told."""
        return [str(message["text"]) for message in self.slack.messages]


def daily(world: World) -> FlowName:
    """The guide's first flow, published."""
    return world.publish(DAILY)


def events(world: World) -> FlowName:
    """The guide's second flow, published; what its trigger has seen it remembers."""
    return world.driver.publish(EVENTS)
