"""Journeys of an administrator: a colleague who sees just their part, and what the trail tells."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import Written, new_flow, one_pixel, save_new, tab, write_source

# Every server has these two, with a flow in each.
SEEN = "demo.sales"
UNSEEN = "demo.start"


def _sign_in(page: Page, person: Credentials) -> None:
    page.goto("/ui/login")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("textbox", name="Password").fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


@pytest.fixture
def admin(page: Page, admin_credentials: Credentials) -> Page:
    """The portal, seen by the admin."""
    _sign_in(page, admin_credentials)
    return page


@pytest.fixture
def other_window(browser: Browser, live_server_url: str) -> Iterator[Page]:
    """A browser of somebody else."""
    context = browser.new_context(base_url=live_server_url)
    yield context.new_page()
    context.close()


def _administer(page: Page, what: str) -> None:
    tab(page, "Main", "Admin")
    page.get_by_role("navigation", name="Administration").get_by_role(
        "link", name=what, exact=True
    ).click()
    expect(page.get_by_role("heading", name=what, exact=True, level=1)).to_be_visible()


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("textbox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def _add_colleague(page: Page, email: str, role: str, namespace: str) -> str:
    """Makes an account with a role on a namespace; returns the first password."""
    _administer(page, "Users")
    page.get_by_role("button", name="Add a colleague").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("Nobody with this address has an account yet")).to_be_visible()
    _choose(page, "Role", role)
    _choose(page, "Namespace", namespace)
    dialog.get_by_role("button", name="Make the account").click()
    password = dialog.get_by_role("code").inner_text()
    dialog.get_by_role("button", name="I have copied it").click()
    return password


def test_a_colleague_with_a_role_on_one_namespace_sees_just_that(
    admin: Page, other_window: Page
) -> None:
    email = f"colleague-{secrets.token_hex(4)}@example.com"

    password = _add_colleague(admin, email, "Viewer", SEEN)
    _sign_in(other_window, Credentials(email, password))
    tab(other_window, "Main", "Flows")

    expect(other_window.get_by_role("cell", name=SEEN).first).to_be_visible()
    expect(other_window.get_by_role("cell", name=UNSEEN)).to_have_count(0)
    navigation = other_window.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link", name="Admin")).to_have_count(0)


def test_a_secret_is_rotated_and_the_trail_tells_of_it(admin: Page) -> None:
    name = f"KEY_{secrets.token_hex(4)}".upper()
    values = [secrets.token_hex(12), secrets.token_hex(12)]
    tab(admin, "Main", "Namespaces")
    admin.get_by_role("link", name=SEEN.rpartition(".")[2], exact=True).click()
    tab(admin, "Namespace", "Secrets")
    admin.get_by_role("button", name="New secret").first.click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Value").fill(values[0])
    dialog.get_by_role("button", name="Keep it").click()
    admin.get_by_role("button", name=f"Replace the value of {name}").click()
    dialog.get_by_label("Value").fill(values[1])
    dialog.get_by_role("button", name="Replace", exact=True).click()
    expect(admin.get_by_text(f"{name} has a new value")).to_be_visible()

    _administer(admin, "Audit")
    admin.get_by_label("Search the trail").fill(name)
    entries = admin.get_by_role("table", name="Entries").get_by_role("button")
    expect(entries).to_have_count(2)
    entries.first.click()

    entry = admin.get_by_role("dialog")
    expect(entry.get_by_text(name).first).to_be_visible()
    assert not [value for value in values if value in (entry.inner_text() or "")]
    entry.get_by_role("button", name="Close the entry").click()
    admin.get_by_role("button", name="Verify the chain").click()
    expect(admin.get_by_text("nothing changed, removed or added")).to_be_visible()


def _enter_pattern(page: Page, label: str, text: str) -> None:
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Enter")


def test_a_policy_is_evaluated_previewed_and_enforced_and_then_refuses_a_flow(
    admin: Page, other_window: Page, admin_credentials: Credentials
) -> None:
    # A namespace of its own: a journey that breaks off leaves its policy behind for nobody else.
    namespace, name = f"company.ruled_{secrets.token_hex(4)}", f"No sleep {secrets.token_hex(4)}"
    flow = Written((new := new_flow()).id, new.source.replace("company.journeys", namespace))
    tab(admin, "Main", "Flows")
    save_new(admin, flow)

    _administer(admin, "Policies")
    admin.get_by_role("link", name="New policy").first.click()
    admin.get_by_role("textbox", name="Name", exact=True).fill(name)
    _choose(admin, "Namespace", namespace)
    _enter_pattern(admin, "Task types", "core.flow.Sleep")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name=name, level=1)).to_be_visible()
    admin.get_by_role("button", name="Preview").click()
    refused = admin.get_by_role("table", name="Flows that it refuses")
    expect(refused.get_by_role("link", name=f"{namespace}.{flow.id}")).to_be_visible()

    _save_again(admin, flow, "was greeted", "was greeted once")
    expect(admin.get_by_text("Saved as revision 2")).to_be_visible()

    _administer(admin, "Policies")
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("button", name="Enforce it").click()
    expect(admin.get_by_text("Enforced", exact=True)).to_be_visible()
    _sign_in(other_window, admin_credentials)
    _save_again(other_window, flow, "was greeted", "was greeted twice")
    expect(other_window.get_by_text(re.compile(f"{name}.*core.flow.Sleep")).first).to_be_visible()

    _administer(admin, "Policies")
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("link", name=name)).to_have_count(0)


def _save_again(page: Page, flow: Written, old: str, new: str) -> None:
    """Opens the editor of a flow, changes its source and presses Save."""
    tab(page, "Main", "Flows")
    page.get_by_role("link", name=flow.id, exact=True).first.click()
    tab(page, "Flow", "Edit")
    write_source(page, flow.source.replace(old, new))
    page.get_by_role("button", name="Save").click()


def test_a_pipeline_is_trusted_to_act_as_a_service_account(admin: Page) -> None:
    account, name = (f"{what}-{secrets.token_hex(4)}" for what in ("ci", "deploy"))
    _administer(admin, "Service accounts")
    admin.get_by_role("button", name="New service account").first.click()
    admin.get_by_role("dialog").get_by_label("Name").fill(account)
    admin.get_by_role("button", name="Make the account").click()
    expect(admin.get_by_role("heading", name=account, level=1)).to_be_visible()

    _administer(admin, "Trusted issuers")
    admin.get_by_role("link", name="New trusted issuer").first.click()
    admin.get_by_role("button", name="GitHub Actions").click()
    admin.get_by_role("textbox", name="Name", exact=True).fill(name)
    admin.get_by_role("textbox", name="Value of condition 1").fill("123456789")
    _enter_pattern(admin, "Audiences", "https://downbeat.example.com")
    _choose(admin, "Service account", account)
    admin.get_by_role("button", name="Save").click()

    expect(admin.get_by_role("heading", name=name, level=1)).to_be_visible()
    admin.get_by_label("Token of a job").fill("no.token.atall")
    admin.get_by_role("button", name="Try it").click()
    expect(admin.get_by_text(re.compile("It is refused"))).to_be_visible()
    _administer(admin, "Trusted issuers")
    row = admin.get_by_role("row", name=re.compile(name))
    expect(row.get_by_text("repository_id is 123456789; ref is refs/heads/main")).to_be_visible()


def test_the_trail_is_sent_to_a_receiver_whose_absence_is_told(admin: Page) -> None:
    name = f"siem-{secrets.token_hex(4)}"
    _administer(admin, "Audit streams")
    admin.get_by_role("button", name="New stream").first.click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    # Nobody listens on the discard port.
    dialog.get_by_label("Address").fill("http://127.0.0.1:9/downbeat")
    dialog.get_by_role("button", name="Make the stream").click()
    assert admin.get_by_role("dialog").get_by_role("code").inner_text().startswith("whsec_")
    admin.get_by_role("button", name="I have copied it").click()

    expect(admin.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(admin.get_by_text("http://127.0.0.1:9/downbeat").first).to_be_visible()
    expect(admin.get_by_text("Failing").first).to_be_visible(timeout=40_000)
    admin.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("link", name=name)).to_have_count(0)


def test_a_tenant_gets_a_logo_a_time_zone_and_keeps_less(admin: Page, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(one_pixel())
    _administer(admin, "Tenant settings")

    admin.locator("input[type=file]").set_input_files(picture)
    expect(admin.get_by_role("img", name=re.compile("Logo of"))).to_be_visible()
    _choose(admin, "Time zone", "Europe/Berlin")
    admin.get_by_role("button", name="Save").first.click()
    expect(admin.get_by_text("The settings are saved")).to_be_visible()
    admin.get_by_role("textbox", name="Days for logs").fill("5")
    admin.get_by_role("button", name="Save").last.click()
    admin.get_by_role("dialog").get_by_role("button", name="Keep less").click()

    logs = admin.get_by_role("row", name=re.compile("^Logs"))
    expect(logs.get_by_text("5 days, by this tenant")).to_be_visible()
    admin.get_by_role("textbox", name="Days for logs").fill("")
    admin.get_by_role("button", name="Save").last.click()
    expect(logs.get_by_text("by the instance")).to_be_visible()
    admin.get_by_role("button", name="Take away").click()
    expect(admin.get_by_role("img", name=re.compile("Logo of"))).to_have_count(0)


def test_somebody_signs_out_every_other_browser_of_theirs(
    admin: Page, other_window: Page, admin_credentials: Credentials
) -> None:
    _sign_in(other_window, admin_credentials)
    admin.goto("/ui/main/me/sessions")
    expect(admin.get_by_text("This browser")).to_be_visible()

    admin.get_by_role("button", name="Sign out all others").click()
    admin.get_by_role("dialog").get_by_role("button", name="Sign out").click()

    expect(admin.get_by_role("button", name="Sign out all others")).to_have_count(0)
    other_window.reload()
    expect(other_window.get_by_role("heading", name="Sign in")).to_be_visible()
