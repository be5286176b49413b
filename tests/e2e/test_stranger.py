"""Whoever may only look is offered nothing that would be refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import row_of, sign_in, tab

# Every server has this namespace, with a flow that has run.
SEEN = "demo.sales"
FLOW = "orders"


@pytest.fixture
def viewer(
    browser: Browser, live_server_url: str, page: Page, admin_credentials: Credentials
) -> Iterator[Page]:
    """The window of somebody who may look at one namespace."""
    context = browser.new_context(base_url=live_server_url)
    sign_in(page, admin_credentials)
    opened = context.new_page()
    sign_in(opened, _colleague(page))
    yield opened
    context.close()


def _colleague(page: Page) -> Credentials:
    """An account that the admin makes."""
    email = f"viewer-{secrets.token_hex(4)}@example.com"
    tab(page, "Main", "Admin")
    tab(page, "Administration", "Users")
    page.get_by_role("button", name="Add a colleague").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_role("button", name="Add", exact=True).click()
    for label, option in (("Role", "Viewer"), ("Namespace", SEEN)):
        page.get_by_role("textbox", name=label, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
    dialog.get_by_role("button", name="Make the account").click()
    password = dialog.get_by_role("code").inner_text()
    dialog.get_by_role("button", name="I have copied it").click()
    return Credentials(email, password)


def test_rows_that_one_may_only_look_at_cannot_be_chosen(page: Page, viewer: Page) -> None:
    for place in ("Flows", "Executions", "Triggers"):
        tab(page, "Main", place)
        expect(_choices(page).first).to_be_visible()

        tab(viewer, "Main", place)
        expect(row_of(viewer, FLOW).first).to_be_visible()
        # Rights come after rows; what they would offer is there when nothing is asked any more.
        viewer.wait_for_load_state("networkidle")

        expect(_choices(viewer)).to_have_count(0)
        expect(viewer.get_by_role("switch")).to_have_count(0)
        expect(viewer.get_by_role("button", name=re.compile("^Execute "))).to_have_count(0)
        expect(viewer.get_by_role("link", name="New flow")).to_have_count(0)


def _choices(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Choose all"))


def test_a_source_that_one_may_only_read_cannot_be_changed(viewer: Page) -> None:
    complaints: list[str] = []
    viewer.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    tab(viewer, "Main", "Flows")
    viewer.get_by_role("link", name=FLOW, exact=True).click()
    tab(viewer, "Flow", "Source")
    source = viewer.get_by_role("textbox", name="Source of the flow")
    expect(source).to_contain_text(f"namespace: {SEEN}")

    source.click()
    viewer.keyboard.insert_text("written over")

    expect(viewer.get_by_text("No problems")).to_be_visible()
    expect(source).not_to_contain_text("written over")
    expect(viewer.get_by_role("button", name="Save")).to_have_count(0)
    assert complaints == []
