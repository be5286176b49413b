"""An announcement reaches whoever has a page open, and stays away from whoever dismissed it."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import sign_in, tab

# Pages ask by themselves every 30 seconds: what shows sooner was told.
TOLD_MS = 20_000


def test_what_an_admin_announces_shows_on_an_open_page_until_it_is_dismissed(
    signed_in: Page, colleague: Page, admin_credentials: Credentials
) -> None:
    page, message = signed_in, f"Deploys stop at noon {secrets.token_hex(4)}"
    sign_in(colleague, admin_credentials)
    tab(page, "Main", "Admin")
    administration = page.get_by_role("navigation", name="Administration")
    administration.get_by_role("link", name="Announcements", exact=True).click()
    told = colleague.get_by_role("region", name="Announcements").get_by_text(message)

    page.get_by_role("button", name="Announce something").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Message").fill(message)
    dialog.get_by_role("button", name="Announce", exact=True).click()

    expect(told).to_be_visible(timeout=TOLD_MS)
    colleague.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)
    colleague.reload()
    expect(colleague.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    expect(told).to_have_count(0)

    mine = page.get_by_role("region", name="Announcements").get_by_text(message)
    expect(mine).to_be_visible()
    page.get_by_role("row").filter(has_text=message).get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    expect(mine).to_have_count(0)
