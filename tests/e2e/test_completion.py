"""The editor completes what tasks left when the flow last ended well."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.steps import Written, execute, new_flow, save_new, tab, write_source

LEFT = re.compile(r"/outputs/tasks/[^/]+/[^/]+$")
SOURCE = """id: {id}
namespace: company.journeys

tasks:
  - id: count
    type: core.output.OutputValues
    values:
      total_rows: 3
      table: orders
"""


def test_keys_of_the_last_success_are_completed(signed_in: Page) -> None:
    page = signed_in
    name = new_flow().id
    source = SOURCE.format(id=name)
    save_new(page, Written(name, source))
    flow_page = page.url
    execute(page)
    expect(page.get_by_text("Success").first).to_be_visible(timeout=60_000)

    page.goto(flow_page)
    tab(page, "Flow", "Edit")
    begun = '  - id: tell\n    type: core.log.Log\n    message: "{{ outputs.count.values.t'
    # What a run left is asked for when typing has paused; what fits is offered for the next key.
    with page.expect_response(lambda answer: LEFT.search(answer.url) is not None):
        write_source(page, source + begun)
    offered = page.get_by_role("listbox")
    page.keyboard.press("Control+Space")

    expect(offered.get_by_text("total_rows")).to_be_visible()
    expect(offered.get_by_text("table")).to_be_visible()
