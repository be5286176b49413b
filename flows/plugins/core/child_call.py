"""The properties by which a task calls another flow."""

from __future__ import annotations

from typing import Any, Literal

from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.labels import Labels


class ChildCall(Spec):
    """Which flow is started, with what, and what its end means to the caller."""

    namespace: Dyn[Text]
    flow_id: Dyn[Text]
    revision: Dyn[int | None] = None
    inputs: Dyn[dict[str, Any] | None] = None
    labels: Dyn[Labels] = ()
    wait: Dyn[bool] = True
    transmit_failed: Dyn[bool] = True
    inherit_labels: Dyn[bool] = False
    schedule_date: Dyn[Text | None] = None
    restart_behavior: Literal["RETRY_FAILED", "NEW_EXECUTION"] = "RETRY_FAILED"

    @property
    def resumes(self) -> bool:
        """Whether a restart takes up the child that failed."""
        return self.restart_behavior == "RETRY_FAILED"
