"""What a stranger does first: `make up`, look at the example, run a flow, press Ctrl-C.

Fails unless the example succeeds, a flow runs through the server, and nothing is left running.
"""

from __future__ import annotations

import sys
import time

from instance import Instance

EMAIL, PASSWORD = "smoke@example.org", "Smoke-Test-2026"
EXAMPLE_SECONDS = 240.0
WARM_SECONDS = 20.0


def main() -> int:
    """Does it; the exit status says whether it went well."""
    settings = {"DOWNBEAT_ADMIN_EMAIL": EMAIL, "DOWNBEAT_ADMIN_PASSWORD": PASSWORD}
    instance = Instance(["make", "--no-print-directory", "up"], settings)
    account = instance.home / "account.json"
    instance.environment["DOWNBEAT_CONFIG"] = str(account)
    try:
        instance.start()
        instance.wait_for_words("ended as", EXAMPLE_SECONDS)
        print(instance.printed())
        if "ended as SUCCESS" not in instance.printed():
            print(instance.logs())
            return 1
        _run_a_flow(instance)
        if _survivors(instance):
            return 1
        began = time.monotonic()
        instance.start()
        print(f"The second start took {time.monotonic() - began:.1f} s.")
        return 1 if _survivors(instance) or time.monotonic() - began > WARM_SECONDS else 0
    finally:
        instance.stop()
        instance.remove()


def _run_a_flow(instance: Instance) -> None:
    instance.run("login", "--url", instance.url, "--email", EMAIL, "--password", PASSWORD)
    print(instance.run("run", "demo.start", "hello", "--input", "name=you", "--follow"))


def _survivors(instance: Instance) -> list[str]:
    survivors = instance.stop()
    for survivor in survivors:
        print(f"Still running after the stop: {survivor}", file=sys.stderr)
    return survivors


if __name__ == "__main__":
    sys.exit(main())
