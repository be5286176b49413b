"""A browser without a screen: cookies, redirects, and forms that it fills in and sends."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class _Form(HTMLParser):
    """The first form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.method = "get"
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = found.get("action") or ""
            self.method = (found.get("method") or "get").lower()
        elif tag == "input" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""


class Web:
    """One person's browser."""

    def __init__(self) -> None:
        self.client = httpx.Client(trust_env=False, timeout=60)

    def go(self, address: str, until: str) -> httpx.Response:
        """Follows redirects until a page answers, or the next address begins with a prefix."""
        answer = self.client.get(address, headers={"Accept": "text/html"})
        return self.follow(answer, until)

    def follow(self, answer: httpx.Response, until: str) -> httpx.Response:
        """The same from an answer that is there."""
        while answer.is_redirect:
            where = urljoin(str(answer.url), answer.headers["Location"])
            if where.startswith(until):
                return answer
            answer = self.client.get(where, headers={"Accept": "text/html"})
        return answer

    def send(self, page: httpx.Response, until: str, **fields: str) -> httpx.Response:
        """Fills in the form of a page and sends it."""
        form = _Form()
        form.feed(page.text)
        assert form.action is not None, page.text[:2000]
        where = urljoin(str(page.url), form.action or str(page.url))
        answer = self.client.request(
            form.method.upper(),
            where,
            data={**form.fields, **fields},
            headers={"Accept": "text/html", "Origin": "null"},
        )
        return self.follow(answer, until)
