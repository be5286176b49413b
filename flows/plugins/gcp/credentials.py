"""Credentials of Google Cloud, out of what a connection holds and the operator lets through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downbeat.sdk.connection import need
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.json_text import read_json
from flows.plugins.gcp.connection import CLOUD_PLATFORM, GcpConnection

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from requests import Session

_FILE: Final = "GOOGLE_APPLICATION_CREDENTIALS"
_METADATA: Final = "GCE_METADATA_HOST"
_TOKEN_PATH: Final = "/computeMetadata/v1/instance/service-accounts/default/token"  # noqa: S105
_PROJECT_PATH: Final = "/computeMetadata/v1/project/project-id"


def key_of(ctx: RunContext, settings: GcpConnection) -> Mapping[str, Any] | None:
    """The credential file that ``serviceAccount`` holds, read; ``None`` if there is none."""
    text = (settings.service_account or "").strip()
    if not text:
        return None
    if not text.startswith("{") and text == ctx.environment.get(_FILE):
        text = _read(text)
    try:
        found = read_json(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TaskFailed("'serviceAccount' is not JSON: give it the whole content of the key file")
    return found


def credentials(
    ctx: RunContext, settings: GcpConnection, key: Mapping[str, Any] | None, *, emulator: bool
) -> Credentials:
    """What signs the requests; an emulator gets none. Raises ``MissingCredential``."""
    from google.auth import impersonated_credentials
    from google.auth.credentials import AnonymousCredentials

    scopes = settings.scopes or [CLOUD_PLATFORM]
    if key is None and ctx.environment.get(_METADATA):
        found = _of_machine(ctx, scopes)
    elif key is None and emulator:
        return AnonymousCredentials()
    else:
        if key is None:
            need(ctx, settings, "service_account")
        found = _of_key(key or {}, scopes)
    if settings.impersonated_service_account:
        return impersonated_credentials.Credentials(
            source_credentials=found,
            target_principal=settings.impersonated_service_account,
            target_scopes=scopes,
        )
    return found


def project_of_machine(ctx: RunContext) -> str | None:
    """The project of the machine, where the operator lets tasks ask its metadata."""
    if not ctx.environment.get(_METADATA):
        return None
    with _to_metadata() as session:
        return _asked(session, ctx, _PROJECT_PATH, {}).text.strip() or None


def _of_key(key: Mapping[str, Any], scopes: list[str]) -> Credentials:
    from google.auth import exceptions, identity_pool
    from google.oauth2 import credentials as users
    from google.oauth2 import service_account

    makers: Mapping[str, Callable[[], Credentials]] = {
        "service_account": lambda: service_account.Credentials.from_service_account_info(
            key, scopes=scopes
        ),
        "authorized_user": lambda: users.Credentials.from_authorized_user_info(key, scopes),
        "external_account": lambda: identity_pool.Credentials.from_info(key, scopes=scopes),
    }
    kind = str(key.get("type"))
    if kind not in makers:
        known = ", ".join(makers)
        raise TaskFailed(f"'serviceAccount' holds a credential of type '{kind}'; known: {known}")
    try:
        return makers[kind]()
    except (ValueError, KeyError, TypeError, exceptions.GoogleAuthError) as error:
        # What went wrong while a private key was parsed may quote it.
        shown = str(error) if "fields" in str(error) else "its key cannot be read"
        raise TaskFailed(f"'serviceAccount' is not a whole {kind}: {shown}") from None


def _of_machine(ctx: RunContext, scopes: list[str]) -> Credentials:
    """The machine's own account; asked for at the one host that the operator names."""
    from google.auth import exceptions
    from google.auth.credentials import Credentials

    class Machine(Credentials):  # type: ignore[misc]
        def refresh(self, request: Any) -> None:
            try:
                with _to_metadata() as session:
                    answer = _asked(session, ctx, _TOKEN_PATH, {"scopes": ",".join(scopes)}).json()
                self.token = answer["access_token"]
                lives = timedelta(seconds=int(answer["expires_in"]))
            except (ValueError, KeyError, TypeError):
                raise exceptions.RefreshError("the metadata server gave no token") from None
            # google-auth compares with naive times of UTC.
            self.expiry = (datetime.now(UTC) + lives).replace(tzinfo=None)

    return Machine()


def _to_metadata() -> Session:
    """Not guarded: the operator has named this host, and only it is asked."""
    import requests

    session = requests.Session()
    session.trust_env = False
    session.headers["Metadata-Flavor"] = "Google"
    return session


def _asked(session: Session, ctx: RunContext, path: str, query: Mapping[str, str]) -> Any:
    import requests

    host = ctx.environment[_METADATA]
    try:
        answer = session.get(f"http://{host}{path}", params=query, timeout=5, allow_redirects=False)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise TaskFailed(f"The metadata server {host} gives no answer: {error}") from None
    return answer


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeError, ValueError) as error:
        raise TaskFailed(
            f"{_FILE} names the file {path}, which tasks cannot read ({type(error).__name__}): "
            "put the JSON itself into the variable, or set a connection"
        ) from None
