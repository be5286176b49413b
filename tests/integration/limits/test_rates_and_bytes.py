"""Quotas of starts per minute, of log bytes a day and of bytes in storage."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest

from downbeat.common import storage
from downbeat.common.scope import tenant_entered, tenant_scope
from executions.runtime import log_store
from executions.services import limit_changes
from executions.worker.work import AttemptKey, AttemptResult, Ending, LogRecord
from tenants.ceilings import Policy, QuotaKind
from tenants.errors import StorageFull
from tenants.services.quotas import NewQuota, create_quota
from tests.integration.engine.stage import Stage
from tests.integration.limits.test_running_executions import deploy, start, states
from tests.support.cast import Cast

LOUD = """
id: loud
namespace: company.data
tasks:
  - {id: one, type: core.log.Log, message: "0123456789"}
  - {id: two, type: core.log.Log, message: "0123456789"}
  - {id: three, type: core.log.Log, message: "0123456789"}
"""


def quota(stage: Stage, kind: QuotaKind, amount: int, **more: Any) -> None:
    with tenant_entered(stage.tenant_id):
        create_quota(stage.actor, NewQuota(kind, amount, **more))


def minute_passes(stage: Stage) -> None:
    stage.rows("update execution_start set at = at - interval '61 s' returning id")


def log_of(cast: Cast, id: UUID) -> list[tuple[str, str]]:
    found = cast.alice.get(f"{cast.api}/logs/{id}").json()
    return [(line["level"], line["message"]) for line in found]


def test_starts_of_a_minute_wait_for_the_next(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    quota(stage, QuotaKind.EXECUTIONS_PER_MINUTE, 2)

    ids = start(stage, "company.data.a", 5)
    stage.play()
    first = states(stage, ids)
    reasons = cast.alice.get(f"{cast.api}/executions/{ids[4]}/why").json()["reasons"]
    minute_passes(stage)
    limit_changes.sweep()
    stage.play()

    assert first == ["SUCCESS"] * 2 + ["QUEUED"] * 3
    assert "2 executions per minute" in reasons[0]["message"]
    assert states(stage, ids) == ["SUCCESS"] * 4 + ["QUEUED"]


def test_starts_beyond_the_rate_are_refused_and_told_when_to_come_again(
    stage: Stage, cast: Cast
) -> None:
    deploy(stage, "company.data.a")
    quota(stage, QuotaKind.EXECUTIONS_PER_MINUTE, 2, policy=Policy.REFUSE)
    path = f"{cast.api}/executions/company.data/a"

    answers = [cast.alice.post(path) for _ in range(3)]
    minute_passes(stage)
    later = cast.alice.post(path)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 50 <= int(answers[2]["Retry-After"]) <= 60
    assert later.status_code == 200


def test_a_log_ends_with_one_line_that_says_so(stage: Stage, cast: Cast) -> None:
    stage.deploy(LOUD)
    quota(stage, QuotaKind.LOG_BYTES_PER_DAY, 15, namespace="company.data")

    id = stage.start("loud")
    stage.play()
    lines = log_of(cast, id)
    (reason,) = cast.alice.get(f"{cast.api}/executions/{id}/why").json()["reasons"]
    (shown,) = cast.alice.get(f"{cast.api}/quotas").json()["results"]

    assert stage.state(id) == "SUCCESS"
    assert [level for level, _ in lines] == ["INFO", "WARN"]
    assert "15 bytes of log a day of namespace company.data is used up" in lines[1][1]
    assert reason["code"] == "quota.log"
    assert "2 lines of 20 bytes" in reason["message"]
    assert shown["used"] == 10


def test_lines_of_workers_are_cut_too(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    quota(stage, QuotaKind.LOG_BYTES_PER_DAY, 25)
    (id,) = start(stage, "company.data.a")
    (work,) = stage.works

    for first in (0, 2):
        with tenant_scope(stage.tenant_id):
            log_store.store(stage.tenant_id, _lines(work.key, first, 2))

    lines = [message for _, message in log_of(cast, id)]
    assert lines[:2] == ["0123456789", "0123456789"]
    assert len(lines) == 3
    assert stage.rows("select lines, bytes from log_cut") == [(2, 20)]


def test_by_policy_an_execution_fails_that_logs_too_much(stage: Stage) -> None:
    quota(stage, QuotaKind.LOG_BYTES_PER_DAY, 15, policy=Policy.FAIL)
    deploy(stage, "company.data.a")
    (id,) = start(stage, "company.data.a")
    (work,) = stage.works

    with tenant_scope(stage.tenant_id):
        log_store.store(stage.tenant_id, _lines(work.key, 0, 2))
    stage.settle()
    stage.turn(results=[AttemptResult(work.key, Ending.KILLED)])
    stage.play()

    assert stage.state(id) == "FAILED"


def test_storage_refuses_before_a_byte_is_kept(stage: Stage) -> None:
    files = storage.storage_for(stage.tenant_id)
    files.put("company/data/old", b"x" * 40)
    quota(stage, QuotaKind.STORAGE_BYTES, 100)
    quota(stage, QuotaKind.STORAGE_BYTES, 50, namespace="company.data")

    files.put("company/other/one", io.BytesIO(b"x" * 45))
    with pytest.raises(StorageFull, match=r"50 bytes in storage of namespace company\.data"):
        files.put("company/data/new", b"x" * 11)
    with pytest.raises(StorageFull, match="100 bytes in storage of the tenant"):
        files.put("company/else", io.BytesIO(b"x" * 16))

    assert not files.exists("company/data/new")
    assert not files.exists("company/else")
    files.put("company/data/old", b"x" * 45)
    files.delete("company/other/one")
    files.put("company/else", b"x" * 55)
    assert sum(file.size for file in files.list("")) == 100


def test_a_file_that_does_not_fit_is_refused_over_http(stage: Stage, cast: Cast) -> None:
    quota(stage, QuotaKind.STORAGE_BYTES, 10)
    path = f"{cast.api}/namespaces/company.data/files?path=/big.txt"

    refused = _upload(cast, path, b"x" * 11)
    accepted = _upload(cast, path, b"x" * 10)
    (shown,) = cast.alice.get(f"{cast.api}/quotas").json()["results"]

    assert (refused.status_code, refused.json()["code"]) == (507, "quota.storage")
    assert accepted.status_code == 200
    assert shown["used"] == 10


def _upload(cast: Cast, path: str, content: bytes) -> Any:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="fileContent"; filename="big.txt"\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
    return cast.alice.post(path, body, type="multipart/form-data; boundary=b")


def _lines(key: AttemptKey, first: int, count: int) -> list[LogRecord]:
    return [
        LogRecord(key, "work", number, "INFO", 1_700_000_000.0 + number, "0123456789")
        for number in range(first, first + count)
    ]
