"""The first minutes of an instance: a tenant, an admin, the examples, and one of them running.

It is a client of the running server like any other, in a process of its own, and it says what it
does. Stopped half-way it goes on at the next start: until it has ended, the admin's password waits
in a private file of the home; after that nobody but the operator knows it.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downbeat.embedded.example import HOME, SOURCES
from downbeat.embedded.home import Home, write_facts, write_private

if TYPE_CHECKING:
    import httpx

TENANT: Final = "main"
MAIN: Final = ("demo.sales", "orders")
MAIN_FILE: Final = SOURCES / "data" / "orders-2026-10.csv.gz"
EMAIL: Final = "admin@downbeat.local"
PATIENCE: Final = 120.0
NOTICED_WITHIN: Final = 30.0
"""Seconds for the inbox trigger to find the file: it looks every second."""
TERMINAL: Final = frozenset(
    ("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED")
)
PASSWORD: Final = "first-admin"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class Admin:
    """The first person of the instance."""

    email: str
    password: str
    generated: bool


def is_done(home: Home) -> bool:
    """Whether the first minutes are over."""
    return _stamp(home).exists()


def main(url: str) -> int:
    """Does what is still to be done, and tells the operator."""
    import httpx

    home = Home.chosen()
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        if client.get("/api/v1/setup").json().get("done") and not _password(home).exists():
            _finish(home)  # somebody set the instance up in the browser
            return 0
        admin = _set_up(client, home)
        client.auth = (admin.email, admin.password)
        _tell_login(admin)
        deploy(client)
        state, link = run_main(client, url)
    print(f"The example {'.'.join(MAIN)} ended as {state}: {link}", flush=True)
    _finish(home)
    return 0 if state == "SUCCESS" else 1


def deploy(client: httpx.Client) -> None:
    """Creates the example flows, or brings them up to date."""
    for source in sorted(SOURCES.glob("*.yaml")):
        text = source.read_bytes()
        headers = {"Content-Type": "application/x-yaml"}
        answer = client.post(_path("flows"), content=text, headers=headers)
        if answer.status_code in (409, 422):  # it is there already
            namespace, flow = _name(text)
            answer = client.put(_path("flows", namespace, flow), content=text, headers=headers)
        _insist(answer, f"The example {source.name} could not be deployed")
        print(f"Deployed {source.name}.", flush=True)


def run_main(client: httpx.Client, url: str) -> tuple[str, str]:
    """Drops the example's file into its inbox and waits for the end; state and page of the run."""
    already = _newest(client)
    drop(MAIN_FILE, Path(os.environ[HOME]) / "inbox")
    print(f"Dropped {MAIN_FILE.name} into the inbox of the example.", flush=True)
    until = time.monotonic() + NOTICED_WITHIN
    while (found := _newest(client)) is None or found == already:
        if time.monotonic() > until:
            raise SystemExit("The inbox trigger of the example did not find its file")
        time.sleep(0.1)
    return _end(client, found), f"{url}/ui/{TENANT}/executions/{found}"


def drop(file: Path, inbox: Path) -> None:
    """Lets a file appear in a folder all at once, so that no half of it is read."""
    with tempfile.NamedTemporaryFile(dir=inbox, prefix=".", suffix=".part", delete=False) as part:
        part.write(file.read_bytes())
    whole = Path(part.name)
    whole.chmod(0o644)
    whole.replace(inbox / file.name)


def _newest(client: httpx.Client) -> str | None:
    """The latest execution that the main example's inbox started."""
    namespace, flow = MAIN
    query = {
        "filters[namespace][EQUALS]": namespace,
        "filters[flowId][EQUALS]": flow,
        "filters[triggerId][EQUALS]": "inbox",
        "size": "1",
        "sort": "state.startDate:desc",
    }
    answer = client.get(_path("executions", "search"), params=query)
    _insist(answer, "The example's executions cannot be read")
    found = answer.json()["results"]
    return str(found[0]["id"]) if found else None


def _end(client: httpx.Client, execution: str) -> str:
    """The state in which an execution ends, or in which it is when patience ends."""
    until = time.monotonic() + PATIENCE
    while True:
        found = client.get(_path("executions", execution))
        _insist(found, "The example's execution cannot be read")
        state: str = found.json()["state"]["current"]
        if state in TERMINAL or time.monotonic() > until:
            return state
        time.sleep(0.2)


def _set_up(client: httpx.Client, home: Home) -> Admin:
    """Makes the first tenant and its admin, unless an interrupted start has made them."""
    email = os.environ.get("DOWNBEAT_ADMIN_EMAIL") or EMAIL
    chosen = _chosen_password()
    password = _kept_password(home) or chosen or secrets.token_urlsafe(12)
    write_private(_password(home), password)
    admin = Admin(email, password, generated=chosen is None)
    if not client.get("/api/v1/setup").json().get("done"):
        tenant = {"id": TENANT, "name": "Main"}
        body = {"username": email, "password": password, "tenant": tenant}
        _insist(client.post("/api/v1/setup", json=body), "The first tenant could not be made")
    return admin


def _chosen_password() -> str | None:
    if path := os.environ.get("DOWNBEAT_ADMIN_PASSWORD_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get("DOWNBEAT_ADMIN_PASSWORD") or None


def _kept_password(home: Home) -> str | None:
    path = _password(home)
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def _tell_login(admin: Admin) -> None:
    shown = f"{admin.password}  (shown this once)" if admin.generated else "as you have set it"
    print(f"Log in as {admin.email}, password {shown}", flush=True)


def _finish(home: Home) -> None:
    write_facts(_stamp(home), {"done": True})
    _password(home).unlink(missing_ok=True)


def _stamp(home: Home) -> Path:
    return home.run / "onboarded.json"


def _password(home: Home) -> Path:
    return home.secret(PASSWORD)


def _path(*parts: str) -> str:
    return "/".join(("/api/v1", TENANT, *parts))


def _name(source: bytes) -> tuple[str, str]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(source)
    return str(found["namespace"]), str(found["id"])


def _insist(answer: httpx.Response, complaint: str) -> None:
    if answer.is_error:
        raise SystemExit(f"{complaint}: HTTP {answer.status_code} {answer.text[:500]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
