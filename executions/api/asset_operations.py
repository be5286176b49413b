"""The routes of assets for the OpenAPI description: names, queries, shapes of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from downbeat.common.api.operations import FILTERS, PAGE, Operation, Query, Shape

A: Final = "/assets"


class AssetIdentifier(Shape):
    """The name of an asset."""

    id: str
    type: str | None = None


class ApiAsset(Shape):
    """A named data thing; `id` is its URI."""

    shape_name = "AssetsController.ApiAsset"
    id: str
    type: str | None = None
    display_name: str | None = None
    namespace: str | None = None
    metadata: dict[str, Any]
    created: str
    updated: str
    execution_id: str
    deleted: bool


class _OfTask(Shape):
    namespace: str
    flow_id: str
    flow_revision: int
    task_id: str
    execution_id: str
    task_run_id: str
    kind: Literal["observed", "declared"]
    created: str


class ApiAssetUsage(_OfTask):
    """A task that reads or writes an asset, with its latest run."""

    shape_name = "AssetsController.ApiAssetUsage"
    asset_id: str
    direction: Literal["input", "output"]


class ApiAssetLineageEvent(_OfTask):
    """What flowed into what through a task, when it last ran."""

    shape_name = "AssetsController.ApiAssetLineageEvent"
    uid: str
    inputs: tuple[AssetIdentifier, ...]
    outputs: tuple[AssetIdentifier, ...]


class AssetTopologyNode(Shape):
    """An asset or a flow."""

    shape_name = "AssetTopologyGraph.Node"
    uid: str
    namespace: str | None = None
    id: str
    type: Literal["ASSET", "FLOW"]


class AssetTopologyEdge(Shape):
    """A flow reads an asset, or writes it."""

    shape_name = "AssetTopologyGraph.Edge"
    source: str
    target: str
    relation: Literal["USED_BY", "UPSERT"]


class AssetTopologyGraph(Shape):
    """What depends on what; `truncated` when there is more than one answer holds."""

    nodes: tuple[AssetTopologyNode, ...]
    edges: tuple[AssetTopologyEdge, ...]
    truncated: bool


OPERATIONS: Final[Mapping[str, Operation]] = {
    f"GET {A}/search": Operation(
        "searchAssets",
        "PagedResults_AssetsController.ApiAsset_",
        query=(*PAGE, *FILTERS),
    ),
    f"GET {A}/{{}}": Operation("getAsset", "AssetsController.ApiAsset"),
    f"GET {A}/{{}}/dependencies": Operation(
        "getAssetDependencies",
        "AssetTopologyGraph",
        query=(
            Query("destinationOnly", "boolean", "Only what flows out of it."),
            Query("expandAll", "boolean", "On and on, not only the next step."),
        ),
    ),
    f"GET {A}/usages/search": Operation(
        "searchAssetUsages",
        "PagedResults_AssetsController.ApiAssetUsage_",
        query=(*PAGE, *FILTERS),
    ),
    f"GET {A}/lineage-events/search": Operation(
        "searchAssetLineageEvents",
        "PagedResults_AssetsController.ApiAssetLineageEvent_",
        query=(*PAGE, *FILTERS),
    ),
}
SHAPES: Final[tuple[type[Shape], ...]] = (
    AssetIdentifier,
    ApiAsset,
    ApiAssetUsage,
    ApiAssetLineageEvent,
    AssetTopologyNode,
    AssetTopologyEdge,
    AssetTopologyGraph,
)
PAGES: Final = (
    "AssetsController.ApiAsset",
    "AssetsController.ApiAssetUsage",
    "AssetsController.ApiAssetLineageEvent",
)
