"""What every journey needs: a server, an admin, a browser, somebody signed in.

`DOWNBEAT_E2E_URL` (with `E2E_EMAIL` and `E2E_PASSWORD`) points the journeys at a
server that runs already; without it they start one. `DOWNBEAT_E2E_SCREENSHOTS` names the folder for
pictures, `E2E_BROWSER` another Chromium.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.server import Credentials, running_server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000
# Browsers say this of the 401 that tells the portal to show its login, and of the 412 that tells an
# editor that somebody else has saved.
EXPECTED_NOISE = re.compile(r"status of (401|412)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def admin_credentials() -> Credentials:
    """The admin of the server."""
    return Credentials(
        os.environ.get("E2E_EMAIL", "admin@example.com"),
        os.environ.get("E2E_PASSWORD") or secrets.token_urlsafe(12),
    )


@pytest.fixture(scope="session")
def live_server_url(
    admin_credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the server."""
    given = os.environ.get("DOWNBEAT_E2E_URL")
    if given:
        yield given.rstrip("/")
        return
    home = tmp_path_factory.mktemp("portal") / "home"
    with running_server(home, admin_credentials) as server:
        yield server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    names = [
        os.environ.get("E2E_BROWSER"),
        "chromium",
        "chromium-browser",
        "google-chrome",
    ]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("No Chromium on the path")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, live_server_url: str) -> Iterator[Page]:
    """A fresh window that complains about everything the page complains about."""
    context = browser.new_context(
        base_url=live_server_url, viewport={"width": 1440, "height": 900}, color_scheme="light"
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    yield opened
    context.close()
    assert [text for text in complaints if not EXPECTED_NOISE.search(text)] == []


@pytest.fixture
def signed_in(page: Page, admin_credentials: Credentials) -> Page:
    """The flows, seen by the admin, who has passed by home."""
    page.goto("/ui/login")
    page.get_by_label("E-mail").fill(admin_credentials.email)
    page.get_by_role("textbox", name="Password").fill(admin_credentials.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Flows").click()
    expect(page.get_by_role("heading", name="Flows", exact=True)).to_be_visible()
    return page


@pytest.fixture
def colleague(browser: Browser, live_server_url: str) -> Iterator[Page]:
    """The window of somebody else at the same time."""
    context = browser.new_context(base_url=live_server_url)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go; nowhere unless asked for."""
    folder = os.environ.get("DOWNBEAT_E2E_SCREENSHOTS")
    if not folder:
        return None
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path
