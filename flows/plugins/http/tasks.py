"""``core.http.Request`` and ``core.http.Download``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, cast
from urllib.parse import unquote, urlsplit

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.http.client import client
from flows.plugins.http.options import RequestProperties, SslOptions
from flows.plugins.http.showing import show, show_body

if TYPE_CHECKING:
    import httpx

_INTERNAL = ("kestra://", "downbeat://")
_CHUNK = 1 << 20


class HttpTask(RequestProperties, RunnableTask):
    """A request to a server: what all tasks that send one have in common."""

    @contextmanager
    def response(self, ctx: RunContext, *, accept: str | None = None) -> Iterator[httpx.Response]:
        """The open answer to the request; a status that is not wanted fails the task."""
        if urlsplit(self.uri).scheme not in ("http", "https"):
            raise TaskFailed(f"'{self.uri}' is not an address that starts with http:// or https://")
        trust = self.ssl_options or self.options.ssl or SslOptions()
        with (
            ExitStack() as files,
            client(ctx, self.options, trust_all=trust.insecure_trust_all_certificates) as http,
            http.stream(
                self.method,
                _address(self.uri, self.params),
                headers=self._headers(accept),
                **self._content(ctx, files),
            ) as found,
        ):
            ctx.log.debug(f"{self.method} {found.url}: {found.status_code}")
            show(ctx, self.options.logs or (), found)
            self._judge(found)
            yield found

    def _judge(self, found: httpx.Response) -> None:
        allowed = self.options.allowed_response_codes
        failed = found.status_code not in allowed if allowed else found.status_code >= 400
        if failed and not (self.allow_failed or self.options.allow_failed):
            text = next(found.iter_bytes(2048), b"").decode("utf-8", "replace").strip()
            raise TaskFailed(f"The server answered with status {found.status_code}: {text[:1000]}")

    def _headers(self, accept: str | None) -> dict[str, str]:
        found = {name: value for name, value in (self.headers or {}).items() if value is not None}
        names = {name.lower() for name in found}
        if accept is not None and "accept" not in names:
            found["Accept"] = accept
        multipart = (self.content_type or "").startswith("multipart/")
        if self.content_type and "content-type" not in names and not multipart:
            found["Content-Type"] = self.content_type
        return found

    def _content(self, ctx: RunContext, files: ExitStack) -> dict[str, Any]:
        if self.form_data is not None:
            return self._form(ctx, self.form_data, files)
        match self.body:
            case None:
                return {}
            case str() as text:
                return {"content": text.encode(_charset(self.content_type))}
            case value if self.content_type:
                return {"content": json.dumps(value, ensure_ascii=False).encode()}
            case value:
                return {"json": value}

    def _form(self, ctx: RunContext, form: Mapping[str, Any], files: ExitStack) -> dict[str, Any]:
        if not (self.content_type or "").startswith("multipart/"):
            return {"data": {name: _text(value) for name, value in form.items()}}
        parts = [
            (name, _part(ctx, item, files))
            for name, value in form.items()
            for item in (value if isinstance(value, list) else [value])
        ]
        return {"files": parts}


class Request(HttpTask):
    """Sends an HTTP request. Outputs: `uri`, `code`, `headers`, `body`.

    A status of 400 or more fails the task, unless `allowFailed` or `options.allowedResponseCodes`
    says otherwise.
    """

    type_name: ClassVar[str] = "core.http.Request"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.plugin.fs.http.Request",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Post JSON",
            """id: post_json
namespace: company.team
tasks:
  - id: notify
    type: core.http.Request
    uri: https://example.com/hooks/orders
    method: POST
    contentType: application/json
    body: |
      {"flow": "{{ flow.id }}", "execution": "{{ execution.id }}"}
""",
        ),
    )

    encrypt_body: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        with self.response(ctx) as found:
            content = self._bounded(found)
            outputs: dict[str, Any] = {
                "uri": str(found.url),
                "code": found.status_code,
                "headers": _headers_of(found),
            }
            encoding = found.charset_encoding or self.options.default_charset
        text = content.decode(_known(encoding), "replace")
        show_body(ctx, self.options.logs or (), text)
        ctx.metric("response.length", len(content))
        if self.encrypt_body:
            sealed = ctx.request("secret.seal", {"text": text})
            return {**outputs, "body": None, "encryptedBody": sealed}
        return {**outputs, "body": text}

    def _bounded(self, found: httpx.Response) -> bytes:
        limit = self.options.max_content_length
        whole = bytearray()
        for chunk in found.iter_bytes(_CHUNK):
            whole += chunk
            if len(whole) > limit:
                raise TaskFailed(
                    f"The answer is larger than {limit} bytes; use core.http.Download, or raise "
                    "'options.maxContentLength'"
                )
        return bytes(whole)


class Download(HttpTask):
    """Downloads a file into internal storage. Outputs: `uri`, `code`, `length`, `headers`."""

    type_name: ClassVar[str] = "core.http.Download"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.plugin.fs.http.Download",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Download a file",
            """id: download
namespace: company.team
tasks:
  - id: orders
    type: core.http.Download
    uri: https://example.com/orders.csv
""",
        ),
    )

    fail_on_empty_response: Dyn[bool] = True
    save_as: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        with tempfile.TemporaryFile(dir=ctx.working_dir) as whole:
            with self.response(ctx) as found:
                for chunk in found.iter_bytes(_CHUNK):
                    whole.write(chunk)
                    self._check_length(whole.tell())
                facts = {"code": found.status_code, "headers": _headers_of(found)}
                name = self.save_as or _file_name(found)
            length = whole.tell()
            if length == 0 and self.fail_on_empty_response:
                raise TaskFailed("The answer is empty ('failOnEmptyResponse: false' accepts that)")
            whole.seek(0)
            ctx.metric("response.length", length)
            uri = ctx.save(cast(BinaryIO, whole), name=name)
        return {"uri": uri, "length": length, **facts}

    def _check_length(self, length: int) -> None:
        """A download has no bound of its own; one that is written holds."""
        written = "max_content_length" in self.options.model_fields_set
        if written and length > self.options.max_content_length:
            raise TaskFailed(
                f"The answer is larger than {self.options.max_content_length} bytes "
                "('options.maxContentLength')"
            )


def _address(uri: str, params: Mapping[str, Any] | None) -> httpx.URL:
    """The address with parameters put behind those that it has."""
    import httpx

    try:
        address = httpx.URL(uri)
    except httpx.InvalidURL as error:
        raise TaskFailed(f"'{uri}' is not an address: {error}") from None
    for name, value in (params or {}).items():
        for one in value if isinstance(value, list) else [value]:
            address = address.copy_add_param(name, _text(one))
    return address


def _headers_of(found: httpx.Response) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in found.headers.multi_items():
        headers.setdefault(name, []).append(value)
    return headers


def _file_name(found: httpx.Response) -> str:
    """The name that the server gives the file, else the last part of its address."""
    for part in found.headers.get("content-disposition", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename" and value:
            return _safe(value.strip('"'))
    return _safe(unquote(urlsplit(str(found.url)).path))


def _safe(path: str) -> str:
    name = PurePosixPath(path.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:150] or "download"


def _part(ctx: RunContext, value: Any, files: ExitStack) -> Any:
    match value:
        case str() if value.startswith(_INTERNAL):
            path = ctx.fetch(value)
            return (path.name, files.enter_context(path.open("rb")))
        case {"content": content, **facts}:
            name = str(facts.get("name") or "file")
            if str(content).startswith(_INTERNAL):
                return (name, files.enter_context(ctx.fetch(str(content)).open("rb")))
            return (name, _text(content).encode())
        case _:
            return (None, _text(value).encode())


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _charset(content_type: str | None) -> str:
    _, _, name = (content_type or "").lower().partition("charset=")
    return _known(name.strip(' "') or "utf-8")


def _known(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name
