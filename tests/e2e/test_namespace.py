"""Journeys on the page of one namespace."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.steps import tab

NAMESPACE = "/ui/main/namespaces/demo.start"


def test_a_namespace_keeps_its_logs_for_less_time_and_follows_the_tenant_again(
    signed_in: Page,
) -> None:
    signed_in.goto(NAMESPACE)
    tab(signed_in, "Namespace", "Retention")
    logs = signed_in.get_by_role("row", name=re.compile("^Logs"))
    days = logs.get_by_role("textbox", name="Days for logs")
    expect(logs.get_by_text("by the instance")).to_be_visible()

    days.fill("3")
    signed_in.get_by_role("button", name="Save").click()
    asked = signed_in.get_by_role("dialog")
    expect(asked.get_by_text("does not come back")).to_be_visible()
    asked.get_by_role("button", name="Keep less").click()

    expect(logs.get_by_text("3 days, by this namespace")).to_be_visible()
    signed_in.reload()
    expect(days).to_have_value("3")
    days.fill("")
    signed_in.get_by_role("button", name="Save").click()
    expect(logs.get_by_text("by the instance")).to_be_visible()


def test_a_namespace_cannot_keep_longer_than_what_is_above(signed_in: Page) -> None:
    signed_in.goto(f"{NAMESPACE}/retention")
    days = signed_in.get_by_role("textbox", name="Days for logs")

    days.fill("9999")
    days.blur()

    expect(days).to_have_value("30")
