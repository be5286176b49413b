"""Talks to a server over HTTP, and turns its refusals into messages with exit codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx

from downbeat.cli import account
from downbeat.cli.problems import Exit, Problem, exit_for_status

TIMEOUT = httpx.Timeout(60.0, connect=5.0)
YAML = "application/x-yaml"
Json = Any  # what a server answered, before anybody looked at it


class Client:
    """Requests in one tenant of one server."""

    def __init__(self, who: account.Account | None = None) -> None:
        self.account = who or account.current()
        headers = {"Accept": "application/json"}
        if self.account.token:
            headers["Authorization"] = f"Bearer {self.account.token}"
        self._http = httpx.Client(base_url=self.account.url, headers=headers, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, *path: str, **query: Any) -> Json:
        """The JSON of a GET below the tenant."""
        return _json(self._send("GET", self._path(path), params=_present(query)))

    def send(self, verb: str, *path: str, json: Json = None, **query: Any) -> Json:
        """The JSON that another verb answers."""
        return _json(self._send(verb, self._path(path), params=_present(query), json=json))

    def send_yaml(self, verb: str, *path: str, source: str) -> Json:
        """Sends a source text."""
        headers = {"Content-Type": YAML}
        content = source.encode()
        return _json(self._send(verb, self._path(path), content=content, headers=headers))

    def send_form(
        self,
        *path: str,
        fields: Sequence[tuple[str, str]],
        files: Mapping[str, Path],
        query: Mapping[str, Any],
    ) -> Json:
        """Sends inputs as a form: text parts without a file name, files with one."""
        with ExitStack() as opened:
            parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields]
            for name, place in files.items():
                parts.append((name, (place.name, opened.enter_context(place.open("rb")))))
            options: dict[str, Any] = {"files": parts} if parts else {}
            answer = self._send("POST", self._path(path), params=_present(query), **options)
        return _json(answer)

    def instance(self, verb: str, path: str, **options: Any) -> Json:
        """A request outside of any tenant."""
        return _json(self._send(verb, f"/api/v1/{path}", **options))

    def _path(self, parts: Sequence[str]) -> str:
        tail = "/".join(quote(part, safe="") for part in parts)
        return f"/api/v1/{self.account.tenant}/{tail}"

    def _send(self, verb: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(verb, path, **options)
        except httpx.TransportError as problem:
            message = f"{self.account.url} cannot be reached: {problem}"
            raise Problem(message, Exit.UNREACHABLE) from None
        if answer.is_error:
            raise refusal(answer)
        return answer


def refusal(answer: httpx.Response) -> Problem:
    """What the server said when it refused, with every finding on a line of its own."""
    code = exit_for_status(answer.status_code)
    try:
        told = answer.json()
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    lines = [str(told.get("detail") or told.get("message") or f"HTTP {answer.status_code}")]
    lines += [f"  {finding_line(one)}" for one in told.get("errors") or [] if one]
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        lines.append("Log in with `downbeat login`, or set DOWNBEAT_TOKEN.")
    return Problem("\n".join(lines), code)


def finding_line(finding: Mapping[str, Any]) -> str:
    """One finding as `line:column path: message`."""
    place = ":".join(str(finding[key]) for key in ("line", "column") if finding.get(key))
    words = [place, finding.get("path"), finding.get("message") or finding.get("code")]
    return ": ".join(str(word) for word in words if word)


def _json(answer: httpx.Response) -> Json:
    if not answer.content:
        return None
    if "json" in answer.headers.get("Content-Type", ""):
        return answer.json()
    return answer.text


def _present(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
