"""What the flows app does when others are about to change something that it depends on."""

from __future__ import annotations

from downbeat.common import events
from flows.models import Flow
from flows.services.errors import NamespaceInUse
from tenants.contracts import NamespaceDeleting


def register() -> None:
    """Subscribes to the events of the apps below; called once, when Django is ready."""
    events.subscribe(NamespaceDeleting, refuse_while_in_use)


def refuse_while_in_use(event: NamespaceDeleting) -> None:
    """A namespace goes only when no flow lives in it."""
    count = Flow.objects.filter(namespace_id=event.namespace_id, deleted=False).count()
    if count:
        raise NamespaceInUse(namespace=event.path, count=count)
