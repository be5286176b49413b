"""How the portal feels where it is large: figures from a real Chromium against a real server.

Run: ``python -m pytest tests/bench/bench_portal.py -s`` (prints; asserts nothing about time).
``BENCH_RUNS`` task runs stand in the opened execution, ``BENCH_LINES`` lines in the opened log,
``BENCH_ROWS`` executions behind the list, ``BENCH_FLOW_LINES`` lines in the opened flow. What the API alone
needs for lists of a million is ``bench_lists``.
"""

from __future__ import annotations

import gzip
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, Response

from downbeat.embedded.facts import owner_dsn
from tests.bench import flows, portal_probes
from tests.bench.rows import fill_executions, fill_log
from tests.e2e.conftest import admin_credentials, browser
from tests.e2e.server import Credentials, running_server
from tests.e2e.steps import sign_in

__all__ = ["admin_credentials", "browser"]

RUNS: Final = int(os.environ.get("BENCH_RUNS", "10000"))
LINES: Final = int(os.environ.get("BENCH_LINES", "1000000"))
ROWS: Final = int(os.environ.get("BENCH_ROWS", "1000000"))
FLOW_LINES: Final = int(os.environ.get("BENCH_FLOW_LINES", "5000"))
NAMESPACE: Final = "bench"
OPENED: Final = 5
KEYS: Final = 60
PATIENCE_MS: Final = 60_000
SIMPLE: Final = "id: f{n}\nnamespace: bench\ntasks: [{{id: a, type: core.log.Log, message: x}}]\n"


class Instance:
    """The server under the measurements, asked as its admin and filled behind its back."""

    def __init__(self, url: str, home: Path, admin: Credentials) -> None:
        self.url = url
        self.home = home
        self.api = httpx.Client(
            base_url=f"{url}/api/v1/main", auth=(admin.email, admin.password), timeout=120
        )

    def deploy(self, source: str) -> None:
        """Publishes a flow."""
        answer = self.api.post(
            "/flows", content=source, headers={"Content-Type": "application/x-yaml"}
        )
        answer.raise_for_status()

    def run(self, flow: str) -> str:
        """The id of an execution that has ended."""
        answer = self.api.post(f"/executions/{NAMESPACE}/{flow}", params={"wait": "true"})
        answer.raise_for_status()
        id: str = answer.json()["id"]
        while "endDate" not in self.api.get(f"/executions/{id}").json()["state"]:
            time.sleep(0.2)
        return id

    def database(self) -> psycopg.Connection[Any]:
        """A connection as the owner of the tables."""
        return psycopg.connect(owner_dsn(self.home), autocommit=True)


@pytest.fixture(scope="module")
def instance(
    admin_credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """A server of its own."""
    home = tmp_path_factory.mktemp("bench") / "home"
    with running_server(home, admin_credentials) as server:
        print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        yield Instance(server.url, home, admin_credentials)


@pytest.fixture
def page(browser: Browser, instance: Instance, admin_credentials: Credentials) -> Iterator[Page]:
    """A window of somebody who is signed in, with the probes in every page."""
    context = browser.new_context(
        base_url=instance.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(portal_probes.SCRIPT)
    opened = context.new_page()
    sign_in(opened, admin_credentials)
    yield opened
    context.close()


def show(name: str, value: float, unit: str, goal: str = "") -> None:
    """One line: what, how much, the goal."""
    print(f"{name:46} {value:12,.1f} {unit:6} {goal}", flush=True)


def show_frames(name: str, frames: portal_probes.Frames) -> None:
    """How smoothly something moved."""
    show(f"{name}: frame, median", frames.median, "ms", "<= 16.7")
    show(f"{name}: frame, p95", frames.p95, "ms", "<= 16.7")
    show(f"{name}: frames later than 25 ms", frames.late * 100, "%")
    show(f"{name}: longest task", frames.longest_task, "ms")


def opening(page: Page, address: str, shown: str) -> float:
    """Milliseconds from the navigation to the frame that shows it: the median of some."""
    return statistics.median(portal_probes.opened_in(page, address, shown) for _ in range(OPENED))


@pytest.mark.timeout(900)
def test_an_execution_with_many_task_runs(instance: Instance, page: Page) -> None:
    instance.deploy(flows.inline_loop(RUNS))
    address = f"/ui/main/executions/{instance.run(f'loop{RUNS}')}"
    began = time.perf_counter()
    body = instance.api.get(f"/executions/{address.rsplit('/', 1)[1]}").content
    show(f"{RUNS:,} task runs: answer", (time.perf_counter() - began) * 1000, "ms")
    show(f"{RUNS:,} task runs: answer, packed", len(gzip.compress(body, 6)) / 1000, "kB")
    for name, path, shown in (
        ("overview", "", "main h2"),
        ("Gantt", "/gantt", "[class*=_bar_]"),
        ("logs", "/logs", "main [class*=_body_] *"),
    ):
        show(
            f"{RUNS:,} task runs: {name} opens",
            opening(page, address + path, shown),
            "ms",
            "< 1000",
        )
    portal_probes.opened_in(page, f"{address}/gantt", "[class*=_bar_]")
    frames = portal_probes.scrolled(page, "[class*=_scroll_]", pixels=100, frames=300)
    show_frames(f"{RUNS:,} task runs: Gantt scrolls", frames)


@pytest.mark.timeout(900)
def test_a_log_of_many_lines(instance: Instance, page: Page) -> None:
    instance.deploy(SIMPLE.format(n="log"))
    id = instance.run("flog")
    with instance.database() as database:
        fill_log(database, id, LINES)
    fetched: list[int] = []
    page.on("response", lambda answer: _count(answer, fetched))
    took = portal_probes.opened_in(page, f"/ui/main/executions/{id}/logs", "[role=log] time")
    page.wait_for_timeout(3000)
    show(f"{LINES:,} lines: log opens", took, "ms", "< 1000")
    show(f"{LINES:,} lines: fetched when opened", sum(fetched) / 1000, "kB")
    frames = portal_probes.scrolled(page, "[role=log]", pixels=100, frames=600)
    show_frames(f"{LINES:,} lines: log scrolls", frames)
    show(f"{LINES:,} lines: fetched after 60,000 pixels", sum(fetched) / 1000, "kB")
    show(f"{LINES:,} lines: elements", portal_probes.elements(page), "")
    show(f"{LINES:,} lines: memory of the page", portal_probes.memory(page), "MB")


def _count(answer: Response, fetched: list[int]) -> None:
    if "/logs" in answer.url and "/api/" in answer.url:
        fetched.append(answer.request.sizes()["responseBodySize"])


@pytest.mark.timeout(900)
def test_typing_in_a_long_flow(instance: Instance, page: Page) -> None:
    task = "  - id: t{n}\n    type: core.log.Log\n    message: 'Line {{{{ inputs.a }}}}'\n"
    tasks = "".join(task.format(n=number) for number in range((FLOW_LINES - 6) // 3))
    head = "id: long\nnamespace: bench\ninputs:\n  - id: a\n    type: STRING\ntasks:\n"
    instance.deploy(head + tasks)
    address = f"/ui/main/flows/{NAMESPACE}/long/edit"
    show(f"{FLOW_LINES:,} lines: editor opens", opening(page, address, ".cm-line"), "ms", "< 1000")
    editor = page.get_by_role("textbox", name="Source of the flow")
    editor.click()
    for place, keys in (
        ("in a message", "ControlOrMeta+Home"),
        ("at the end", "ControlOrMeta+End"),
    ):
        page.keyboard.press(keys)
        if place == "in a message":
            for _ in range(8):
                page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(2500)
        typed = portal_probes.typed(page, "lorem ipsum dolor "[:KEYS] * 4, pause_ms=120)
        show(f"{FLOW_LINES:,} lines: key {place}, median", typed.median, "ms", "< 50")
        show(f"{FLOW_LINES:,} lines: key {place}, p95", typed.p95, "ms", "< 50")
        show(f"{FLOW_LINES:,} lines: key {place}, longest", typed.longest, "ms")


@pytest.mark.timeout(1800)
def test_lists_with_many_rows_behind_them(instance: Instance, page: Page) -> None:
    for number in range(40):
        instance.deploy(SIMPLE.format(n=number))
    for rows in (10_000, ROWS):
        with instance.database() as database:
            fill_executions(database, flows=40, rows=rows)
        for name, query in (("newest", ""), ("failed", "?state=FAILED"), ("page 20", "?page=20")):
            took = opening(page, f"/ui/main/executions{query}", "tbody tr a")
            show(f"{rows:,} executions: {name}, whole page", took, "ms")
            answer = portal_probes.slowest(page, "/executions/search")
            show(f"{rows:,} executions: {name}, answer", answer, "ms", "< 300")


def test_the_first_page(instance: Instance, page: Page) -> None:
    took = opening(page, "/ui/main", "main h1, main h2")
    show("first page opens", took, "ms", "< 1000")
    show(
        "first page: JavaScript, packed",
        portal_probes.javascript(page, "/ui/main") / 1000,
        "kB",
        "< 250",
    )
