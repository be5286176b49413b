"""Serves the built portal: hashed files for ever, its one page fresh, with the CSRF token inside."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware

from downbeat.common.api.problems import not_found
from tenants.authentication import set_csrf_cookie

PREFIX = "/ui/"
# Clients find the token with a pattern that knows neither a space nor a slash before the bracket.
TAG = re.compile(r'<meta\s+name="csrf-token"\s+content="__CSRF__"\s*/?>')
PAGE = "index.html"
ASSETS = "assets/"
# Namespaces and ids of flows have dots too, so only what a page loads counts as a file.
FILE = re.compile(r"\.(js|mjs|css|map|json|txt|svg|png|ico|woff2?|webmanifest)$")
_DIRECTIVES = (
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
POLICY = "; ".join(_DIRECTIVES)
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Downbeat</title>
<meta name="csrf-token" content="__CSRF__"></head>
<body><h1>Downbeat is running</h1>
<p>The portal has not been built. Run <code>make setup</code> and reload this page.
The API answers under <code>/api/v1/</code>.</p></body></html>
"""


def home(request: HttpRequest) -> HttpResponse:
    """The portal is at home under /ui/."""
    return HttpResponseRedirect(PREFIX)


def portal(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """A file of the portal, or its page for every address that the portal itself routes."""
    if request.method not in {"GET", "HEAD"}:
        return not_found(request)
    file = _files(_built_at()).files.get(PREFIX + path) if path != PAGE else None
    if file is not None:
        return cast(HttpResponseBase, WhiteNoiseMiddleware.serve(file, request))
    if path != PAGE and (path.startswith(ASSETS) or FILE.search(path)):
        # A missing script answered with a page would be an error that nobody understands.
        return not_found(request)
    return _page(request)


def _page(request: HttpRequest) -> HttpResponseBase:
    tag = f'<meta name="csrf-token" content="{escape(get_token(request))}">'
    response = HttpResponse(TAG.sub(tag, _template(_built_at())))
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return set_csrf_cookie(request, response)


def _dist() -> Path:
    return Path(settings.DOWNBEAT.portal_dist)


def _built_at() -> int | None:
    """When the portal was built; a new build is found without a restart."""
    try:
        return (_dist() / PAGE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1)
def _template(built_at: int | None) -> str:
    return NOT_BUILT if built_at is None else (_dist() / PAGE).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _files(built_at: int | None) -> WhiteNoise:
    """The files that exist now, by address: nothing else can be asked for."""
    found = WhiteNoise(None, max_age=3600, immutable_file_test=_is_hashed)
    if built_at is not None:
        found.add_files(str(_dist()), prefix=PREFIX)
    return found


def _is_hashed(path: str, url: str) -> bool:
    return url.startswith(PREFIX + ASSETS)
