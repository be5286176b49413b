"""Words that stand in addresses of the API where a name could stand, and so are no names.

``GET …/flows/search`` is a search and never the flows of a namespace called ``search``. A test
compares the words in use with the routes of the server, in both directions.
"""

from __future__ import annotations

from typing import Final

USED_BY_ROUTES: Final = frozenset(
    [
        "autocomplete",
        "backfill",
        "bulk",
        "by-ids",
        "by-query",
        "change-status",
        "delete",
        "deprecated",
        "disable",
        "distinct-field-values",
        "distinct-namespaces",
        "enable",
        "export",
        "expressions",
        "flows",
        "force-run",
        "graph",
        "hashes",
        "import",
        "kill",
        "labels",
        "latest",
        "namespaces",
        "pause",
        "policies",
        "replay",
        "restart",
        "resume",
        "search",
        "set-disabled",
        "source",
        "statistics",
        "unlock",
        "unqueue",
        "validate",
        "webhook",
    ]
)
"""First words after ``flows/``, ``executions/`` and the like that some route has now."""
KEPT_FREE: Final = frozenset(["concurrency-limit", "promote"])
"""Words of existing clients for which there is no route yet: names given now would be in the way."""
NAMESPACE_WORDS: Final = USED_BY_ROUTES | KEPT_FREE

INSTANCE_WORDS_USED: Final = frozenset(
    [
        "auditlogs",
        "auths",
        "banners",
        "basicauthvalidationerrors",
        "configs",
        "instance",
        "kill-switches",
        "invitation",
        "me",
        "pebble",
        "plugins",
        "setup",
        "tenants",
        "users",
        "worker",
    ]
)
"""First words after ``/api/v1/`` that some route has now, in small letters."""
INSTANCE_WORDS_KEPT_FREE: Final = frozenset(
    [
        "basicauth",
        "health",
        "license",
        "license-info",
        "notifications",
        "openapi",
        "service-accounts",
    ]
)
INSTANCE_WORDS: Final = INSTANCE_WORDS_USED | INSTANCE_WORDS_KEPT_FREE
