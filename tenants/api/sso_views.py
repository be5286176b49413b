"""Single sign-on as browsers and providers meet it. Anybody may ask; each answer proves itself.

Theory of operation. `start` sends the browser to the provider and remembers what the answer must
match. OpenID Connect answers to `callback`, with a code. SAML posts to `acs` from a page of
another site, so our cookies do not come along: the assertion is checked and put into the attempt,
and the browser is sent to `finish`, where its cookie must match. A refusal ends on the login page
with a code; the audit trail of the tenant has the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound as NoSuchPage
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from tenants.api import sso_flow
from tenants.audited import origin_of
from tenants.authentication import actor_of_session, client_address
from tenants.contracts import TenantRef
from tenants.errors import SignInRefused, TooManySignIns
from tenants.http import PublicAPIView
from tenants.selectors.tenants import tenant_of_slug
from tenants.services import audit, federated, identity_providers, sessions, sign_in_attempts
from tenants.services.sign_in_attempts import Purpose, Step, Taken, Wish
from tenants.sso import openid, pace, saml, saml_documents
from tenants.sso.assertions import Assertion
from tenants.sso.config import ProviderType
from tenants.sso.known import Known
from tenants.sso.refusals import Refused


class SsoView(PublicAPIView):
    """What the routes share: the tenant and the provider of the address, and what a refusal does."""

    protocol: ProviderType | None = None
    tenant: TenantRef
    name: str

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A tenant that does not exist looks like one without that provider."""
        super().initial(request, *args, **kwargs)
        found = tenant_of_slug(kwargs["tenant"])
        if found is None:
            raise NoSuchPage
        self.tenant, self.name = found, kwargs["name"]

    def known(self, request: Request) -> Known:
        """The provider, if people may sign in with it now."""
        origin = sso_flow.origin(request)
        found = identity_providers.known(self.tenant, self.name, origin)
        if found is None or self.protocol not in {None, found.description.type}:
            raise NoSuchPage
        return found

    def of_attempt(self, request: Request, taken: Taken) -> Known:
        """The provider that an attempt went to: as it is now, or the draft that is being tried."""
        if taken.wish.purpose is Purpose.TEST:
            origin = sso_flow.origin(request)
            base = identity_providers.base(self.tenant.slug, self.name, origin)
            return sso_flow.of_draft(taken.kept, self.tenant, base)
        return self.known(request)

    def refuse(self, refusal: Refused, next: str = "/") -> HttpResponseBase:
        """To the login page with the code; the audit trail has the reason."""
        federated.refused(self.tenant.id, self.name, refusal)
        return sso_flow.to_login(refusal.code, self.tenant.slug, next)

    def concluded(
        self, request: Request, taken: Taken, prove: Callable[[Known], Assertion]
    ) -> HttpResponseBase:
        """What an attempt was for happens now, or does not."""
        with audit.from_(origin_of(request)):
            try:
                known = self.of_attempt(request, taken)
                if taken.wish.purpose is Purpose.TEST:
                    return self._reported(known, taken, prove)
                assertion = prove(known)
                if taken.wish.purpose is Purpose.LINK:
                    return self._linked(request, known, taken, assertion)
                arrival = federated.arrive(known, assertion)
            except Refused as refusal:
                return self.refuse(refusal, taken.wish.next)
            return sso_flow.enter(request._request, known, arrival, taken.wish.next)

    def _reported(
        self, known: Known, taken: Taken, prove: Callable[[Known], Assertion]
    ) -> HttpResponseBase:
        try:
            report = federated.preview(known, prove(known))
        except Refused as refusal:
            problem = {"code": refusal.code, "detail": refusal.detail}
            report = {"outcome": "REFUSED", "problems": [problem]}
        sign_in_attempts.keep(self.tenant.id, taken.id, {"report": report})
        answer = sso_flow.to_portal(taken.wish.next, test=str(taken.id))
        sso_flow.forget_browser(answer)
        return answer

    def _linked(
        self, request: Request, known: Known, taken: Taken, assertion: Assertion
    ) -> HttpResponseBase:
        actor = actor_of_session(request._request)
        if actor is None or actor.id is None or actor.id != taken.wish.user_id:
            raise Refused("state.person", "somebody else is signed in now")
        federated.link(known, assertion, actor.id)
        answer = sso_flow.to_portal(taken.wish.next, linked=self.name)
        sso_flow.forget_browser(answer)
        return answer


class StartView(SsoView):
    """The button on the login page."""

    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Sends the browser to the provider. `next`: the page of the portal to open afterwards."""
        if pace.too_many(client_address(request.META)):
            raise TooManySignIns
        wish = Wish(Purpose.LOGIN, sso_flow.safe_next(request.query_params.get("next")))
        known = self.known(request)
        try:
            begun = sso_flow.begin(request, known, wish)
        except Refused as refusal:
            with audit.from_(origin_of(request)):
                return self.refuse(refusal, wish.next)
        answer = sso_flow.away(begun.location)
        sso_flow.remember_browser(answer, begun.browser)
        return answer


class CallbackView(SsoView):
    """Where OpenID providers send the browser back to."""

    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Redeems the code and lets the person in."""
        given = request.query_params
        query = {key: given.get(key, "") for key in given}
        try:
            if repeated := [key for key in given if len(given.getlist(key)) > 1]:
                raise Refused("answer.repeated", f"{repeated[0][:50]!r} stands twice in the answer")
            taken = sign_in_attempts.take(
                self.tenant.id,
                self.name,
                query.get("state", ""),
                at=Step.STARTED,
                to=Step.DONE,
                browser=sso_flow.browser_of(request),
            )
        except Refused as refusal:
            with audit.from_(origin_of(request)):
                return self.refuse(refusal)
        if "verifier" not in taken.kept:
            return self.refuse(Refused("state.protocol", "this sign-in speaks another protocol"))
        match = {name: taken.kept[name] for name in ("nonce", "verifier")}
        return self.concluded(
            request, taken, lambda known: openid.redeemed(request._request, known, query, **match)
        )


class AcsView(SsoView):
    """Where SAML providers post their responses."""

    parser_classes = (FormParser,)

    def post(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Checks the response; the browser's cookie is asked for on the next page."""
        with audit.from_(origin_of(request)):
            try:
                return self._answered(request)
            except Refused as refusal:
                return self.refuse(refusal)

    def _answered(self, request: Request) -> HttpResponseBase:
        encoded = _field(request, "SAMLResponse")
        state = _field(request, "RelayState")
        document = saml_documents.decoded(encoded)
        if not saml.in_response_to(document):
            return self._unasked(request, encoded)
        taken = sign_in_attempts.take(
            self.tenant.id, self.name, state, at=Step.STARTED, to=Step.ANSWERED, browser=None
        )
        if "request" not in taken.kept:
            raise Refused("state.protocol", "this sign-in speaks another protocol")
        known = self.of_attempt(request, taken)
        try:
            assertion = self._believed(known, encoded, taken.kept["request"])
            outcome: dict[str, Any] = {"assertion": asdict(assertion)}
        except Refused as refusal:
            if taken.wish.purpose is not Purpose.TEST:
                raise
            outcome = {"refused": [refusal.code, refusal.detail]}
        kept = {key: value for key, value in taken.kept.items() if key != "request"}
        sign_in_attempts.keep(self.tenant.id, taken.id, {**kept, **outcome})
        return sso_flow.away(f"{known.base}/finish?state={state}")

    def _unasked(self, request: Request, encoded: str) -> HttpResponseBase:
        """A response that answers nothing: only where the administrator lets providers begin."""
        known = self.known(request)
        if known.description.saml is None or not known.saml.allow_idp_initiated:
            raise Refused("saml.unsolicited", "nobody here asked for this response")
        arrival = federated.arrive(known, self._believed(known, encoded, None))
        return sso_flow.enter(request._request, known, arrival, "/")

    def _believed(self, known: Known, encoded: str, request_id: str | None) -> Assertion:
        assertion, id, until = saml.assertion_of(
            known.saml, known.us, encoded, request_id=request_id, now=clock.now()
        )
        if known.id is not None:
            sign_in_attempts.use_once(known, id, until=until)
        return assertion


class FinishView(SsoView):
    """The second half of a SAML sign-in: the browser that asked shows its cookie."""

    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Lets the person in."""
        try:
            taken = sign_in_attempts.take(
                self.tenant.id,
                self.name,
                request.query_params.get("state", ""),
                at=Step.ANSWERED,
                to=Step.DONE,
                browser=sso_flow.browser_of(request),
            )
        except Refused as refusal:
            with audit.from_(origin_of(request)):
                return self.refuse(refusal)
        return self.concluded(request, taken, lambda known: _kept_assertion(taken))


def _field(request: Request, name: str) -> str:
    """A field of a form; empty without it."""
    sent = request.data
    return str(sent.get(name) or "") if isinstance(sent, Mapping) else ""


def _kept_assertion(taken: Taken) -> Assertion:
    if "refused" in taken.kept:
        raise Refused(*taken.kept["refused"])
    stored = dict(taken.kept["assertion"])
    until = stored.pop("until")
    return Assertion(**stored, until=datetime.fromisoformat(until) if until else None)


class MetadataView(SsoView):
    """Ourselves, as a SAML provider imports us. Also before the provider is enabled."""

    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """XML."""
        origin = sso_flow.origin(request)
        found = identity_providers.stored(self.tenant, self.name, origin)
        if found is None or found.description.saml is None:
            raise NoSuchPage
        text = saml.metadata(found.saml, found.us)
        return HttpResponse(text, content_type="application/samlmetadata+xml")


class SloView(SsoView):
    """SAML single log-out by redirect: the provider asks, or answers our own request."""

    protocol = ProviderType.SAML

    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Ends the sessions that a signed request names, and answers it."""
        known = self.known(request)
        query = {key: str(value) for key, value in request.query_params.items()}
        if "SAMLRequest" not in query:
            return sso_flow.to_portal("/login")
        with audit.from_(origin_of(request)):
            try:
                asked = saml.logout_request(known.saml, known.us, query)
            except Refused as refusal:
                federated.refused(self.tenant.id, self.name, refusal)
                raise SignInRefused(refusal.code) from None
            sessions.end_by_provider(known, subject=asked.subject, sids=asked.sids)
        return sso_flow.away(asked.answer_at)


class BackchannelLogoutView(SsoView):
    """OpenID Connect back-channel log-out: the provider tells us, without a browser."""

    protocol = ProviderType.OIDC
    parser_classes = (FormParser,)

    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Ends the sessions that a log-out token names; 400 for one that is not believed."""
        known = self.known(request)
        with audit.from_(origin_of(request)):
            try:
                claims, until = openid.logged_out(known, _field(request, "logout_token"))
                moment = datetime.fromtimestamp(until, clock.now().tzinfo)
                sign_in_attempts.use_once(known, str(claims["jti"]), until=moment)
            except Refused as refusal:
                federated.refused(self.tenant.id, self.name, refusal)
                raise SignInRefused(refusal.code) from None
            sid = claims.get("sid")
            subject = claims.get("sub")
            sessions.end_by_provider(known, subject=subject, sids=[sid] if sid else [])
        return Response(status=200, headers={"Cache-Control": "no-store"})


def away_from(tenant: TenantRef, session_id: UUID, origin: str) -> str:
    """Where a browser may go to end the provider's session too; empty if it has no such place."""
    row = sessions.session_of(tenant.id, session_id)
    known = identity_providers.known(tenant, row.provider.name, origin) if row else None
    if row is None or known is None:
        return ""
    try:
        if known.description.type is ProviderType.OIDC:
            return openid.end_session_address(known, f"{origin}{sso_flow.LOGIN}")
        if not known.saml.slo_url:
            return ""
        return saml.logout_address(
            known.saml, known.us, row.identity.subject, row.sid, row.name_id_format
        )
    except Refused:
        return ""
