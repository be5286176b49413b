"""The two-person rule as two people live it: asked for where it was refused, decided on home."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import Written, execute, new_flow, open_flow, save_new, tab
from tests.e2e.test_administration import (
    _add_colleague,
    _administer,
    _choose,
    _sign_in,
    admin,
    other_window,
)

__all__ = ["admin", "other_window"]


def test_a_start_needs_a_second_person_who_finds_it_on_home(
    admin: Page,
    other_window: Page,
) -> None:
    namespace = f"company.careful_{secrets.token_hex(4)}"
    flow = Written((new := new_flow()).id, new.source.replace("company.journeys", namespace))
    tab(admin, "Main", "Flows")
    save_new(admin, flow)
    policy = _two_people(admin, namespace)
    email = f"starter-{secrets.token_hex(4)}@example.com"
    starter = Credentials(email, _add_colleague(admin, email, "Editor", namespace))

    _sign_in(other_window, starter)
    _ask_to_start(other_window, flow, "Month end, as agreed with finance")
    tab(admin, "Main", "Home")
    waiting = admin.get_by_role("listitem").filter(has_text=flow.id)
    expect(waiting.get_by_text("Waits for a second person")).to_be_visible()
    waiting.get_by_role("link", name="Decide").click()
    expect(admin.get_by_text("Month end, as agreed with finance")).to_be_visible()
    admin.get_by_role("button", name="Agree").click()
    expect(admin.get_by_text("Agreed", exact=True)).to_be_visible()

    open_flow(other_window, flow.id)
    execute(other_window)

    _administer(admin, "Approvals")
    admin.get_by_text("All", exact=True).click()
    row = admin.get_by_role("row").filter(has_text=f"Start {flow.id}")
    expect(row.get_by_text("Done", exact=True)).to_be_visible()
    _administer(admin, "Policies")
    admin.get_by_role("link", name=policy).click()
    admin.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("link", name=policy)).to_have_count(0)


def _two_people(page: Page, namespace: str) -> str:
    """An enforced policy: starts there need the agreement of another person."""
    name = f"Two people {secrets.token_hex(4)}"
    _administer(page, "Policies")
    page.get_by_role("link", name="New policy").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    _choose(page, "Namespace", namespace)
    page.get_by_text("Require", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("saved")).uncheck()
    page.get_by_label("Another person has to agree first").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.get_by_role("button", name="Enforce it").click()
    expect(page.get_by_text("Enforced", exact=True)).to_be_visible()
    return name


def _ask_to_start(page: Page, flow: Written, why: str) -> None:
    open_flow(page, flow.id)
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Execute").click()
    dialog.get_by_label("Why it is needed").fill(why)
    dialog.get_by_role("button", name="Ask another person to agree").click()
    expect(dialog.get_by_text("When another person has agreed")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
