"""Logging in and out of the portal."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import logout
from django.http.response import HttpResponseBase
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.parsers import OrjsonParser
from tenants.actors import Actor
from tenants.api import sso_flow, wire
from tenants.api.bodies import LoginBody
from tenants.api.browser_sessions import begin_session
from tenants.api.foreign import refuse_foreign
from tenants.api.second_step_views import wait_for_second_step
from tenants.api.sso_views import away_from
from tenants.audit_words import Type
from tenants.audited import origin_of
from tenants.authentication import actor_of_session, client_address, set_csrf_cookie
from tenants.errors import WrongLogin
from tenants.http import PublicAPIView
from tenants.models import User
from tenants.selectors.federated_sessions import KEY
from tenants.selectors.tenants import tenant_of_id
from tenants.services import audit, second_step
from tenants.services.sessions import end_one
from tenants.services.sign_in import identity_of_password


class LoginView(PublicAPIView):
    """An e-mail address and a password against a session cookie."""

    parser_classes = (OrjsonParser, FormParser, MultiPartParser)

    def post(self, request: Request) -> HttpResponseBase:
        """A new session; an older one of that browser ends."""
        refuse_foreign(request)
        body = read_body(request.data, LoginBody)
        address = client_address(request.META)
        with audit.from_(origin_of(request)):
            identity = identity_of_password(body.username, body.password, address=address)
            if identity is None:
                raise WrongLogin
            if second_step.needed(identity.id):
                return wait_for_second_step(request, identity.id)
            audit.signed_in(identity.actor(), Type.LOGIN)
        user = User.objects.get(id=identity.id)
        # A session of an identity provider in this browser would confine the new one too.
        request._request.session.pop(KEY, None)
        begin_session(request._request, user)
        return set_csrf_cookie(request._request, self._answer(request, user))

    def _answer(self, request: Request, user: User) -> Response:
        response = self.finalize_response(request, Response(wire.person(user)))
        response.render()
        return response


class LogoutView(PublicAPIView):
    """The end of a session."""

    def post(self, request: Request) -> Response:
        """Forgets the session here and in the database; without one, nothing happens.

        With `?provider=true`, and if an identity provider vouched for it, the answer says where the
        browser can end the session there too.
        """
        refuse_foreign(request)
        actor = actor_of_session(request._request)
        vouched = request._request.session.get(KEY)
        location = _ended(request, actor, vouched) if actor is not None else ""
        logout(request._request)
        return Response({"location": location}) if location else Response(status=204)


def _ended(request: Request, actor: Actor, vouched: list[str] | None) -> str:
    """Records a log-out. Where the browser may go to log out of the provider too, if it asked."""
    with audit.from_(origin_of(request)):
        tenant = tenant_of_id(UUID(vouched[0])) if vouched else None
        if tenant is None or vouched is None:
            audit.signed_in(actor, Type.LOGOUT)
            return ""
        session_id = UUID(vouched[1])
        wanted = request.query_params.get("provider") == "true"
        location = away_from(tenant, session_id, sso_flow.origin(request)) if wanted else ""
        end_one(tenant.id, session_id, actor)
        return location
