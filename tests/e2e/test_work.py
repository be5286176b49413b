"""A day's work in the portal: by visible labels, from the first page on, against the real server."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.e2e.server import Credentials
from tests.e2e.steps import (
    Written,
    execute,
    open_flow,
    row_of,
    save_new,
    sign_in,
    tab,
    write_source,
)

FINISHED_MS = 60_000
NAMESPACE = "company.journeys"


def a_name(what: str) -> str:
    """A name that no other run of the journeys has used."""
    return f"{what}_{secrets.token_hex(4)}"


def test_a_release_from_a_blueprint_waits_on_home_until_somebody_approves_it(
    page: Page, admin_credentials: Credentials
) -> None:
    name = a_name("release")
    sign_in(page, admin_credentials)
    tab(page, "Main", "Blueprints")
    page.get_by_role("link", name=re.compile("Ask a person before going on")).click()
    page.get_by_role("link", name="Use this").click()
    _rename(page, name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    execute(page)
    expect(page.get_by_text("Paused").first).to_be_visible(timeout=FINISHED_MS)

    tab(page, "Main", "Home")
    waiting = page.get_by_role("listitem").filter(has_text=name).filter(has_text="decision")
    waiting.get_by_role("button", name="Resume").click()
    question = page.get_by_role("dialog", name=f"Resume {name}")
    question.get_by_label("Release it?").check()
    question.get_by_role("button", name="Resume").click()

    expect(waiting).to_have_count(0)
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_text("Success").first).to_be_visible(timeout=FINISHED_MS)
    tab(page, "Execution", "Logs")
    expect(page.get_by_role("log")).to_contain_text("Released build-")


def _rename(page: Page, name: str) -> None:
    """Gives the flow in the editor another id: its first line."""
    page.get_by_role("textbox", name="Source of the flow").click()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text(f"id: {name}")
    expect(page.get_by_text("No problems")).to_be_visible()


FRAGILE = """id: {id}
namespace: company.journeys

inputs:
  - id: total
    type: INT
    defaults: 12
  - id: people
    type: INT
    defaults: 0

tasks:
  - id: take
    type: core.log.Log
    message: "{{{{ inputs.total }}}} for {{{{ inputs.people }}}}"

  - id: think
    type: core.flow.Sleep
    duration: PT2S

  - id: share
    type: core.execution.Fail
    condition: "{{{{ inputs.people == 0 }}}}"
    errorMessage: Nobody is there to share with

  - id: tell
    type: core.log.Log
    message: "{{{{ inputs.total }}}} shared by {{{{ inputs.people }}}}"
"""


def test_a_failure_is_watched_understood_and_replayed_with_another_input(
    page: Page, admin_credentials: Credentials
) -> None:
    flow = Written(name := a_name("fragile"), FRAGILE.format(id=name))
    sign_in(page, admin_credentials)
    tab(page, "Main", "Flows")
    page.get_by_role("link", name="New flow").click()
    write_source(page, flow.source.replace("duration:", "duraton:"))
    problems = page.get_by_role("list", name="Problems")
    expect(problems).to_contain_text("'duraton'; did you mean 'duration'?")
    expect(page.get_by_text("As it was before the problems")).to_be_visible()
    write_source(page, flow.source)
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=flow.id)).to_be_visible()

    execute(page)
    expect(_run(page, "take", "Success")).to_be_visible(timeout=FINISHED_MS)
    expect(_run(page, "share", "Failed")).to_be_visible(timeout=FINISHED_MS)
    _run(page, "share", "Failed").click()
    run = page.get_by_role("dialog", name="share")
    expect(run.get_by_text("Nobody is there to share with")).to_be_visible()
    run.get_by_role("button", name="Replay from here").click()
    replay = page.get_by_role("dialog", name="Replay")
    replay.get_by_label("With other inputs").check()
    replay.get_by_label("people").fill("4")
    forecast = replay.get_by_role("region", name="What would happen")
    expect(forecast).to_contain_text("Run again 1")
    expect(forecast).to_contain_text("Kept as they are 2")
    replay.get_by_role("button", name="Replay", exact=True).click()

    expect(_run(page, "tell", "Success")).to_be_visible(timeout=FINISHED_MS)
    # What the replay took over stands at its own beginning, not where the first execution was.
    expect(page.get_by_text("taken over", exact=True)).to_have_count(2)
    tab(page, "Execution", "Logs")
    expect(page.get_by_role("log")).to_contain_text("12 shared by 4")
    tab(page, "Execution", "Overview")
    expect(page.get_by_text("Replay of")).to_be_visible()


NIGHTLY = """id: {id}
namespace: company.journeys

tasks:
  - id: count
    type: core.log.Log
    message: "Counting {{{{ trigger.date }}}}"

triggers:
  - id: {id}_at_noon
    type: core.trigger.Schedule
    cron: "0 12 * * *"
"""


def test_a_schedule_is_switched_and_run_over_past_days(
    page: Page, admin_credentials: Credentials
) -> None:
    flow = Written(name := a_name("daily"), NIGHTLY.format(id=name))
    trigger = f"{name}_at_noon"
    sign_in(page, admin_credentials)
    tab(page, "Main", "Flows")
    save_new(page, flow)
    tab(page, "Main", "Triggers")
    page.get_by_label("Search triggers").fill(trigger)
    row = row_of(page, trigger)
    expect(row).to_contain_text("Ready")

    switch = row.get_by_role("switch", name=f"{trigger} of {name} is on")
    # What is drawn of a switch lies over it.
    switch.click(force=True)
    expect(row).to_contain_text("Disabled")
    switch.click(force=True)
    expect(row).to_contain_text("Ready")

    row.get_by_role("button", name=trigger).click()
    drawer = page.get_by_role("dialog", name=trigger)
    expect(drawer.get_by_text("12:00:00")).to_have_count(6)
    drawer.get_by_role("button", name="Backfill").click()
    _plan(page, name, trigger)
    drawer.get_by_role("link", name="See its executions").click()

    runs = row_of(page, trigger)
    expect(runs).to_have_count(3, timeout=FINISHED_MS)
    expect(runs.filter(has_text="Success")).to_have_count(3, timeout=FINISHED_MS)
    expect(runs.filter(has_text="backfill")).to_have_count(3)


def _plan(page: Page, flow: str, trigger: str) -> None:
    """Three days of the month before the one that the planner shows first."""
    planner = page.get_by_role("dialog", name=f"Backfill {flow} / {trigger}")
    planner.get_by_role("button", name="Previous month").click()
    shown = date.today().replace(day=1)
    for _ in range(2 if date.today().day < 8 else 1):
        shown = (shown - timedelta(days=1)).replace(day=1)
    for day in (10, 12):
        planner.get_by_role("button", name=f"{shown:%Y-%m}-{day}, 1 date").click()
    expect(planner.get_by_text("3 executions")).to_be_visible()
    planner.get_by_role("button", name="Start the backfill").click()
    expect(planner).to_be_hidden()


PARTNER = """id: {id}
namespace: company.journeys

tasks:
  - id: call
    type: core.log.Log
    message: "Region {{{{ kv('{pair}') }}}} with {{{{ secret('{secret}') }}}}"
"""


def test_a_secret_and_a_value_are_kept_used_and_found_in_the_trail(
    page: Page, admin_credentials: Credentials
) -> None:
    secret, pair = a_name("key").upper(), a_name("region").upper()
    first, second = f"first-{secrets.token_hex(8)}", f"second-{secrets.token_hex(8)}"
    source = PARTNER.format(id=(name := a_name("partner")), pair=pair, secret=secret)
    sign_in(page, admin_credentials)
    tab(page, "Main", "Flows")
    save_new(page, Written(name, source))
    _open_namespace(page)
    _keep_secret(page, secret, first, second)
    _keep_pair(page, pair, "north")

    open_flow(page, name)
    execute(page)
    tab(page, "Execution", "Logs")
    expect(page.get_by_role("log")).to_contain_text("Region north with ***", timeout=FINISHED_MS)
    _assert_hidden(page, first, second)

    _open_namespace(page)
    tab(page, "Namespace", "Audit")
    entries = page.get_by_role("table", name="Entries").get_by_role("button", name=secret)
    expect(entries).to_have_count(2)
    entries.first.click()
    entry = page.get_by_role("dialog")
    expect(entry.get_by_text("secret.updated")).to_be_visible()
    expect(entry.get_by_text(admin_credentials.email)).to_be_visible()
    _assert_hidden(page, first, second)


def _open_namespace(page: Page) -> None:
    tab(page, "Main", "Namespaces")
    page.get_by_role("link", name=NAMESPACE.rpartition(".")[2], exact=True).click()


def _keep_secret(page: Page, name: str, first: str, second: str) -> None:
    """Writes a secret, and a new value over it."""
    tab(page, "Namespace", "Secrets")
    page.get_by_role("button", name="New secret").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Value").fill(first)
    dialog.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name=f"Replace the value of {name}").click()
    expect(dialog.get_by_label("Value")).to_have_value("")
    dialog.get_by_label("Value").fill(second)
    dialog.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_text(f"{name} has a new value")).to_be_visible()
    expect(dialog).to_be_hidden()
    _assert_hidden(page, first, second)


def _keep_pair(page: Page, key: str, value: str) -> None:
    tab(page, "Namespace", "Key-value store")
    page.get_by_role("button", name="New key").first.click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Key").fill(key)
    dialog.get_by_label("Value").fill(value)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name=key, exact=True)).to_be_visible()


def _assert_hidden(page: Page, *values: str) -> None:
    shown = page.content()
    assert not [value for value in values if value in shown]


def _run(page: Page, task: str, state: str) -> Locator:
    """A task of the Gantt, in a state."""
    return page.get_by_role("button", name=re.compile(f"^{task}.*{state}"))
