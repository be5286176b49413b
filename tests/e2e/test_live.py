"""What others do, and what happens to the server, shows on an open page without a reload."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Credentials, Server, running_server
from tests.e2e.steps import (
    execute,
    new_flow,
    open_flow,
    row_of,
    save_new,
    sign_in,
    tab,
    write_source,
)

FINISHED_MS = 60_000
# Lists ask by themselves every 30 seconds: what shows sooner was told.
TOLD_MS = 20_000
RESTARTED_MS = 120_000

SLOW = """id: {id}
namespace: company.journeys

tasks:
  - id: before
    type: core.log.Log
    message: The server is there

  - id: wait
    type: core.flow.Sleep
    duration: PT6S

  - id: after
    type: core.log.Log
    message: The server is there again
"""


@pytest.fixture
def loads(page: Page) -> list[str]:
    """The pages that the first window has loaded as a whole."""
    seen: list[str] = []
    page.on("load", lambda loaded: seen.append(loaded.url))
    return seen


def test_a_list_follows_what_a_colleague_saves_switches_and_deletes(
    signed_in: Page, colleague: Page, loads: list[str], admin_credentials: Credentials
) -> None:
    page, known, flow = signed_in, new_flow(), new_flow()
    save_new(page, known)
    tab(page, "Main", "Flows")
    page.get_by_label("Search flows").fill("journey_")
    expect(row_of(page, known.id)).to_be_visible()
    row = row_of(page, flow.id)
    sign_in(colleague, admin_credentials)
    tab(colleague, "Main", "Flows")
    loads.clear()

    save_new(colleague, flow)
    expect(row).to_be_visible(timeout=TOLD_MS)
    execute(colleague)
    expect(row).to_contain_text("Success", timeout=FINISHED_MS)
    colleague.get_by_role("link", name=flow.id).first.click()
    expect(colleague.get_by_role("navigation", name="Flow")).to_be_visible()
    colleague.get_by_role("button", name="More actions").click()
    colleague.get_by_role("menuitem", name="Disable").click()
    # A busy server takes its time; what is told of is told after the answer.
    expect(colleague.get_by_text(f"{flow.id} is disabled")).to_be_visible(timeout=FINISHED_MS)
    expect(row).to_contain_text("Disabled", timeout=TOLD_MS)
    colleague.get_by_role("button", name="More actions").click()
    colleague.get_by_role("menuitem", name="Delete").click()
    colleague.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0, timeout=TOLD_MS)

    assert loads == []


def test_a_list_of_executions_follows_what_a_colleague_starts(
    signed_in: Page, colleague: Page, loads: list[str], admin_credentials: Credentials
) -> None:
    page, flow = signed_in, new_flow()
    save_new(page, flow)
    tab(page, "Main", "Executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    row = row_of(page, flow.id)
    sign_in(colleague, admin_credentials)
    open_flow(colleague, flow.id)
    loads.clear()

    execute(colleague)

    expect(row).to_be_visible(timeout=TOLD_MS)
    expect(row).to_contain_text("Success", timeout=FINISHED_MS)
    assert loads == []


def test_an_editor_says_that_a_colleague_saved_meanwhile(
    signed_in: Page, colleague: Page, admin_credentials: Credentials
) -> None:
    page, flow = signed_in, new_flow()
    save_new(page, flow)
    tab(page, "Flow", "Edit")
    write_source(page, flow.source.replace("Hello", "Good morning"))
    expect(page.get_by_text("Unsaved changes to revision 1")).to_be_visible()

    sign_in(colleague, admin_credentials)
    open_flow(colleague, flow.id)
    tab(colleague, "Flow", "Edit")
    write_source(colleague, flow.source.replace("Hello", "Good evening"))
    colleague.get_by_role("button", name="Save").click()
    expect(colleague.get_by_text("Saved as revision 2")).to_be_visible(timeout=FINISHED_MS)

    told = page.get_by_text("Somebody saved revision 2 meanwhile")
    expect(told).to_be_visible(timeout=TOLD_MS)
    expect(page.get_by_role("textbox", name="Source of the flow")).to_contain_text("Good morning")


@pytest.fixture
def own_server(
    admin_credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that nobody else uses."""
    home: Path = tmp_path_factory.mktemp("restarted") / "home"
    with running_server(home, admin_credentials) as server:
        yield server


def test_an_open_execution_outlives_the_death_of_its_server(
    own_server: Server, browser: Browser, admin_credentials: Credentials
) -> None:
    name = f"survivor_{secrets.token_hex(4)}"
    context = browser.new_context(base_url=own_server.url)
    page = context.new_page()
    crashes: list[str] = []
    page.on("pageerror", lambda error: crashes.append(str(error)))
    sign_in(page, admin_credentials)
    tab(page, "Main", "Flows")
    save_new(page, type(new_flow())(name, SLOW.format(id=name)))
    execute(page)
    expect(page.get_by_role("button", name=re.compile("^wait.*Running"))).to_be_visible()
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    own_server.kill()
    expect(page.get_by_label(re.compile("No live connection"))).to_be_visible()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    own_server.start()

    after = page.get_by_role("button", name=re.compile("^after.*Success"))
    expect(after).to_be_visible(timeout=RESTARTED_MS)
    expect(page.get_by_text("Success").first).to_be_visible()
    expect(page.get_by_label("Changes arrive as they happen")).to_be_visible(timeout=RESTARTED_MS)
    tab(page, "Execution", "Logs")
    expect(page.get_by_role("log")).to_contain_text("The server is there again")
    assert (crashes, loads) == ([], [])
    context.close()
