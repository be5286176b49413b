"""The second step of logging in, after the password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http.response import HttpResponseBase
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.api.problems import CONTENT_TYPE, Problem
from tenants.api import wire
from tenants.api.browser_sessions import begin_session
from tenants.api.foreign import refuse_foreign
from tenants.audit_words import Type
from tenants.audited import origin_of
from tenants.authentication import client_address, set_csrf_cookie
from tenants.errors import FactorNotProved, NoLoginWaiting
from tenants.factors.pictures import qr
from tenants.http import PublicAPIView
from tenants.models import User
from tenants.selectors.federated_sessions import KEY
from tenants.services import audit, second_step
from tenants.services.passkeys import Site
from tenants.services.second_factors import owner_of

ASK: Final = "The password is right. Now show your second factor."
ENROL: Final = "The password is right. This instance asks everybody for a second factor: enrol one."


class SecondStepBody(Body):
    """A code, a recovery code, or what a passkey has signed."""

    code: str = Field(default="", max_length=20, repr=False)
    recovery_code: str = Field(default="", max_length=50, repr=False)
    credential: dict[str, Any] | None = Field(default=None, repr=False)


class SecondStepView(PublicAPIView):
    """The wait that a right password has opened in this browser's session."""

    def post(self, request: Request) -> HttpResponseBase:
        """A new session, and recovery codes when the step was to enrol a first factor."""
        refuse_foreign(request)
        body = read_body(request.data, SecondStepBody)
        session = request._request.session
        waiting, user = second_step.waiting_of(session.get(second_step.KEY) or {})
        answer = second_step.Answer(body.code, body.recovery_code, body.credential)
        address = client_address(request.META)
        actor = owner_of(user)
        with audit.from_(origin_of(request)):
            try:
                codes = second_step.prove(user, waiting, answer, site_of(request), address=address)
            except FactorNotProved:
                audit.signed_in(actor, Type.LOGIN_FAILURE, step=2)
                raise
            if session.pop(second_step.KEY, None) is None:
                raise NoLoginWaiting
            audit.signed_in(actor, Type.LOGIN, secondFactor=_way(body))
        # A session of an identity provider in this browser would confine the new one too.
        request._request.session.pop(KEY, None)
        begin_session(request._request, user)
        shown = {**wire.person(user), "recoveryCodes": codes}
        response = self.finalize_response(request, Response(shown))
        response.render()
        return set_csrf_cookie(request._request, response)


def wait_for_second_step(request: Request, user_id: UUID) -> Response:
    """Keeps the wait in the session of the visitor, who is not signed in, and says what is asked."""
    user = User.objects.get(id=user_id)
    waiting, told = second_step.begin(user, site_of(request))
    logout(request._request)
    request._request.session[second_step.KEY] = second_step.kept(waiting)
    enrols = "enrol" in told
    if enrols:
        told = {"enrol": {**told["enrol"], "picture": qr(told["enrol"]["address"])}}
    code = "login.enrol_second_factor" if enrols else "login.second_factor"
    problem = Problem(HTTPStatus.UNAUTHORIZED, code, ENROL if enrols else ASK)
    body = {**problem.body(request.path), **told}
    return Response(body, status=HTTPStatus.UNAUTHORIZED, content_type=CONTENT_TYPE)


def site_of(request: Request) -> Site:
    """Where people sign in, as their browser sees it."""
    public = settings.DOWNBEAT.public_url.rstrip("/")
    return Site(public or f"{request.scheme}://{request.get_host()}")


def _way(body: SecondStepBody) -> str:
    if body.credential is not None:
        return "WEBAUTHN"
    return "RECOVERY_CODE" if body.recovery_code else "TOTP"
