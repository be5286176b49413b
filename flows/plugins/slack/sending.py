"""Hands a message to an incoming webhook: at least once, and once where that can be known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Spec, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.patience import BRIEF, PATIENT, Patience, passes, patiently
from downbeat.sdk.web import client

if TYPE_CHECKING:
    import httpx

_CONNECT: Final = timedelta(seconds=10)
_SHOWN: Final = 500
_EMPTY: Final = frozenset({"no_text", "invalid_payload"})
_MEANINGS: Final = {
    "action_prohibited": "an admin of the workspace forbids it",
    "channel_is_archived": "the channel is archived",
    "channel_not_found": "there is no such channel, or the webhook may not post to it",
    "invalid_payload": "the message is not what Slack takes; look at its JSON",
    "invalid_token": "the webhook's address is wrong or was revoked; make a new one",
    "no_service": "the webhook was removed or its app uninstalled; make a new one",
    "no_service_id": "the webhook's address is incomplete",
    "no_team": "the webhook's address is wrong",
    "no_text": "the message has no text",
    "team_disabled": "the workspace is no longer active",
    "too_many_attachments": "a message may have 100 attachments at the most",
    "user_not_found": "there is no such user",
}


class RequestOptions(Spec):
    """Settings of the connection. It lives for one request: `connectionPoolIdleTimeout` is read
    and has no effect."""

    connect_timeout: Dyn[Duration | None] = None
    read_timeout: Dyn[Duration] = timedelta(seconds=10)
    read_idle_timeout: Dyn[Duration] = timedelta(minutes=5)
    connection_pool_idle_timeout: Dyn[Duration] = timedelta()
    max_content_length: Dyn[int] = 10 * 1024 * 1024
    default_charset: Dyn[Text] = "UTF-8"
    headers: Dyn[dict[str, Text] | None] = None


def send(ctx: RunContext, url: str, body: str, options: RequestOptions) -> None:
    """Sends a message, unless an earlier attempt of this task run is known to have sent it.

    While Slack has too much to do it is asked again, as late as it wants. Raises ``TaskFailed``
    with Slack's own words; the address, which is a secret, is in none of them.
    """
    if ctx.remembered.get("sent"):
        ctx.log.info("An earlier attempt has sent the message; it is not sent again")
        return
    webhook = _Webhook(ctx, _checked(url), options)
    answer = webhook.post(body)
    problem = _problem(answer.status_code, webhook.told)
    if problem:
        raise TaskFailed(webhook.shown(problem))
    ctx.remember({"sent": True})
    ctx.log.debug("Slack took the message")


def knock(ctx: RunContext, url: str) -> str:
    """Whether the webhook is there: it gets a message without content, which nobody sees."""
    webhook = _Webhook(ctx, _checked(url), RequestOptions(), patience=BRIEF)
    status = webhook.post("{}").status_code
    if status == 400 and webhook.told in _EMPTY:
        return "The webhook is there"
    problem = _problem(status, webhook.told)
    if problem is None:
        return "The address answers, but not as Slack does"
    raise TaskFailed(webhook.shown(problem))


class _Webhook:
    """One webhook and what it told last."""

    def __init__(
        self, ctx: RunContext, url: str, options: RequestOptions, *, patience: Patience = PATIENT
    ) -> None:
        self.told = ""
        self._patience = patience
        self._ctx = ctx
        self._url = url
        self._options = options

    def post(self, body: str) -> httpx.Response:
        """The last answer."""
        import httpx

        read = min(self._options.read_timeout, self._options.read_idle_timeout)
        connect = self._options.connect_timeout or _CONNECT
        with client(self._ctx, read=read, connect=connect) as http:
            try:
                return patiently(
                    lambda: self._posted(http, body.encode()),
                    again=_later,
                    patience=self._patience,
                    say=lambda text: self._ctx.log.warning(f"Slack: {text}"),
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                raise TaskFailed(self.shown(f"Slack gave no answer: {reason}")) from None

    def _posted(self, http: httpx.Client, content: bytes) -> httpx.Response:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        headers.update(self._options.headers or {})
        with http.stream("POST", self._url, content=content, headers=headers) as answer:
            most = max(0, min(self._options.max_content_length, _SHOWN * 4))
            begin = b"".join(_first(answer, most))
        self.told = begin.decode(_known(self._options.default_charset), "replace").strip()
        return answer

    def shown(self, text: str) -> str:
        """The text without the address."""
        parts = urlsplit(self._url)
        for hidden in (self._url, parts.path, parts.query):
            if len(hidden) > 1:
                text = text.replace(hidden, "******")
        return text


def _later(outcome: httpx.Response | Exception) -> bool:
    return not isinstance(outcome, Exception) and passes(outcome.status_code)


def _problem(status: int, told: str) -> str | None:
    """What is wrong, in Slack's words and in plain ones; ``None`` if the message was taken."""
    code = told
    try:
        said: Any = read_json(told)
    except ValueError:
        said = None
    if isinstance(said, dict):
        code = str(said.get("error") or told)
        if 200 <= status < 300 and said.get("ok") is not False:
            return None
    elif 200 <= status < 300:
        return None
    meaning = _MEANINGS.get(code)
    words = " ".join(code.split())[:_SHOWN] or "(nothing more)"
    return f"Slack refused the message with status {status}: {words}" + (
        f" ({meaning})" if meaning else ""
    )


def _checked(url: str) -> str:
    text = url.strip()
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise TaskFailed("'url' is not the address of a webhook, which starts with https://")
    return text


def _first(answer: httpx.Response, most: int) -> list[bytes]:
    found: list[bytes] = []
    left = most
    for chunk in answer.iter_bytes():
        found.append(chunk[:left])
        left -= len(chunk)
        if left <= 0:
            break
    return found


def _known(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name
