"""Every page in two widths and two themes: it fits, it is accessible, it has its picture."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import execute, new_flow, save_new

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
WIDTHS = {"wide": 1440, "phone": 390}
THEMES = ("light", "dark")
GRAVE = {"serious", "critical"}
FLOW_TABS = (
    *("", "/edit", "/topology", "/executions", "/grid", "/revisions"),
    *("/triggers", "/dependencies", "/logs", "/metrics"),
)
NAMESPACE = "company.journeys"
NAMESPACE_TABS = (
    *("", "/variables", "/secrets", "/kv", "/files"),
    *("/connections", "/defaults", "/quotas", "/retention", "/members", "/audit"),
)
ADMIN_PAGES = (
    *("users", "groups", "service-accounts", "roles/new", "bindings", "access"),
    *("audit", "audit-streams", "identity-providers", "directories"),
    *("trusted-issuers", "trusted-issuers/new", "policies", "policies/new", "approvals"),
    *(
        "announcements",
        "instance-announcements",
        "instance-policies",
        "instance-policies/new",
        "quotas",
        "workers",
        "settings",
        "tenants",
        "tenants/main",
    ),
    *("instance-workers", "instance-switches", "instance-audit-streams"),
)
EXECUTION_TABS = ("", "/gantt", "/logs", "/topology", "/outputs", "/metrics")


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("width", "theme"), [*itertools.product(WIDTHS, THEMES)])
def test_every_page_fits_and_is_accessible(
    signed_in: Page, pictures: Path | None, width: str, theme: str
) -> None:
    page = signed_in
    addresses = _addresses(page)
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    found: list[str] = []
    for name, address in addresses.items():
        page.goto(address)
        # A live list never falls silent; what matters is that the page has its content.
        expect(page.locator("main")).not_to_be_empty()
        page.wait_for_timeout(700)
        if pictures is not None:
            page.screenshot(path=pictures / f"{name}-{width}-{theme}.png")
        found += [f"{name}: {problem}" for problem in _problems(page)]

    assert not found, "\n".join(found)


def _addresses(page: Page) -> dict[str, str]:
    """One page of each kind, for a flow that has run once."""
    flow = new_flow()
    save_new(page, flow)
    flow_page = page.url
    execute(page)
    expect(page.get_by_text("Success").first).to_be_visible(timeout=60_000)
    execution = re.sub(r"/gantt.*", "", page.url)
    tenant = flow_page.split("/flows/")[0]
    return {
        "home": tenant,
        "triggers": f"{tenant}/triggers",
        "logs": f"{tenant}/logs",
        "namespaces": f"{tenant}/namespaces",
        "plugins": f"{tenant}/plugins",
        "plugin": f"{tenant}/plugins/core.http.Request",
        "blueprints": f"{tenant}/blueprints",
        "blueprint": f"{tenant}/blueprints/sql-on-a-csv",
        "me": f"{tenant}/me/tokens",
        "me-sessions": f"{tenant}/me/sessions",
        **{f"admin-{part.replace('/', '-')}": f"{tenant}/admin/{part}" for part in ADMIN_PAGES},
        "flows": f"{tenant}/flows",
        "new": f"{tenant}/flows/new",
        "executions": f"{tenant}/executions",
        **{
            f"namespace{tab.replace('/', '-')}": f"{tenant}/namespaces/{NAMESPACE}{tab}"
            for tab in NAMESPACE_TABS
        },
        **{f"flow{tab.replace('/', '-')}": flow_page + tab for tab in FLOW_TABS},
        **{f"execution{tab.replace('/', '-')}": execution + tab for tab in EXECUTION_TABS},
    }


def _problems(page: Page) -> list[str]:
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    wide = [f"{sideways} px too wide"] if sideways > 0 else []
    return wide + _violations(page)


def _violations(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.skip("The portal's development packages are not installed")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
    report = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", rules)
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in report["violations"]
        if violation["impact"] in GRAVE
    ]
