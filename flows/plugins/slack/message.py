"""The message about an execution, as Slack's JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from downbeat.sdk.fields import parse_duration
from flows.plugins.slack.markup import escaped, slack_markup

_FAILURE: Final = "#e01e5a"
_COLORS: Final = {
    "SUCCESS": "#2eb67d",
    "WARNING": "#ecb22e",
    "FAILED": _FAILURE,
    "KILLED": _FAILURE,
    "CANCELLED": _FAILURE,
}
_PLAIN: Final = "#36c5f0"
_FIELDS: Final = 10
"""Slack takes no more in one section."""
_FIELD_CHARS: Final = 2_000
_TEXT_CHARS: Final = 3_000
Json = dict[str, Any]


def message_about(
    execution: Mapping[str, Any], *, fields: Mapping[str, Any], words: str | None
) -> Json:
    """State, duration and failed task of an execution, a link to it, and what the user adds."""
    title = f"{execution['namespace']}.{execution['flowId']}"
    state = str(execution["state"])
    link = execution.get("url")
    shown = f"<{link}|{escaped(title)}>" if link else f"*{escaped(title)}*"
    failed = execution.get("failed")
    blocks: list[Json] = [_section(_headline(shown, f"*{escaped(state)}*", state, failed))]
    if words:
        blocks.append(_section(slack_markup(words)))
    facts = {**_facts(execution), **{str(key): _plain(value) for key, value in fields.items()}}
    pairs = list(facts.items())
    blocks.extend(
        {"type": "section", "fields": _fields(pairs[first : first + _FIELDS])}
        for first in range(0, len(pairs), _FIELDS)
    )
    if link:
        button = {"type": "plain_text", "text": "Open the execution"}
        blocks.append(
            {"type": "actions", "elements": [{"type": "button", "text": button, "url": link}]}
        )
    color = _COLORS.get(state) or (_FAILURE if failed else _PLAIN)
    return {
        "text": _headline(escaped(title), state, state, failed),
        "attachments": [{"color": color, "blocks": blocks}],
    }


def _headline(title: str, shown: str, state: str, failed: Mapping[str, Any] | None) -> str:
    """What happened; an execution whose errors are being handled is not yet in its last state."""
    what = f"task {escaped(str(failed['taskId']))} failed" if failed else ""
    if failed and state not in _COLORS:
        return f"{title}: {what}"
    return f"{title} is {shown}" + (f": {what}" if what else "")


def variables_of(execution: Mapping[str, Any]) -> Json:
    """What a template may name."""
    return {
        "execution": dict(execution),
        "link": execution.get("url"),
        "startDate": execution.get("startDate"),
        "duration": execution.get("duration"),
        "firstFailed": execution.get("failed"),
        "lastTask": execution.get("last"),
    }


def _facts(execution: Mapping[str, Any]) -> dict[str, str]:
    facts = {
        "Namespace": str(execution["namespace"]),
        "Flow": str(execution["flowId"]),
        "Execution": str(execution["id"]),
        "State": str(execution["state"]),
        "Started": str(execution.get("startDate") or ""),
        "Duration": _readable(execution.get("duration")),
    }
    if failed := execution.get("failed"):
        value = failed.get("value")
        facts["Failed task"] = f"{failed['taskId']} [{value}]" if value else str(failed["taskId"])
        facts["Attempts"] = str(failed.get("attempts") or 1)
        if failed.get("error"):
            facts["Reason"] = str(failed["error"])
    elif last := execution.get("last"):
        facts["Last task"] = str(last["taskId"])
    return {name: text for name, text in facts.items() if text}


def _readable(duration: Any) -> str:
    """`1 h 2 min 3 s` for an ISO-8601 length."""
    if not duration:
        return ""
    try:
        whole = parse_duration(str(duration)).total_seconds()
    except ValueError:
        return str(duration)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours} h {minutes} min {int(seconds)} s"
    return f"{minutes} min {int(seconds)} s" if minutes else f"{seconds:.1f} s"


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, _TEXT_CHARS)}}


def _fields(pairs: list[tuple[str, str]]) -> list[Json]:
    return [
        {"type": "mrkdwn", "text": _cut(f"*{escaped(name)}*\n{escaped(text)}", _FIELD_CHARS)}
        for name, text in pairs
    ]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
