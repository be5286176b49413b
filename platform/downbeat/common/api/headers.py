"""What every answer carries, and the refusal of host names that are not ours."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from downbeat.common.api.problems import Problem, problem_response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
API = "/api/"


class SecurityHeaders:
    """The only middleware beside sessions: what a page of ours may do, and no foreign host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Without the check a foreign name that resolves to us could read as our own origin."""
        try:
            request.get_host()
        except DisallowedHost:
            return problem_response(request, Problem(400, "host", "This host name is not served."))
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path_info.startswith(API):
            response.headers.setdefault("Cache-Control", "no-store")
        if isinstance(response, HttpResponse) and "Content-Length" not in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        return response
