"""Two people change one flow: nobody's work is replaced unseen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import Written, new_flow, open_flow, save_new, sign_in, tab, write_source

SLOW_MS = 60_000


@pytest.fixture
def flow(signed_in: Page, colleague: Page, admin_credentials: Credentials) -> Written:
    """A flow that stands changed in one window, when it is saved in the other."""
    page, written = signed_in, new_flow()
    save_new(page, written)
    tab(page, "Flow", "Edit")
    expect(page.get_by_text("Revision 1", exact=True)).to_be_visible()
    sign_in(colleague, admin_credentials)
    open_flow(colleague, written.id)
    tab(colleague, "Flow", "Edit")
    write_source(page, mine(written))
    write_source(colleague, theirs(written))
    colleague.get_by_role("button", name="Save").click()
    expect(colleague.get_by_text("Saved as revision 2")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Save").click()
    expect(question(page)).to_be_visible()
    return written


def question(page: Page) -> Locator:
    return page.get_by_role("dialog").filter(has_text="saved revision 2 while you were writing")


def mine(flow: Written) -> str:
    return flow.source.replace("Hello", "Good morning")


def theirs(flow: Written) -> str:
    return flow.source.replace("PT2S", "PT1S")


def sources(page: Page, flow: Written) -> list[str]:
    path = f"/api/v1/main/flows/company.journeys/{flow.id}/revisions"
    return [item["source"] for item in page.request.get(path).json()]


def test_keeping_mine_replaces_theirs_knowingly(flow: Written, signed_in: Page) -> None:
    signed_in.get_by_role("button", name="Keep mine").click()

    expect(signed_in.get_by_text("Saved as revision 3")).to_be_visible(timeout=SLOW_MS)
    assert sources(signed_in, flow) == [flow.source, theirs(flow), mine(flow)]


def test_taking_theirs_lets_go_of_mine(flow: Written, signed_in: Page) -> None:
    signed_in.get_by_role("button", name="Take theirs").click()

    expect(signed_in.get_by_text("Revision 2", exact=True)).to_be_visible()
    editor = signed_in.get_by_role("textbox", name="Source of the flow")
    expect(editor).to_contain_text("PT1S")
    assert sources(signed_in, flow) == [flow.source, theirs(flow)]


def test_merging_by_hand_keeps_both(flow: Written, signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("button", name="Merge by hand").click()
    # Of the two differences, the second is theirs: the pause.
    page.locator(".cm-merge-revert button").last.click()
    page.get_by_role("button", name="Use the merged text").click()
    expect(page.get_by_text("Unsaved changes to revision 2")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved as revision 3")).to_be_visible(timeout=SLOW_MS)
    assert sources(page, flow)[2] == theirs(flow).replace("Hello", "Good morning")
