"""A policy of the instance: set by its admin in the portal, and shown to a tenant as not its own."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page, expect

from tests.e2e.steps import tab


def _administer(page: Page, what: str) -> None:
    tab(page, "Main", "Admin")
    page.get_by_role("navigation", name="Administration").get_by_role(
        "link", name=what, exact=True
    ).click()
    expect(page.get_by_role("heading", name=what, exact=True, level=1)).to_be_visible()


def test_a_policy_for_all_tenants_is_previewed_saved_and_shown_in_a_tenant(
    signed_in: Page,
) -> None:
    page, name = signed_in, f"No images of strangers {secrets.token_hex(4)}"
    _administer(page, "Instance policies")
    page.get_by_role("link", name="New policy").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    images = page.get_by_role("textbox", name="Images", exact=True)
    images.fill("strangers/*")
    images.press("Enter")

    page.get_by_role("button", name="Preview").click()
    numbers = page.get_by_role("table", name="What it would have stopped in each tenant")
    expect(numbers.get_by_role("row").filter(has_text="main")).to_contain_text("0 of")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()

    _administer(page, "Policies")
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Set by the instance")
    row.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("could not be saved again")).to_be_visible()

    _administer(page, "Instance policies")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
