"""Bases of views inside a tenant: nothing is allowed that a view has not named.

    class FlowViewSet(TenantViewSet):
        actions = {"list": "flow.view", "create": "flow.create"}

Theory of operation. Before a view's method runs, the request has an actor (or is refused, 401),
its tenant is one that the actor may enter (or the address does not exist, 404), and the actor
holds the action's permission: at the namespace that the address names, otherwise somewhere in the
tenant. That is a floor, not the whole check: the facade that does the work requires the right on
the object itself. An action without an entry stops the process when routes are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar, cast
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import tenant_entered, tenant_scope
from tenants import audited
from tenants.access import require, require_somewhere, usage, visible
from tenants.actors import Actor
from tenants.contracts import TenantRef
from tenants.policy import known, seeing
from tenants.selectors.doors import enterable
from tenants.selectors.standing import refuse_resting
from tenants.services import audit, request_rate

PUBLIC = "public"
OWN = "downbeat.own"
"""In the environment of a question that the platform asks itself: see `executions.streams.inside`."""
METHODS = ("get", "post", "put", "patch", "delete")


class TenantView(APIView):
    """What viewsets and plain views inside a tenant share."""

    actions: ClassVar[Mapping[str, str]] = {}
    namespace_kwarg: ClassVar[str] = "namespace"
    actor: Actor
    tenant: TenantRef
    _entered: ExitStack

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The tenant is set for as long as the view works, and not a moment longer."""
        with ExitStack() as entered:
            self._entered = entered
            response = super().dispatch(request, *args, **kwargs)
        usage.write_if_due()
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Actor, tenant, permission: in this order."""
        super().initial(request, *args, **kwargs)
        self.actor = remember_actor(request)
        self._entered.enter_context(audit.from_(audited.origin_of(request)))
        self.tenant = enterable(self.actor, kwargs["tenant"])
        if not request.META.get(OWN):
            request_rate.take(self.tenant.id)
        request.tenant = self.tenant  # type: ignore[attr-defined]
        self._entered.enter_context(tenant_entered(self.tenant.id))
        audited.entered_as_super_admin(self.actor, self.tenant.id, self.tenant.slug)
        permission = self.permission()
        namespace = kwargs.get(self.namespace_kwarg)
        if namespace is None:
            require_somewhere(self.actor, permission)
        else:
            require(self.actor, permission, str(namespace))
        if audited.changes(request, permission):
            refuse_resting(self.tenant.id)
        audited.follow(self._entered, self.actor, request, permission, kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals are recorded, in a transaction of their own."""
        if hasattr(self, "actor"):
            tenant_id = self.tenant.id if hasattr(self, "tenant") else None
            audited.refusal(exc, self.request, self.actor, tenant_id, self.kwargs)
        return super().handle_exception(exc)

    def permission(self) -> str:
        """What this request needs."""
        name = getattr(self, "action", None) or (self.request.method or "").lower()
        if name not in self.actions:
            raise Denied(permission=f"{type(self).__name__}.{name}")
        return self.actions[name]


def remember_actor(request: Request) -> Actor:
    """Who asks; also as `request.actor`, beside DRF's name for it."""
    actor = cast(Actor, request.user)
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def _check_mapped(view: type[TenantView], names: set[str]) -> None:
    unmapped = sorted(names - set(view.actions))
    if unmapped:
        raise ImproperlyConfigured(f"{view.__name__}.actions has no entry for {unmapped}")
    for name in names:
        known(view.actions[name])


class TenantAPIView(TenantView):
    """A view with methods `get`, `post` …; `actions` maps them to permissions."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Refuses to load with a method that has no permission."""
        _check_mapped(cls, {method for method in METHODS if hasattr(cls, method)})
        return super().as_view(**initkwargs)


class TenantViewSet(ViewSetMixin, TenantView):
    """A set of actions; `actions` maps their names to permissions."""

    queryset: ClassVar[QuerySet[Any] | None] = None
    lookup_field: ClassVar[str] = "pk"
    lookup_url_kwarg: ClassVar[str | None] = None
    namespace_field: ClassVar[str] = "namespace_id"

    @classmethod
    def as_view(  # type: ignore[override]
        cls, actions: dict[str, str] | None = None, **initkwargs: Any
    ) -> Any:
        """Refuses to load with an action that has no permission."""
        _check_mapped(cls, set((actions or {}).values()))
        return super().as_view(cast(Any, actions), **initkwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the set is about; called inside the tenant's scope."""
        raise NotImplementedError(f"{type(self).__name__} needs get_queryset()")

    def get_object(self) -> Any:
        """The row that the address names: 404 unless the actor may see it, 403 without the right."""
        name = self.lookup_url_kwarg or self.lookup_field
        with tenant_scope(self.tenant.id):
            rows = visible(
                self.actor,
                seeing(self.permission()),
                self.get_queryset(),
                field=self.namespace_field,
            )
            found = rows.filter(**{self.lookup_field: _id(self.kwargs[name])}).first()
            if found is None:
                raise NotFound()
            place = (
                found.id if self.namespace_field == "id" else getattr(found, self.namespace_field)
            )
            require(self.actor, self.permission(), place)
        return found


def _id(text: object) -> object:
    """An id that is not a UUID names nothing."""
    if isinstance(text, UUID):
        return text
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound() from None


class InstanceAPIView(APIView):
    """A view of the instance, outside of any tenant. `instance_admin` says who may come in."""

    instance_admin: ClassVar[bool] = True
    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where the request comes from is known for as long as the view works."""
        with ExitStack() as entered:
            self._entered = entered
            return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals are recorded, in a transaction of their own."""
        if hasattr(self, "actor") and isinstance(exc, Denied):
            audited.refusal(exc, self.request, self.actor, None, self.kwargs)
        return super().handle_exception(exc)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Signed in, and an admin of the instance where the view asks for one."""
        super().initial(request, *args, **kwargs)
        self.actor = remember_actor(request)
        self._entered.enter_context(audit.from_(audited.origin_of(request)))
        if self.instance_admin and not (self.actor.is_system or self.actor.instance_admin):
            raise Denied(permission="instance admin")


class PublicAPIView(APIView):
    """A view that anybody may ask: each one stands in the list of public routes of the tests."""

    authentication_classes = ()
    permission_classes = ()
