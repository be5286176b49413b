"""A team is renamed in the portal: its flow and its history go on under the new name."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import FLOW, Written, execute, row_of, save_new, sign_in, tab

FINISHED_MS = 60_000
CALLER = """id: caller
namespace: company.journeys
tasks:
  - {{id: sub, type: core.flow.Subflow, namespace: {namespace}, flowId: {flow}}}
"""


def test_a_namespace_is_renamed_with_its_flow_and_what_it_has_run(
    page: Page, admin_credentials: Credentials
) -> None:
    old, new = (f"company.{secrets.token_hex(4)}" for _ in range(2))
    name = f"mover_{secrets.token_hex(4)}"
    source = FLOW.format(id=name).replace("company.journeys", old).replace("PT2S", "PT0.01S")
    sign_in(page, admin_credentials)
    for one in (Written(name, source), Written("caller", CALLER.format(namespace=old, flow=name))):
        tab(page, "Main", "Flows")
        save_new(page, one)
        if one.id == name:
            execute(page)
            expect(page.get_by_text("Success").first).to_be_visible(timeout=FINISHED_MS)

    page.goto(page.url.split("/flows/")[0] + f"/namespaces/{old}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Move or rename").click()
    question = page.get_by_role("dialog", name=f"Move {old}")
    question.get_by_label("New path").fill(new)
    question.get_by_role("button", name="See what that means").click()

    expect(question.get_by_text("Moves 1 namespace, 1 flow, 1 execution.")).to_be_visible()
    expect(question.get_by_role("link", name="company.journeys.caller")).to_be_visible()
    question.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("heading", name=new.rpartition(".")[2])).to_be_visible()
    # The last run of the flow is told in the list, as it was before the move.
    row = row_of(page, name)
    expect(row).to_contain_text(new)
    expect(row.get_by_role("link", name="Success")).to_be_visible()
