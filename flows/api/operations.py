"""The routes of the flows app for the OpenAPI description: names, bodies, answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from downbeat.common.api.operations import (
    ANY,
    BYTES,
    CONTENT,
    CSV,
    FILTERS,
    FORM,
    JSON,
    MORE,
    PAGE,
    PLAIN,
    TEXT,
    TRUTH,
    WORDS,
    YAML,
    Operation,
    Query,
)

Body = Mapping[str, Any]
SOURCE: Final[Body] = {YAML: PLAIN}
IDS: Final[Body] = {JSON: ["IdWithNamespace"]}
PART: Final[Body] = {YAML: PLAIN, JSON: {"type": "object"}}
UPLOAD: Final[Body] = {FORM: {"type": "object", "properties": {"fileUpload": CONTENT}}}
FILE: Final[Body] = {FORM: {"type": "object", "properties": {"fileContent": CONTENT}}}
REVISION: Final = Query("revision", "integer")
PATH: Final = Query("path", needed=True)
DELETE: Final = Query("delete", "boolean", "Removes flows that are not sent; true unless told.")
LINKS: Final = (Query("destinationOnly", "boolean"), Query("expandAll", "boolean"))
TEXT_SEARCH: Final = (
    *PAGE[:3],
    Query("q"),
    Query("namespace", text="This one and those below it."),
    Query("caseSensitive", "boolean"),
    Query("wholeWord", "boolean"),
    Query("regex", "boolean"),
    Query("scope", text="ALL, TASKS, TRIGGERS or INPUTS."),
)
PARTS: Final = (Query("section", text="TASKS or TRIGGERS.", needed=True),)
CHILDREN: Final = Query("allowNamespaceChild", "boolean")
F: Final = "/flows/{}/{}"
N: Final = "/namespaces/{}"

FLOWS: Final[Mapping[str, Operation]] = {
    "POST /flows": Operation("createFlow", "FlowWithSource", SOURCE),
    "GET /flows/search": Operation("searchFlows", "PagedResults_Flow_", query=(*PAGE, *FILTERS)),
    "GET /flows/distinct-namespaces": Operation(
        "listDistinctNamespaces", WORDS, query=(Query("q"),)
    ),
    "GET /flows/deprecated": Operation(
        "listDeprecated", ["FlowController.FlowWithDeprecatedTasks"], query=(Query("namespace"),)
    ),
    f"GET {F}": Operation(
        "getFlow",
        "FlowWithSource",
        query=(Query("source", "boolean"), REVISION, Query("allowDeleted", "boolean")),
    ),
    f"PUT {F}": Operation("updateFlow", "FlowWithSource", SOURCE),
    f"DELETE {F}": Operation("deleteFlow"),
    f"GET {F}/revisions": Operation(
        "listFlowRevisions", ["FlowWithSource"], query=(Query("allowDelete", "boolean"),)
    ),
    f"DELETE {F}/revisions": Operation(
        "deleteRevisions", query=(Query("revisions", "integer", many=True, needed=True),)
    ),
    f"GET {F}/graph": Operation("generateFlowGraph", "FlowGraph", query=(REVISION,)),
    f"GET {F}/dependencies": Operation("getFlowDependencies", "FlowTopologyGraph", query=LINKS),
    f"GET {F}/tasks/{{}}": Operation("getTaskFromFlow", "Task", query=(REVISION,)),
    f"GET {N}/dependencies": Operation(
        "getFlowDependenciesFromNamespace", "FlowTopologyGraph", query=LINKS[:1]
    ),
}
LANGUAGE: Final[Mapping[str, Operation]] = {
    "POST /flows/validate": Operation("validateFlows", ["ValidateConstraintViolation"], SOURCE),
    "POST /flows/policies/preview": Operation(
        "previewPolicies",
        {
            "type": "object",
            "properties": {
                "allowed": {"type": "boolean"},
                "violations": {"type": "array", "items": {"type": "object"}},
            },
        },
        {JSON: {"type": "object", "properties": {"source": {"type": "string"}}}},
    ),
    "POST /flows/validate/task": Operation(
        "validateTask", "ValidateConstraintViolation", PART, query=PARTS
    ),
    "POST /flows/validate/trigger": Operation(
        "validateTrigger", "ValidateConstraintViolation", PART
    ),
    "POST /flows/expressions": Operation(
        "expressions", "ExpressionContext", SOURCE, query=(Query("taskId"),)
    ),
    "POST /flows/graph": Operation("generateFlowGraphFromSource", "FlowGraph", SOURCE),
    "GET /flows/source": Operation(
        "searchFlowsBySourceCode", "PagedResults_SourceSearchResult_", query=TEXT_SEARCH
    ),
    "POST /flows/source/replace/preview": Operation(
        "previewReplaceBySourceCode",
        "SourceSearchReplacePreviewResponse",
        {JSON: "SourceSearchReplacePreviewRequest"},
    ),
    "POST /flows/source/replace/apply": Operation(
        "applyReplaceBySourceCode",
        "SourceSearchReplaceApplyResponse",
        {JSON: "SourceSearchReplaceApplyRequest"},
    ),
    "POST /flows/source/replace/line": Operation(
        "replaceLineBySourceCode",
        "SourceSearchReplaceApplyResponse",
        {JSON: "SourceSearchReplaceLineRequest"},
    ),
}
MANY: Final[Mapping[str, Operation]] = {
    "DELETE /flows/delete/by-ids": Operation("deleteFlowsByIds", "BulkResponse", IDS),
    "DELETE /flows/delete/by-query": Operation(
        "deleteFlowsByQuery", "BulkResponse", query=(*FILTERS, *MORE)
    ),
    "POST /flows/disable/by-ids": Operation("disableFlowsByIds", "BulkResponse", IDS),
    "POST /flows/disable/by-query": Operation(
        "disableFlowsByQuery", "BulkResponse", query=(*FILTERS, *MORE)
    ),
    "POST /flows/enable/by-ids": Operation("enableFlowsByIds", "BulkResponse", IDS),
    "POST /flows/enable/by-query": Operation(
        "enableFlowsByQuery", "BulkResponse", query=(*FILTERS, *MORE)
    ),
    "POST /flows/export/by-ids": Operation("exportFlowsByIds", CONTENT, IDS, media=BYTES),
    "GET /flows/export/by-query": Operation(
        "exportFlowsByQuery", CONTENT, query=FILTERS, media=BYTES
    ),
    "GET /flows/export/by-query/csv": Operation("exportFlows", PLAIN, query=FILTERS, media=CSV),
    "POST /flows/hashes/by-ids": Operation("flowHashesByIds", "ApiFlowHashesResponse", IDS),
    "POST /flows/import": Operation(
        "importFlows", WORDS, UPLOAD, query=(Query("failOnError", "boolean"),)
    ),
    "POST /flows/bulk": Operation(
        "bulkUpdateFlows", ["Flow"], SOURCE, query=(DELETE, Query("namespace"), CHILDREN)
    ),
    "GET /flows/{}": Operation("listFlowsByNamespace", ["Flow"]),
    "POST /flows/{}": Operation(
        "updateFlowsInNamespace", ["Flow"], SOURCE, query=(DELETE, Query("override", "boolean"))
    ),
}
PAIRS: Final[Mapping[str, Operation]] = {
    "GET /kv": Operation("listAllKeys", "PagedResults_KVEntry_", query=(*PAGE, *FILTERS)),
    f"DELETE {N}/kv": Operation(
        "deleteKeyValues",
        "KVController.ApiDeleteBulkResponse",
        {JSON: "KVController.ApiDeleteBulkResponse"},
    ),
    f"GET {N}/kv/inheritance": Operation("listKeysWithInheritence", ["KVEntry"]),
    f"GET {N}/kv/{{}}": Operation("getKeyValue", "KVController.KvDetail"),
    f"PUT {N}/kv/{{}}": Operation("setKeyValue", body={TEXT: PLAIN, JSON: ANY}, status=200),
    f"DELETE {N}/kv/{{}}": Operation("deleteKeyValue", TRUTH),
}
FILES: Final[Mapping[str, Operation]] = {
    f"GET {N}/files": Operation("getFileContent", CONTENT, query=(PATH, REVISION), media=BYTES),
    f"POST {N}/files": Operation("createNamespaceFile", ["StoredFile"], FILE, query=(PATH,)),
    f"PUT {N}/files": Operation(
        "moveFileDirectory",
        query=(Query("from", needed=True), Query("to", needed=True)),
        status=200,
    ),
    f"DELETE {N}/files": Operation("deleteFileDirectory", query=(PATH,)),
    f"GET {N}/files/search": Operation("searchNamespaceFiles", WORDS, query=(Query("q"),)),
    f"GET {N}/files/directory": Operation(
        "listNamespaceDirectoryFiles", ["FileAttributes"], query=(Query("path"),)
    ),
    f"POST {N}/files/directory": Operation("createNamespaceDirectory", query=(PATH,), status=200),
    f"GET {N}/files/stats": Operation("getFileMetadatas", "FileAttributes", query=(PATH,)),
    f"GET {N}/files/revisions": Operation(
        "getFileRevisions", ["NamespaceFileRevision"], query=(PATH,)
    ),
    f"GET {N}/files/export": Operation("exportNamespaceFiles", CONTENT, media=BYTES),
}
ICONS: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": {"$ref": "#/components/schemas/PluginIcon"},
}
PLUGINS: Final[Mapping[str, Operation]] = {
    "GET /plugins": Operation("listPlugins", "PagedResults_Plugin_"),
    "GET /plugins/groups/subgroups": Operation("getPluginBySubgroups", ["Plugin"]),
    "GET /plugins/inputs": Operation("getAllInputTypes", ["InputType"]),
    "GET /plugins/triggers": Operation("listTriggerTypes", WORDS),
    "GET /plugins/schemas/{}": Operation("getSchemasFromType", {"type": "object"}),
    "GET /plugins/icons": Operation("getPluginIcons", ICONS),
    "GET /plugins/{}": Operation("getPluginDocumentation", "DocumentationWithSchema"),
    "GET /pebble/filters": Operation("getExpressionFilters", WORDS),
    "GET /pebble/functions": Operation("getExpressionFunctions", ["PebbleFunction"]),
}
OPERATIONS: Final[Mapping[str, Operation]] = {
    **FLOWS,
    **LANGUAGE,
    **MANY,
    **PAIRS,
    **FILES,
    **PLUGINS,
}
