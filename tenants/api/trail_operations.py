"""The routes of the audit trail, kill switches and maintenance, for the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from downbeat.common.api.operations import CSV, FILTERS, PAGE, PLAIN, Operation, Query, takes
from tenants.api.bodies import AuditFindBody, AuditStreamBody
from tenants.api.switch_views import MaintenanceBody, SwitchBody

LINES: Final = "application/x-ndjson"
_SEARCH: Final = (*PAGE, *FILTERS)
_FORMAT: Final = Query("format", text="`csv`, or `jsonl`: one entry on a line.")
_HEAD: Final = Query("expected", text="A `head` that was shown before and kept elsewhere.")
_OTHER: Final = Query("previousId", text="An older entry to compare with, instead of `before`.")
_STREAM: Final = takes(AuditStreamBody)


def _reading(at: str, words: str) -> dict[str, Operation]:
    """What the trail of a tenant and that of the instance have in common."""
    return {
        f"GET {at}/search": Operation(
            f"searchAuditLogs{words}", "PagedResults_AuditItem_", query=_SEARCH
        ),
        f"GET {at}/export": Operation(
            f"exportAuditLogs{words}", PLAIN, query=(_FORMAT, *FILTERS), media=(CSV, LINES)
        ),
        f"GET {at}/chain": Operation(f"verifyAuditLogs{words}", "AuditVerdict", query=(_HEAD,)),
    }


def _streams(at: str, words: str) -> dict[str, Operation]:
    """Streams of a trail, also the same for both."""
    one = f"{at}/{{}}"
    return {
        f"GET {at}": Operation(f"listAuditStreams{words}", "AuditStreams"),
        f"POST {at}": Operation(f"createAuditStream{words}", "NewAuditStream", _STREAM),
        f"GET {one}": Operation(f"auditStream{words}", "AuditStream"),
        f"PUT {one}": Operation(f"updateAuditStream{words}", "AuditStream", _STREAM),
        f"DELETE {one}": Operation(f"deleteAuditStream{words}"),
        f"POST {one}/test": Operation(f"testAuditStream{words}", "AuditTaken"),
        f"GET {one}/dead-letters": Operation(f"auditDeadLetters{words}", "AuditDeadLetters"),
        f"POST {one}/dead-letters/{{}}/retry": Operation(
            f"retryAuditDeadLetter{words}", "AuditTaken"
        ),
    }


# Two slashes: outside of any tenant, see `key_of`.
TRAIL: Final[Mapping[str, Operation]] = {
    **_reading("/auditlogs", ""),
    **_reading("//auditlogs", "ForAllTenants"),
    "POST /auditlogs/find": Operation("findAuditLog", "AuditItem", takes(AuditFindBody)),
    "GET /auditlogs/history/{}": Operation("listAuditLogFromResourceId", ["AuditOption"]),
    "GET /auditlogs/{}/diff": Operation(
        "getResourceDiffFromAuditLog", "AuditDiff", query=(_OTHER,)
    ),
    "GET //auditlogs/{}/diff": Operation(
        "getGlobalResourceDiffFromAuditLog", "AuditDiff", query=(_OTHER,)
    ),
    **_streams("/auditlogs/streams", ""),
    **_streams("//auditlogs/streams", "OfInstance"),
}
_SWITCH: Final = takes(SwitchBody)
SWITCHES: Final[Mapping[str, Operation]] = {
    "GET /kill-switches": Operation("listKillSwitches", "PagedResults_KillSwitch_", query=PAGE),
    "POST /kill-switches": Operation("createTenantKillSwitch", "KillSwitch", _SWITCH, status=201),
    "PUT /kill-switches/{}": Operation("updateTenantKillSwitch", "KillSwitch", _SWITCH),
    "DELETE /kill-switches/{}": Operation("deleteTenantKillSwitch"),
    "POST //kill-switches": Operation("createKillSwitch", "KillSwitch", _SWITCH),
    "GET //kill-switches/search": Operation(
        "searchKillSwitches", "PagedResults_KillSwitch_", query=PAGE
    ),
    "PUT //kill-switches/{}": Operation("updateKillSwitch", "KillSwitch", _SWITCH),
    "DELETE //kill-switches/{}": Operation("deleteKillSwitch"),
    "POST /instance/maintenance/enter": Operation(
        "enterMaintenance", "Maintenance", takes(MaintenanceBody)
    ),
    "POST /instance/maintenance/exit": Operation("exitMaintenance", "Maintenance"),
    "GET /instance/maintenance/status": Operation("maintenanceStatus", "Maintenance"),
}
OPERATIONS: Final[Mapping[str, Operation]] = {**TRAIL, **SWITCHES}
