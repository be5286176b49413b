"""The first page stays light: what a browser loads before anybody can read anything is bounded."""

from __future__ import annotations

import gzip

from playwright.sync_api import Page, Response

MOST_BYTES = 250_000


def test_the_first_page_loads_less_javascript_than_its_bound(signed_in: Page) -> None:
    scripts: dict[str, Response] = {}

    def keep(answer: Response) -> None:
        if answer.request.resource_type == "script":
            scripts[answer.url] = answer

    signed_in.on("response", keep)
    signed_in.goto("/ui/", wait_until="networkidle")
    packed = {url: len(gzip.compress(answer.body(), 6)) for url, answer in scripts.items()}

    assert packed
    heaviest = sorted(packed.items(), key=lambda item: -item[1])[:12]
    assert sum(packed.values()) < MOST_BYTES, heaviest
