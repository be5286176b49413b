"""Steps that journeys share, in the words of a person at the screen."""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.server import Credentials

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


def sign_in(page: Page, person: Credentials) -> None:
    """From the portal's address to its first page."""
    page.goto("/ui/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("textbox", name="Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()


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


def row_of(page: Page, text: str) -> Locator:
    """The row of a list that speaks of something."""
    return page.get_by_role("row").filter(has_text=text)


def open_flow(page: Page, id: str) -> None:
    """From anywhere to the page of a flow, by the search of the list."""
    tab(page, "Main", "Flows")
    page.get_by_label("Search flows").fill(id)
    page.get_by_role("link", name=id).click()
    expect(page.get_by_role("navigation", name="Flow")).to_be_visible()


def one_pixel() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0\x20\x60\xc0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")
