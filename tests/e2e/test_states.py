"""Every page while the server fails, is slow, has nothing, or has names of any length and script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from tests.e2e import structure
from tests.e2e.disturbed import Situation, calm, disturb
from tests.e2e.steps import execute, new_flow, save_new

WIDTHS = {"wide": 1440, "phone": 390}
# What is narrow is where things break; what is long breaks wide pages too.
SEEN = (*((one, "phone") for one in Situation), (Situation.LONG, "wide"))
SETTLED_MS = 600
# A question that fails is asked twice more, a second and two later, before a page says so.
GIVEN_UP_MS = 15_000
# These ask nothing of the server about the tenant, or have something to show without it.
SILENT = frozenset({"admin-access", "admin-approvals", "plugins"})
ADMIN = (
    *("users", "groups", "invitations", "service-accounts", "roles", "bindings", "access", "audit"),
    *("audit-streams", "identity-providers", "directories", "trusted-issuers", "policies"),
    *("approvals", "quotas", "switches", "announcements", "workers", "settings"),
)
OF_FLOW = ("", "/edit", "/topology", "/executions", "/grid", "/revisions", "/triggers", "/logs")
OF_EXECUTION = ("", "/gantt", "/logs", "/topology", "/outputs", "/metrics")
OF_NAMESPACE = ("", "/variables", "/secrets", "/kv", "/files", "/connections", "/retention")


def _addresses(page: Page) -> dict[str, str]:
    flow = new_flow()
    save_new(page, flow)
    flow_page = page.url
    execute(page)
    expect(page.get_by_text("Success").first).to_be_visible(timeout=60_000)
    execution = re.sub(r"/gantt.*", "", page.url)
    tenant = flow_page.split("/flows/")[0]
    namespace = f"{tenant}/namespaces/company.journeys"
    named = {
        "home": tenant,
        **{name: f"{tenant}/{name}" for name in ("flows", "executions", "triggers", "logs")},
        **{name: f"{tenant}/{name}" for name in ("namespaces", "plugins", "blueprints")},
        **{f"admin-{name}": f"{tenant}/admin/{name}" for name in ADMIN},
    }
    for kind, start, parts in (
        ("flow", flow_page, OF_FLOW),
        ("execution", execution, OF_EXECUTION),
        ("namespace", namespace, OF_NAMESPACE),
    ):
        named |= {f"{kind}{part.replace('/', '-')}": start + part for part in parts}
    return named


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("situation", "width"), SEEN)
def test_every_page_keeps_its_shape(
    signed_in: Page, pictures: Path | None, situation: Situation, width: str
) -> None:
    addresses = _addresses(signed_in)
    page = signed_in.context.new_page()
    crashes: list[str] = []
    page.on("pageerror", lambda error: crashes.append(str(error)))
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    disturb(page, "main", situation)
    found: list[str] = []
    for name, address in addresses.items():
        page.goto(address, wait_until="domcontentloaded")
        expect(page.locator("main")).to_be_visible()
        if situation is Situation.FAILS and name not in SILENT:
            found += _says_so(page, name)
        page.wait_for_timeout(SETTLED_MS)
        if pictures is not None:
            page.screenshot(path=pictures / f"{situation}-{name}-{width}.png")
        found += [f"{name}: {problem}" for problem in structure.problems(page)]
    calm(page)
    page.close()

    assert (found, crashes) == ([], []), "\n".join([*found, *crashes])


def _says_so(page: Page, name: str) -> list[str]:
    """Whoever looks at a page whose server fails has to be told, and not just wait."""
    try:
        page.locator("main").get_by_role("alert").first.wait_for(timeout=GIVEN_UP_MS)
    except Late:
        return [f"{name}: does not say that the server fails"]
    return []
