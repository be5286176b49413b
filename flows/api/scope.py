"""The tenant's transaction around a view's method: what it raises undoes what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from downbeat.common.scope import tenant_scope
from tenants.http import TenantViewSet

Method = TypeVar("Method", bound=Callable[..., Any])


def in_tenant(method: Method) -> Method:
    """Runs a view's method in one transaction of the request's tenant."""

    @wraps(method)
    def scoped(self: TenantViewSet, *args: Any, **kwargs: Any) -> Any:
        with tenant_scope(self.tenant.id):
            return method(self, *args, **kwargs)

    return cast(Method, scoped)
