"""Triggers by the client: every call that it has, and answers in the shapes that it reads."""

from __future__ import annotations

import csv
import inspect
import io
import json
from typing import Any

import pytest
from kestrapy import KestraClient
from kestrapy.api.triggers_api import TriggersApi
from kestrapy.exceptions import ApiException
from kestrapy.models.api_async_operation_response import ApiAsyncOperationResponse
from kestrapy.models.api_trigger_state import ApiTriggerState
from kestrapy.models.delete_triggers_by_query_request import DeleteTriggersByQueryRequest
from kestrapy.models.paged_results_api_trigger_and_state import PagedResultsApiTriggerAndState
from kestrapy.models.paged_results_api_trigger_state import PagedResultsApiTriggerState
from kestrapy.models.query_filter import QueryFilter
from kestrapy.models.query_filter_field import QueryFilterField
from kestrapy.models.query_filter_op import QueryFilterOp
from kestrapy.models.trigger_controller_api_trigger_id import TriggerControllerApiTriggerId
from kestrapy.models.trigger_controller_set_disabled_request import (
    TriggerControllerSetDisabledRequest,
)

from tests.acceptance.client.conftest import TENANT

FLOW = """id: clocked
namespace: {namespace}
tasks:
  - {{id: show, type: core.log.Log, message: hi}}
triggers:
  - {{id: hourly, type: core.trigger.Schedule, cron: "@hourly"}}
  - {{id: monthly, type: core.trigger.Schedule, cron: "@monthly", recoverMissedSchedules: NONE}}
"""


class Triggers:
    """The client's calls about the triggers of one flow, and the checks of their shapes."""

    def __init__(self, client: KestraClient, namespace: str) -> None:
        self.client, self.namespace = client, namespace
        self.api: Any = client.triggers
        self.called: set[str] = set()

    def state(self, name: str, *arguments: Any, **more: Any) -> ApiTriggerState:
        found = ApiTriggerState.from_json(json.dumps(self.call(name, *arguments, **more)))
        assert found is not None
        return found

    def many(self, name: str, *arguments: Any, **more: Any) -> int:
        answer = json.dumps(self.call(name, *arguments, **more))
        found = ApiAsyncOperationResponse.from_json(answer)
        assert found is not None
        assert found.operation_id
        return int(found.total_items or 0)

    def call(self, name: str, *arguments: Any, **more: Any) -> Any:
        self.called.add(name)
        return getattr(self.api, name)(TENANT, *arguments, **more)

    def id(self, trigger: str) -> dict[str, str]:
        return {"namespace": self.namespace, "flowId": "clocked", "triggerId": trigger}

    def typed(self, trigger: str) -> TriggerControllerApiTriggerId:
        found = TriggerControllerApiTriggerId.from_dict(self.id(trigger))
        assert found is not None
        return found

    def at(self, trigger: str) -> tuple[str, str, str]:
        return self.namespace, "clocked", trigger

    @property
    def own(self) -> list[QueryFilter]:
        return [
            QueryFilter(
                field=QueryFilterField.NAMESPACE,
                operation=QueryFilterOp.EQUALS,
                value=self.namespace,
            )
        ]


@pytest.fixture
def triggers(client: KestraClient, namespace: str) -> Triggers:
    client.flows.create_flow(TENANT, FLOW.format(namespace=namespace))
    return Triggers(client, namespace)


def test_every_call_of_the_client_is_answered_in_its_shape(triggers: Triggers) -> None:
    _find(triggers)
    _switch(triggers)
    _free(triggers)
    _run_the_past(triggers)
    _forget(triggers)

    calls = {name for name, _ in inspect.getmembers(TriggersApi, inspect.isfunction)}
    assert {name for name in calls if not name.startswith("_")} - triggers.called == set()


def _find(triggers: Triggers) -> None:
    found = triggers.call("search_triggers", page=1, size=10, sort=["triggerId:asc"],
                          filters=triggers.own, date_filter="NEXT_EXECUTION_DATE")  # fmt: skip
    page = PagedResultsApiTriggerAndState.from_json(json.dumps(found))
    assert page is not None
    assert [item.trigger.id for item in page.results] == ["hourly", "monthly"]
    of_flow = triggers.call("search_triggers_for_flow", triggers.namespace, "clocked", q="hour")
    states = PagedResultsApiTriggerState.from_json(json.dumps(of_flow))
    assert states is not None
    assert [state.trigger_id for state in states.results] == ["hourly"]
    table = triggers.call("export_triggers", filters=triggers.own)
    assert [row["triggerId"] for row in csv.DictReader(io.StringIO(table))] == ["hourly", "monthly"]


def _switch(triggers: Triggers) -> None:
    one = {**triggers.id("hourly"), "disabled": True}
    assert triggers.state("disable_trigger_by_id", one).disabled is True
    both = TriggerControllerSetDisabledRequest(
        triggers=[triggers.typed("hourly"), triggers.typed("monthly")], disabled=True
    )
    assert triggers.many("disabled_triggers_by_ids", both) == 2
    assert triggers.many("disabled_triggers_by_query", disabled=False, filters=triggers.own) == 2


def _free(triggers: Triggers) -> None:
    assert triggers.state("restart_trigger", *triggers.at("hourly")).locked is False
    with pytest.raises(ApiException) as refused:
        triggers.call("unlock_trigger", *triggers.at("hourly"))
    assert refused.value.status == 409
    assert triggers.many("unlock_triggers_by_ids", [triggers.typed("hourly")]) == 0
    assert triggers.many("unlock_triggers_by_query", filters=triggers.own) == 0


def _run_the_past(triggers: Triggers) -> None:
    hourly = triggers.typed("hourly")
    past = {"start": "2019-06-01T00:00:00Z", "end": "2020-06-01T00:00:00Z"}
    made = triggers.state("create_backfill", {**triggers.id("hourly"), "backfill": past})
    assert made.backfill is not None
    assert made.backfill.paused is False
    held = triggers.state("pause_backfill", hourly)
    assert held.backfill is not None
    assert held.backfill.paused is True
    triggers.state("unpause_backfill", hourly)
    assert triggers.many("pause_backfill_by_ids", [hourly]) == 1
    assert triggers.many("unpause_backfill_by_ids", [hourly]) == 1
    assert triggers.many("pause_backfill_by_query", filters=triggers.own) == 1
    assert triggers.many("unpause_backfill_by_query", filters=triggers.own) == 1
    assert triggers.many("delete_backfill_by_ids", [hourly]) == 1
    assert triggers.many("delete_backfill_by_query", filters=triggers.own) == 0
    triggers.state("create_backfill", {**triggers.id("hourly"), "backfill": past})
    assert triggers.state("delete_backfill", hourly).backfill is None


def _forget(triggers: Triggers) -> None:
    triggers.call("delete_trigger", *triggers.at("hourly"))
    assert triggers.many("delete_triggers_by_ids", [triggers.typed("monthly")]) == 1
    gone = DeleteTriggersByQueryRequest(filters=triggers.own)
    assert triggers.many("delete_triggers_by_query", gone) == 0
