"""Settings of HTTP connections, in the older and in the newer shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Spec, Text


class BasicAuth(Spec):
    """User and password."""

    type: Literal["BASIC"]
    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None


class BearerAuth(Spec):
    """A token in the header ``Authorization``."""

    type: Literal["BEARER"]
    token: Dyn[Text | None] = None


Auth = Annotated[BasicAuth | BearerAuth, Field(discriminator="type")]


class Timeouts(Spec):
    """How long to wait."""

    connect_timeout: Dyn[Duration | None] = None
    read_idle_timeout: Dyn[Duration | None] = None


class ProxySettings(Spec):
    """A proxy, in the newer shape."""

    type: Literal["DIRECT", "HTTP", "SOCKS"] = "HTTP"
    address: Dyn[Text | None] = None
    port: Dyn[int | None] = None
    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None


class SslOptions(Spec):
    """How certificates are checked."""

    insecure_trust_all_certificates: Dyn[bool] = False


Logged = Literal["REQUEST_HEADERS", "REQUEST_BODY", "RESPONSE_HEADERS", "RESPONSE_BODY"]


class Options(Spec):
    """Settings of the connection; both vocabularies of the language are accepted.

    `maxContentLength` bounds what `Request` reads into an output; `Download` is bounded by it only
    when it is written. `logs` says what the log shows at level DEBUG, credentials hidden. A
    connection lives for one request: `connectionPoolIdleTimeout` and `logLevel` are read and have
    no effect.
    """

    timeout: Timeouts | None = None
    proxy: ProxySettings | None = None
    auth: Auth | None = None
    ssl: SslOptions | None = None
    follow_redirects: Dyn[bool] = True
    allow_failed: Dyn[bool] = False
    allowed_response_codes: Dyn[list[int] | None] = None
    default_charset: Dyn[Text] = "UTF-8"
    max_content_length: Dyn[int] = 10 * 1024 * 1024
    connect_timeout: Dyn[Duration | None] = None
    read_timeout: Dyn[Duration | None] = None
    read_idle_timeout: Dyn[Duration | None] = None
    connection_pool_idle_timeout: Dyn[Duration | None] = None
    basic_auth_user: Dyn[Text | None] = None
    basic_auth_password: Dyn[Text | None] = None
    proxy_type: Dyn[Literal["DIRECT", "HTTP", "SOCKS"]] = "DIRECT"
    proxy_address: Dyn[Text | None] = None
    proxy_port: Dyn[int | None] = None
    proxy_username: Dyn[Text | None] = None
    proxy_password: Dyn[Text | None] = None
    log_level: Dyn[Text | None] = None
    logs: Dyn[list[Logged] | None] = None

    def connect_seconds(self) -> float:
        """How long to wait for a connection."""
        newer = self.timeout.connect_timeout if self.timeout else None
        length = newer or self.connect_timeout
        return length.total_seconds() if length else 30.0

    def read_seconds(self) -> float:
        """How long to wait for the next bytes."""
        newer = self.timeout.read_idle_timeout if self.timeout else None
        length = newer or self.read_idle_timeout or self.read_timeout
        return length.total_seconds() if length else 300.0

    def credentials(self) -> BasicAuth | BearerAuth | None:
        """Who is calling."""
        if self.auth is not None:
            return self.auth
        if self.basic_auth_user is not None:
            return BasicAuth(
                type="BASIC", username=self.basic_auth_user, password=self.basic_auth_password
            )
        return None

    def proxy_url(self) -> str | None:
        """The proxy as one address."""
        found = self.proxy or ProxySettings(
            type=self.proxy_type,
            address=self.proxy_address,
            port=self.proxy_port,
            username=self.proxy_username,
            password=self.proxy_password,
        )
        if found.type == "DIRECT" or not found.address:
            return None
        if found.type == "SOCKS":
            raise TaskFailed("SOCKS proxies are not supported; use an HTTP proxy")
        user = _credentials(found.username, found.password or "") if found.username else ""
        return f"http://{user}{found.address}:{found.port or 3128}"


def _credentials(username: str, password: str) -> str:
    return f"{quote(username, safe='')}:{quote(password, safe='')}@"


class RequestProperties(Spec):
    """What is asked of a server."""

    uri: Dyn[Text]
    method: Dyn[Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]] = (
        "GET"
    )
    params: Dyn[dict[str, Any] | None] = None
    body: Dyn[Text | dict[str, Any] | list[Any] | None] = None
    form_data: Dyn[dict[str, Any] | None] = None
    content_type: Dyn[Text | None] = None
    headers: Dyn[dict[str, Text | None] | None] = None
    options: Options = Field(default_factory=Options)
    ssl_options: SslOptions | None = None
    allow_failed: Dyn[bool] = False
