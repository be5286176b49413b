"""A long log is read where one looks, and never loaded whole."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page, Response, expect

from tests.e2e.steps import Written, execute, save_new

FINISHED_MS = 90_000
LINES = 6_000
FLOW = f"""id: {{id}}
namespace: company.journeys

tasks:
  - id: count
    type: scripts.shell.Commands
    commands:
      - seq -f 'row %05.0f.' 1 {LINES}
"""


def test_a_long_log_is_searched_and_read_from_both_ends(signed_in: Page) -> None:
    page, name = signed_in, f"long_{secrets.token_hex(4)}"
    save_new(page, Written(name, FLOW.format(id=name)))
    execute(page)
    expect(page.get_by_text("Success").first).to_be_visible(timeout=FINISHED_MS)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if _is_log(answer) else None)
    page.goto(page.url.replace("/gantt", "/logs"))
    log = page.get_by_role("log")
    expect(log).to_contain_text("row 00001.")
    expect(page.get_by_text("A part of a long log")).to_be_visible()

    page.get_by_label("Search in the log").fill("row 04321.")
    expect(log).to_contain_text("row 04321.")
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Jump to the end").click()
    expect(log).to_contain_text(f"row {LINES:05}.")
    page.get_by_role("button", name="Jump to the beginning").click()
    expect(log).to_contain_text("row 00001.")

    assert max(len(answer.json()) for answer in answers) <= LINES / 5


def _is_log(answer: Response) -> bool:
    return "/api/v1/main/logs/" in answer.url and "/search" not in answer.url
