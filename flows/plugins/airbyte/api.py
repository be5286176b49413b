"""Airbyte's HTTP interfaces: signing in, asking again what may be asked again, reading errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.json_text import read_json
from downbeat.sdk.patience import PATIENT, Patience, passes, patiently, reading, writing
from downbeat.sdk.remote import Refused
from flows.plugins.airbyte.connection import Application, Basic, Bearer, SignIn

if TYPE_CHECKING:
    import httpx

_LONGEST: Final = 500
_SHORTEST: Final = 4


class Unsure(TaskFailed):
    """Airbyte may or may not have done what it was asked to do."""


class AlreadyRunning(Refused):
    """The connection is being synced already."""


@dataclass(slots=True)
class Api:
    """One Airbyte, asked as one caller.

    ``lag``: how much Airbyte's clock is behind ours, by its last answer.
    """

    ctx: RunContext
    http: httpx.Client
    base: str
    who: SignIn
    lag: timedelta = timedelta()
    _token: str | None = None
    _hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        match self.who:
            case Bearer(token):
                self._hidden.add(token)
            case Application(_, secret, _):
                self._hidden.add(secret)
            case Basic(_, password):
                self._hidden.add(password)
            case None:
                pass
        self._hidden.add(unquote(urlsplit(self.base).password or ""))

    @property
    def host(self) -> str:
        """Where Airbyte is, as people read it."""
        parts = urlsplit(self.base)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def read(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        patience: Patience = PATIENT,
    ) -> dict[str, Any]:
        """The answer to a question that may be asked as often as needed."""
        import httpx

        try:
            found = patiently(
                lambda: self._sent(method, path, body, params),
                again=reading,
                patience=patience,
                say=self._say,
            )
        except httpx.TransportError as error:
            raise TaskFailed(self._unreached(error)) from None
        if not found.is_success:
            raise TaskFailed(self._refusal(found))
        return self._parsed(found)

    def begin(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to what starts a job: asked again only if surely nothing has begun.

        Raises ``Refused`` if surely nothing has begun, ``Unsure`` if it may have.
        """
        import httpx

        try:
            found = patiently(
                lambda: self._sent("POST", path, body, None), again=writing, say=self._say
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise Refused(self._unreached(error)) from None
        except httpx.TransportError as error:
            raise Unsure(self._unreached(error)) from None
        if found.is_success:
            return self._parsed(found)
        message = self._refusal(found)
        if found.status_code == 409 or "already running" in message.lower():
            raise AlreadyRunning(message)
        if passes(found.status_code):
            raise Unsure(message)
        raise Refused(message)

    def _sent(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
    ) -> httpx.Response:
        held = self._token
        found = self._asked(method, path, body, params)
        if found.status_code == 401 and held is not None and isinstance(self.who, Application):
            self._token = None  # tokens live for minutes, syncs for hours
            found = self._asked(method, path, body, params)
        self._note_time(found)
        return found

    def _asked(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
    ) -> httpx.Response:
        headers = {"Accept": "application/json", **self._authorization()}
        return self.http.request(
            method, f"{self.base}{path}", json=body, params=params, headers=headers
        )

    def _authorization(self) -> dict[str, str]:
        match self.who:
            case None:
                return {}
            case Bearer(token):
                return {"Authorization": f"Bearer {token}"}
            case Application() as application:
                self._token = self._token or self._exchanged(application)
                return {"Authorization": f"Bearer {self._token}"}
            case Basic(username, password):
                import httpx

                request = httpx.Request("GET", self.base)
                signed = next(httpx.BasicAuth(username, password).auth_flow(request))
                return {"Authorization": signed.headers["Authorization"]}

    def _exchanged(self, application: Application) -> str:
        """A new token for the application."""
        credentials = {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "grant-type": "client_credentials",
        }
        found = patiently(
            lambda: self.http.post(application.token_url, json=credentials),
            again=lambda outcome: not isinstance(outcome, Exception) and reading(outcome),
            say=self._say,
        )
        if not found.is_success:
            raise Refused(f"Airbyte gave no token for the application: {self._refusal(found)}")
        token = self._parsed(found).get("access_token")
        if not isinstance(token, str) or not token:
            raise Refused("Airbyte's answer to the application's credentials holds no token")
        self._hidden.add(token)
        return token

    def _parsed(self, found: httpx.Response) -> dict[str, Any]:
        if not found.content:
            return {}
        try:
            answer = found.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TaskFailed(
                f"{self.host} answered to {_path(found)} with something that is not Airbyte's JSON;"
                " does 'url' name Airbyte's API?"
            )
        return answer

    def _refusal(self, found: httpx.Response) -> str:
        """What Airbyte says about a request that it did not serve."""
        told = self._shown(_told(found.text))
        hint = ""
        if found.status_code in (401, 403):
            hint = f" ({_signed_in_as(self.who)})"
        asked = f"{found.request.method} {_path(found)}"
        return f"Airbyte answered {asked} with status {found.status_code}: {told}{hint}"

    def _unreached(self, error: Exception) -> str:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return self._shown(f"Airbyte at {self.host} gave no answer: {reason}")

    def _shown(self, text: str) -> str:
        for hidden in self._hidden:
            if len(hidden) >= _SHORTEST:
                text = text.replace(hidden, "******")
        return text[:_LONGEST]

    def _say(self, text: str) -> None:
        self.ctx.log.warning(self._shown(f"Airbyte at {self.host}: {text}"))

    def _note_time(self, found: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(found.headers.get("date", ""))
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.lag = datetime.now(UTC) - theirs


def _told(text: str) -> str:
    """The sentence in the body of an error: Airbyte's JSON in one of its shapes, or text."""
    try:
        said = read_json(text)
    except ValueError:
        return " ".join(text.split()) or "(nothing more)"
    if isinstance(said, dict):
        parts = [said.get(name) for name in ("message", "title", "detail", "error")]
        words = [part for part in parts if isinstance(part, str) and part]
        if words:
            return ": ".join(dict.fromkeys(words))
    return text


def _path(found: httpx.Response) -> str:
    return found.request.url.path


def _signed_in_as(who: SignIn) -> str:
    match who:
        case None:
            return "no credentials are set: give a token, an application's id and secret, or a user"
        case Bearer():
            return "signed in with 'token'"
        case Application():
            return "signed in with the application's 'clientId' and 'clientSecret'"
        case Basic():
            return "signed in with 'username' and 'password'"
