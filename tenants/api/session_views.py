"""Logging in and out of the portal."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth import login, logout
from django.http.response import HttpResponseBase
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.parsers import OrjsonParser
from tenants.api import wire
from tenants.api.bodies import LoginBody
from tenants.authentication import client_address, set_csrf_cookie
from tenants.errors import ForeignLogin, WrongLogin
from tenants.http import PublicAPIView
from tenants.models import User
from tenants.services.sign_in import identity_of_password

BACKEND = "tenants.authentication.PasswordBackend"


class LoginView(PublicAPIView):
    """An e-mail address and a password against a session cookie."""

    parser_classes = (OrjsonParser, FormParser, MultiPartParser)

    def post(self, request: Request) -> HttpResponseBase:
        """A new session; an older one of that browser ends."""
        _refuse_foreign(request)
        body = read_body(request.data, LoginBody)
        address = client_address(request.META)
        identity = identity_of_password(body.username, body.password, address=address)
        if identity is None:
            raise WrongLogin
        user = User.objects.get(id=identity.id)
        login(request._request, user, backend=BACKEND)
        return set_csrf_cookie(request._request, self._answer(request, user))

    def _answer(self, request: Request, user: User) -> Response:
        response = self.finalize_response(request, Response(wire.person(user)))
        response.render()
        return response


class LogoutView(PublicAPIView):
    """The end of a session."""

    def post(self, request: Request) -> Response:
        """Forgets the session here and in the database; without one, nothing happens."""
        _refuse_foreign(request)
        logout(request._request)
        return Response(status=204)


def _refuse_foreign(request: Request) -> None:
    """A page of another site could log its visitor in as somebody else."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.get_host()
    if foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ForeignLogin
