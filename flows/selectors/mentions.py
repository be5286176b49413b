"""Which sources still name namespaces that move: what people have to mend by hand."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from flows.models import Flow
from flows.selectors.definitions import SOURCE, flows, with_source
from flows.spec.renaming import Named, namings, renamed
from flows.spec.source import parse_source
from tenants.access import visible
from tenants.contracts import Mention, NamespaceMovePlanned

MOST = 1_000
"""Mentions that one answer lists."""


def tell(event: NamespaceMovePlanned) -> None:
    """Adds to the report what would still name an old path: in other flows, and in those that move.

    Of flows that the mover may not see, only the number is told.
    """
    seen = set(visible(event.actor, "flow.view", flows()).values_list("id", flat=True))
    for row, named in _named(event):
        if row.id not in seen or len(event.report.mentions) >= MOST:
            event.report.hidden += 1
            continue
        mention = Mention(row.namespace, row.flow_id, named.line, named.column, named.text[:200])
        event.report.mentions.append(mention)


def _named(event: NamespaceMovePlanned) -> Iterator[tuple[Flow, Named]]:
    top = next(iter(event.places.values()))  # the others begin with it
    named = Q(**{f"{SOURCE}__contains": top})
    addressed = Q(**{f"{SOURCE}__contains": top.replace(".", "/")})
    rows = with_source(flows()).filter(named | addressed)
    for row in rows.defer("document").iterator(200):
        source: str = getattr(row, SOURCE) or ""
        if row.namespace not in event.moves:
            found = tuple(namings(parse_source(source), event.moves))
        else:
            moved = renamed(source, row.namespace, event.moves)
            found = moved.left if moved else ()
        yield from ((row, named) for named in found)
