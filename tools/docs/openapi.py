"""The OpenAPI document and the JSON Schema of the flow language, as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flows.spec.registry import load_registry
from flows.spec.schema import flow_schema
from tools.docs.page import Page


def pages() -> Iterator[Page]:
    """Two files; what the generator guesses about views without a serializer is not repeated."""
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    make: Any = SchemaGenerator  # the package has no types
    with GENERATOR_STATS.silence():
        document: dict[str, Any] = make().get_schema(request=None, public=True)
    yield Page("openapi.json", json.dumps(document, indent=1, sort_keys=True) + "\n")
    language = flow_schema(load_registry())
    yield Page("flow.schema.json", json.dumps(language, indent=1, sort_keys=True) + "\n")
