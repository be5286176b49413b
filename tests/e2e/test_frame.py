"""Journeys through what stands around every page: the mark, the tabs, an address that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import one_pixel

SETTINGS = "/ui/main/admin/settings"
ORDERS = "/ui/main/flows/demo.sales/orders"
IN_VIEW = """tab => {
  const [one, bar] = [tab.getBoundingClientRect(), tab.parentElement.getBoundingClientRect()];
  return one.left >= bar.left - 1 && one.right <= bar.right + 1;
}"""


@pytest.fixture
def with_logo(signed_in: Page, tmp_path: Path) -> Iterator[Page]:
    """The settings of a tenant that has chosen a picture; it is taken away afterwards."""
    picture = tmp_path / "logo.png"
    picture.write_bytes(one_pixel())
    signed_in.goto(SETTINGS)
    signed_in.locator("input[type=file]").set_input_files(picture)
    expect(signed_in.get_by_role("img", name=re.compile("Logo of"))).to_be_visible()
    yield signed_in
    signed_in.goto(SETTINGS)
    signed_in.get_by_role("button", name="Take away").click()
    expect(signed_in.get_by_role("img", name=re.compile("Logo of"))).to_have_count(0)


def test_the_logo_of_a_tenant_stands_in_the_frame_of_every_page(with_logo: Page) -> None:
    page = with_logo
    mark = page.locator("aside img")

    for place in ("/ui/main", "/ui/main/flows", "/ui/main/namespaces/demo.sales"):
        page.goto(place)
        expect(mark).to_be_visible()
        page.wait_for_function("document.querySelector('aside img').naturalWidth > 0")
        expect(page.locator("aside").get_by_text("Main", exact=True)).to_be_visible()


def test_a_tenant_without_a_logo_has_the_mark_of_the_product(signed_in: Page) -> None:
    expect(signed_in.locator("aside").get_by_text("Downbeat", exact=True)).to_be_visible()
    expect(signed_in.locator("aside img")).to_have_count(0)


def test_the_open_tab_is_in_view_on_a_phone(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 800})

    for kind, address, name in (
        ("Flow", f"{ORDERS}/metrics", "Metrics"),
        ("Flow", ORDERS, "Overview"),
        ("Namespace", "/ui/main/namespaces/demo.sales/audit", "Audit"),
    ):
        signed_in.goto(address)
        bar = signed_in.get_by_role("navigation", name=kind, exact=True)
        tab = bar.get_by_role("link", name=name, exact=True)
        expect(tab).to_have_attribute("data-status", "active")
        signed_in.wait_for_function(IN_VIEW, arg=tab.element_handle())


def test_an_address_that_leads_nowhere_keeps_the_way_on(signed_in: Page) -> None:
    signed_in.goto("/ui/main/no/such/page")

    expect(
        signed_in.get_by_role("heading", name="There is nothing at this address")
    ).to_be_visible()
    signed_in.get_by_role("navigation", name="Main").get_by_role("link", name="Flows").click()
    expect(signed_in.get_by_role("heading", name="Flows", exact=True)).to_be_visible()


def test_a_wide_topology_is_whole_beside_the_editor(signed_in: Page) -> None:
    signed_in.goto(f"{ORDERS}/edit")
    canvas = signed_in.locator(".react-flow")
    card = canvas.get_by_role("button", name=re.compile("withdraw_postgresql"))
    expect(card).to_be_visible()

    signed_in.wait_for_function(
        """([canvas]) => {
          const space = canvas.getBoundingClientRect();
          return [...canvas.querySelectorAll('.react-flow__node')].every((node) => {
            const one = node.getBoundingClientRect();
            return one.left >= space.left - 1 && one.right <= space.right + 1;
          });
        }""",
        arg=[canvas.element_handle()],
    )
