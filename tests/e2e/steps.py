"""Steps that journeys share, in the words of a person at the screen."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from playwright.sync_api import Page, expect

FLOW = """id: {id}
namespace: company.journeys
description: Written by a journey through the portal.

inputs:
  - id: name
    type: STRING
    defaults: world

tasks:
  - id: greet
    type: core.log.Log
    message: "Hello, {{{{ inputs.name }}}}!"

  - id: wait
    type: core.flow.Sleep
    duration: PT2S

  - id: answer
    type: core.log.Log
    message: "{{{{ inputs.name }}}} was greeted"
"""


@dataclass(frozen=True)
class Written:
    """A flow that a journey wrote."""

    id: str
    source: str


def new_flow() -> Written:
    """A flow of three steps under a name of its own."""
    name = f"journey_{secrets.token_hex(4)}"
    return Written(name, FLOW.format(id=name))


def write_source(page: Page, source: str) -> None:
    """Replaces what stands in the editor."""
    editor = page.get_by_role("textbox", name="Source of the flow")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)


def save_new(page: Page, flow: Written) -> None:
    """From the list of flows to the page of a new one."""
    page.get_by_role("link", name="New flow").click()
    write_source(page, flow.source)
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=flow.id)).to_be_visible()


def execute(page: Page) -> None:
    """From the page of a flow to the Gantt of its new execution."""
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Execute").click()
    expect(page).to_have_url(re.compile(r"/executions/[^/]+/gantt"))


def tab(page: Page, kind: str, name: str) -> None:
    """Follows a link of the main navigation, or opens a tab of a flow or an execution."""
    navigation = page.get_by_role("navigation", name=kind)
    navigation.get_by_role("link", name=re.compile(f"^{name}")).click()
