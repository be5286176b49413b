"""The shop of the main example: its inbox, its flow, its warehouse."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from downbeat.embedded.example import SOURCES
from tests.support.driver import Driver, FlowName, Told
from tests.support.stranger import Server, eventually

GOOD: Final = SOURCES / "data" / "orders-2026-10.csv.gz"
BROKEN: Final = SOURCES / "data" / "orders-broken.csv.gz"
ORDERS: Final = FlowName("demo.sales", "orders")
NOTIFICATIONS: Final = FlowName("demo.sales", "notifications")
COUNT: Final = """
id: count-orders
namespace: demo.sales
tasks:
  - id: count
    type: jdbc.duckdb.Query
    url: "jdbc:duckdb:{{ envs.example_home }}/warehouse/sales.duckdb"
    sql: select count(*) as orders, count(distinct batch) as batches from orders
    fetchType: FETCH_ONE
"""


@dataclass(frozen=True)
class Shop:
    """A running instance with the example in it."""

    server: Server
    driver: Driver
    room: str

    def drop(self, file: Path) -> float:
        """Puts a file into the inbox as a careful program does; the moment when it lay there."""
        inbox = Path(self.room) / "inbox"
        arriving = Path(self.room) / f"{file.name}.part"
        shutil.copyfile(file, arriving)
        moment = time.time()
        arriving.rename(inbox / file.name)
        return moment

    def after(self, known: list[Told]) -> Told:
        """The execution of the orders flow that none of the known ones is, once there is one."""
        ids = {execution.id for execution in known}

        def new() -> list[Told]:
            return [found for found in self.driver.executions(ORDERS) if found.id not in ids]

        eventually(lambda: bool(new()), 30)
        return new()[0]

    def warehouse(self) -> dict[str, Any]:
        """How many orders of how many files lie in the warehouse."""
        done = self.driver.run(self.driver.publish(COUNT))
        assert done.state == "SUCCESS", self.driver.messages(done.id)
        found = self.driver.outputs(done, "count")["row"]
        assert isinstance(found, dict)
        return found

    def told_of(self, execution: Told) -> list[str]:
        """What the notifications flow was told about an execution."""
        found = []
        for message in self.driver.executions(NOTIFICATIONS):
            body = message.facts["trigger"]["variables"]["body"]
            body = json.loads(body) if isinstance(body, str) else body
            if body["execution"] == execution.id:
                found.append(body["text"])
        return found
