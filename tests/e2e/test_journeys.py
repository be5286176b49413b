"""The main journey, and those around it: by visible labels, against the real server."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import execute, new_flow, save_new, tab, write_source

FINISHED_MS = 60_000


def test_a_stranger_is_sent_to_the_login_and_then_to_the_page_they_wanted(
    page: Page, admin_credentials: Credentials
) -> None:
    page.goto("/ui/main/executions")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.get_by_label("E-mail").fill(admin_credentials.email)
    page.get_by_role("textbox", name="Password").fill(admin_credentials.password)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Executions")).to_be_visible()


def test_a_wrong_password_is_refused_in_words(page: Page) -> None:
    page.goto("/ui/login")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("textbox", name="Password").fill("wrong")

    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("not right")


def test_a_flow_is_written_mended_saved_executed_and_watched_to_its_end(
    signed_in: Page, pictures: Path | None
) -> None:
    page, flow = signed_in, new_flow()
    save_new(page, flow)

    tab(page, "Flow", "Edit")
    write_source(page, flow.source.replace("message:", "mesage:", 1))
    problems = page.get_by_role("list", name="Problems")
    expect(problems).to_contain_text("mesage")
    expect(problems).to_contain_text("line 13")
    _picture(page, pictures, "journey-problem")

    mended = flow.source.replace("was greeted", "was greeted well")
    write_source(page, mended)
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as revision 2")).to_be_visible()

    execute(page)
    expect(page.get_by_role("button", name=re.compile("^greet"))).to_be_visible()
    _picture(page, pictures, "journey-gantt")
    tab(page, "Execution", "Logs")
    log = page.get_by_role("log")
    expect(log).to_contain_text("greet", timeout=FINISHED_MS)
    expect(page.get_by_text("Success").first).to_be_visible(timeout=FINISHED_MS)
    expect(log).to_contain_text("answer")
    _picture(page, pictures, "journey-log")

    tab(page, "Execution", "Gantt")
    for task in ("greet", "wait", "answer"):
        expect(page.get_by_role("button", name=re.compile(f"^{task}.*Success"))).to_be_visible()


def test_a_running_execution_is_killed_when_its_killing_is_confirmed(signed_in: Page) -> None:
    page, flow = signed_in, new_flow()
    slow = flow.source.replace("PT2S", "PT10M")
    save_new(page, type(flow)(flow.id, slow))
    execute(page)

    page.get_by_role("button", name="Kill").click()
    page.get_by_role("dialog").get_by_role("button", name="Kill").click()

    expect(page.get_by_text("Killed").first).to_be_visible(timeout=FINISHED_MS)
    expect(page.get_by_role("button", name="Replay")).to_be_visible()


def test_both_revisions_of_a_changed_flow_stand_side_by_side(signed_in: Page) -> None:
    page, flow = signed_in, new_flow()
    save_new(page, flow)
    tab(page, "Flow", "Edit")
    write_source(page, flow.source.replace("Hello", "Welcome"))
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as revision 2")).to_be_visible()

    tab(page, "Flow", "Revisions")

    expect(page.get_by_text("Hello")).to_be_visible()
    expect(page.get_by_text("Welcome")).to_be_visible()
    expect(page.get_by_role("button", name="Restore revision 1")).to_be_visible()


def test_unsaved_work_is_not_left_behind_without_a_question(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="New flow").click()
    write_source(page, new_flow().source)
    questions: list[str] = []

    def stay(dialog: object) -> None:
        questions.append(getattr(dialog, "message", ""))
        getattr(dialog, "dismiss")()  # noqa: B009 - the library's type is not exported

    page.on("dialog", stay)
    page.get_by_role("link", name="Executions").click()

    expect(page.get_by_role("heading", name="New flow")).to_be_visible()
    assert questions == ["Leave without saving your changes?"]


def test_filters_of_a_list_live_in_its_address(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="Executions").click()

    page.get_by_role("button", name="Failed", exact=True).click()

    expect(page).to_have_url(re.compile("FAILED"))
    page.reload()
    failed = page.get_by_role("button", name="Failed", exact=True)
    expect(failed).to_have_attribute("aria-pressed", "true")


def test_the_palette_leads_by_keyboard_to_a_flow(signed_in: Page) -> None:
    page, flow = signed_in, new_flow()
    save_new(page, flow)
    tab(page, "Main", "Executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()

    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill(flow.id)
    expect(page.get_by_role("option", name=re.compile(flow.id))).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=flow.id)).to_be_visible()


def test_whoever_signs_out_sees_nothing_any_more(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("button", name=re.compile("account and time zone")).click()

    page.get_by_role("menuitem", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/ui/main/flows")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def _picture(page: Page, folder: Path | None, name: str) -> None:
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png")
