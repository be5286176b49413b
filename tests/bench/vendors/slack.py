"""Posting messages: ``slack.SlackIncomingWebhook`` beside the same requests made with httpx.

Run: python -m tests.bench.vendors.slack
"""

from __future__ import annotations

import json
import ssl
import tempfile
from pathlib import Path
from typing import Final

import httpx

from flows.plugins.slack.webhook import SlackIncomingWebhook
from tests.bench.vendors.sides import compare, elsewhere
from tests.support.doubles.slack import PATH, SlackDouble
from tests.support.run_context import MemoryContext, made

MESSAGES: Final = 10


def main() -> None:
    """Prints the figures."""
    with elsewhere(SlackDouble) as url, tempfile.TemporaryDirectory() as folder:
        compare(
            f"slack: {MESSAGES} messages, one task each",
            ours=lambda: _tasks(url + PATH, Path(folder)),
            bare=lambda: _bare(url + PATH),
        )


def _tasks(webhook: str, folder: Path) -> None:
    for number in range(MESSAGES):
        ctx = MemoryContext(folder, answers={"connection.get": None})
        made(SlackIncomingWebhook, url=webhook, payload=json.dumps({"text": str(number)})).run(ctx)


def _bare(webhook: str) -> None:
    for number in range(MESSAGES):
        # The system's certificates, as the task trusts them: reading them is most of the time.
        with httpx.Client(trust_env=False, verify=ssl.create_default_context()) as http:
            http.post(webhook, json={"text": str(number)}).raise_for_status()


if __name__ == "__main__":
    main()
