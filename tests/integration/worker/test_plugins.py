"""Tasks of plug-ins in real task processes: files, secrets, state, failures, polls."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from executions.worker.work import AttemptResult, Ending, Work
from tests.integration.worker.conftest import Bench, bench_with
from tests.support.attempts import work_of


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """A folder of the host that the namespace may touch."""
    made = folder / "data"
    made.mkdir()
    made.chmod(0o777)
    return made


@pytest.fixture(scope="module", params=["process", "bubblewrap"])
def shared(request: pytest.FixtureRequest, folder: Path, data: Path) -> Iterator[Bench]:
    found = bench_with(
        folder / f"plugins-{request.param}",
        launcher=request.param,
        local_paths={"company.*": (str(data),)},
        test_types=True,
    )
    yield found
    found.launcher.close()


@pytest.fixture
def worker(shared: Bench, data: Path) -> Bench:
    from executions.worker.runner import AttemptRunner
    from tests.support.memory_channel import MemoryChannel

    for path in data.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shared.channel = MemoryChannel(secrets={"TOKEN": "s3cr3t-t0ken-value"})
    shared.runner = AttemptRunner(shared.channel, shared.launcher, shared.settings)
    return shared


def failed(result: AttemptResult, words: str) -> bool:
    return result.ending is Ending.FAILED and words in (result.error or "")


def test_a_task_fails_with_its_own_words_and_keeps_its_outputs(worker: Bench) -> None:
    result = worker.run(work_of("io.kestra.core.runners.test.TaskThatFail", message="so be it"))

    assert (result.ending, result.error) == (Ending.FAILED, "so be it")
    assert result.outputs == {"message": "so be it"}


def test_a_quick_task_that_names_a_secret_runs_as_an_attempt(worker: Bench) -> None:
    work = work_of("core.log.Log", message="token {{ secret('TOKEN') }}")

    result = worker.run(work)

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    assert worker.channel.messages() == ["token ******"]


def test_a_task_may_add_a_task_run(worker: Bench) -> None:
    result = worker.run(work_of("io.kestra.core.tasks.test.DynamicTask"))

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    assert [child["state"] for child in result.children] == ["SUCCESS"]


def test_files_of_the_host_are_listed_copied_moved_and_deleted(worker: Bench, data: Path) -> None:
    (data / "a.csv").write_text("1")
    (data / "b.txt").write_text("22")

    listed = worker.run(work_of("fs.local.List", **{"from": str(data), "regExp": ".*\\.csv"}))
    copied = worker.run(
        work_of("fs.local.Copy", **{"from": f"{data}/a.csv", "to": f"{data}/c.csv"})
    )
    moved = worker.run(work_of("fs.local.Move", **{"from": f"{data}/a.csv", "to": f"{data}/done/"}))
    deleted = worker.run(work_of("fs.local.Delete", **{"from": f"{data}/b.txt"}))

    assert [file["name"] for file in listed.outputs["files"]] == ["a.csv"], worker.channel.text()
    assert {r.ending for r in (copied, moved, deleted)} == {Ending.SUCCESS}, worker.channel.text()
    assert sorted(str(path.relative_to(data)) for path in data.rglob("*.*")) == [
        "c.csv",
        "done/a.csv",
    ]


def test_files_travel_to_storage_and_back(worker: Bench, data: Path) -> None:
    (data / "in.bin").write_bytes(b"\x00\x01\x02")

    down = worker.run(work_of("fs.local.Download", **{"from": f"{data}/in.bin"}))
    up = worker.run(
        work_of("fs.local.Upload", **{"from": down.outputs["uri"], "to": f"{data}/out/copy.bin"})
    )

    assert down.outputs["size"] == 3
    assert up.ending is Ending.SUCCESS, worker.channel.text()
    assert (data / "out" / "copy.bin").read_bytes() == b"\x00\x01\x02"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "{data}/../x", "{data}/link/passwd", "/proc/1/environ"]
)
def test_paths_beyond_the_allowed_folders_are_refused(worker: Bench, data: Path, path: str) -> None:
    if "link" in path:
        (data / "link").symlink_to("/etc")

    result = worker.run(work_of("fs.local.Download", **{"from": path.format(data=data)}))

    assert failed(result, "not among the folders"), result


def test_a_namespace_without_folders_may_touch_none(worker: Bench, data: Path) -> None:
    work = work_of("fs.local.List", **{"from": str(data)})

    result = worker.run(replace(work, info=replace(work.info, namespace="other.team")))

    assert failed(result, "not among the folders")


def poll_of(data: Path, state: dict[str, Any] | None, **properties: Any) -> Work:
    work = work_of("fs.local.Trigger", **{"from": str(data), "interval": "PT1S", **properties})
    return replace(work, kind="poll", remembered=state or {})


def settled(path: Path, text: str) -> None:
    path.write_text(text)
    old = time.time() - 10
    os.utime(path, (old, old))


def test_a_file_that_lands_fires_once_and_again_when_it_changes(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")

    first = worker.run(poll_of(data, None)).outputs
    again = worker.run(poll_of(data, first["state"])).outputs
    settled(data / "one.csv", "12")
    changed = worker.run(poll_of(data, first["state"])).outputs

    files = first["fired"][0]["variables"]["files"]
    assert [(file["name"], file["changeType"]) for file in files] == [("one.csv", "CREATE")]
    assert worker.channel.files[files[0]["uri"]] == b"1"
    assert again["fired"] == []
    assert changed["fired"][0]["variables"]["files"][0]["changeType"] == "UPDATE"
    assert changed["fired"][0]["key"] != first["fired"][0]["key"]


def test_the_same_news_have_the_same_key(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")

    first, second = (worker.run(poll_of(data, None)).outputs for _ in range(2))

    assert first["fired"][0]["key"] == second["fired"][0]["key"]


def test_a_file_is_taken_away_only_after_its_execution_is_stored(worker: Bench, data: Path) -> None:
    settled(data / "one.csv", "1")
    wanted = {"action": "MOVE", "moveDirectory": str(data / "done"), "regExp": ".*\\.csv"}

    first = worker.run(poll_of(data, None, **wanted)).outputs
    assert (data / "one.csv").exists()
    assert first["more"]
    second = worker.run(poll_of(data, first["state"], **wanted)).outputs

    assert not (data / "one.csv").exists()
    assert (data / "done" / "one.csv").exists()
    assert (second["fired"], second["more"]) == ([], False)


def test_more_files_than_one_poll_takes_come_with_the_next(worker: Bench, data: Path) -> None:
    for number in range(5):
        settled(data / f"{number}.csv", str(number))

    first = worker.run(poll_of(data, None, maxFiles=3)).outputs
    second = worker.run(poll_of(data, first["state"], maxFiles=3)).outputs

    assert [len(found["fired"][0]["variables"]["files"]) for found in (first, second)] == [3, 2]
    assert (first["more"], second["more"]) == (True, False)


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/hello")
            self.end_headers()
            return
        code = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        seen = {
            "method": self.command,
            "headers": dict(self.headers),
            "body": body.decode("latin-1"),
        }
        text = b"hello" if self.path == "/hello" else json.dumps(seen).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()


def test_a_request_returns_code_headers_and_body(worker: Bench, server: str) -> None:
    got = worker.run(work_of("core.http.Request", uri=f"{server}/hello")).outputs
    moved = worker.run(work_of("core.http.Request", uri=f"{server}/moved")).outputs

    assert (got["code"], got["body"]) == (200, "hello")
    assert got["headers"]["content-type"] == ["text/plain; charset=utf-8"]
    assert (moved["code"], moved["uri"]) == (200, f"{server}/hello")


def test_a_request_sends_body_headers_and_credentials(worker: Bench, server: str) -> None:
    result = worker.run(
        work_of(
            "io.kestra.plugin.fs.http.Request",
            uri=f"{server}/echo",
            method="POST",
            contentType="application/json",
            body='{"a": "{{ flow.id }}"}',
            headers={"X-Suite": "yes"},
            options={"basicAuthUser": "me", "basicAuthPassword": "{{ secret('TOKEN') }}"},
        )
    )

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    seen = json.loads(result.outputs["body"])
    assert (seen["method"], seen["body"]) == ("POST", '{"a": "flow"}')
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (headers["x-suite"], headers["content-type"]) == ("yes", "application/json")
    assert headers["authorization"].startswith("Basic ")


def test_forms_are_sent_encoded_and_in_parts(worker: Bench, server: str) -> None:
    worker.channel.files["kestra:///x/file.txt"] = b"content of the file"
    form = {"a": "1", "f": "kestra:///x/file.txt", "g": {"name": "g.txt", "content": "inline"}}
    base = {"uri": f"{server}/echo", "method": "POST"}

    plain = worker.run(work_of("core.http.Request", **base, formData={"a": "1 2", "b": "x"}))
    parts = worker.run(
        work_of("core.http.Request", **base, formData=form, contentType="multipart/form-data")
    )

    assert json.loads(plain.outputs["body"])["body"] == "a=1+2&b=x"
    body = json.loads(parts.outputs["body"])["body"]
    assert 'filename="file.txt"' in body and "content of the file" in body
    assert 'filename="g.txt"' in body and "inline" in body


def test_a_bad_status_fails_unless_it_is_allowed(worker: Bench, server: str) -> None:
    uri = f"{server}/status/418"

    bad = worker.run(work_of("core.http.Request", uri=uri))
    allowed = worker.run(work_of("core.http.Request", uri=uri, allowFailed=True))
    listed = worker.run(
        work_of("core.http.Request", uri=uri, options={"allowedResponseCodes": [418]})
    )

    assert failed(bad, "status 418")
    assert allowed.outputs["code"] == listed.outputs["code"] == 418


def test_a_download_lands_in_storage(worker: Bench, server: str) -> None:
    result = worker.run(work_of("core.http.Download", uri=f"{server}/hello"))

    assert (result.outputs["code"], result.outputs["length"]) == (200, 5)
    assert worker.channel.files[result.outputs["uri"]] == b"hello"


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Iterator[Bench]:
    found = bench_with(folder / "guarded", egress="guarded")
    yield found
    found.launcher.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0",
        "127.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "100.64.0.1",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "user@127.0.0.1",
    ],
)
def test_a_guarded_instance_reaches_no_private_address(
    guarded: Bench, server: str, host: str
) -> None:
    port = server.rsplit(":", 1)[1]

    result = guarded.run(
        work_of(
            "core.http.Request",
            uri=f"http://{host}:{port}/hello",
            options={"connectTimeout": "PT2S"},
        )
    )

    assert failed(result, "not public"), result


def test_duckdb_reads_storage_writes_a_warehouse_and_answers(worker: Bench, data: Path) -> None:
    worker.channel.files["downbeat:///x/orders.csv"] = b"id,amount\n1,10\n2,32\n"
    sql = """
create table if not exists orders (id int, amount int);
insert into orders select * from read_csv('{{ inputs.file }}');
select count(*) as n, sum(amount) as total from orders;
"""
    load = work_of(
        "jdbc.duckdb.Query",
        url=f"jdbc:duckdb:{data}/warehouse.duckdb",
        sql=sql,
        fetchType="FETCH_ONE",
        context={"inputs": {"file": "downbeat:///x/orders.csv"}},
    )

    first, second = worker.run(load), worker.run(load)

    assert first.outputs == {"row": {"n": 2, "total": 42}, "size": 1}, worker.channel.text()
    assert second.outputs["row"] == {"n": 4, "total": 84}


def test_duckdb_rolls_back_when_a_statement_fails(worker: Bench, data: Path) -> None:
    url = f"jdbc:duckdb:{data}/w.duckdb"
    worker.run(work_of("jdbc.duckdb.Query", url=url, sql="create table t (x int)"))

    bad = worker.run(
        work_of("jdbc.duckdb.Queries", url=url, sql="insert into t values (1); select nothing;")
    )
    left = worker.run(
        work_of("jdbc.duckdb.Query", url=url, sql="select count(*) as n from t", fetch=True)
    )

    assert failed(bad, "DuckDB")
    assert left.outputs["rows"] == [{"n": 0}]


def test_duckdb_stores_rows_and_files(worker: Bench) -> None:
    result = worker.run(
        work_of(
            "jdbc.duckdb.Queries",
            inputFiles={"in.csv": "a,b\n1,x\n2,y\n"},
            outputFiles=["out.csv"],
            fetchType="STORE",
            sql="select * from 'in.csv'; copy (select 1 as one) to '{{ outputFiles['out.csv'] }}';",
        )
    )

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    stored = worker.channel.files[result.outputs["outputs"][0]["uri"]]
    assert [json.loads(line) for line in stored.splitlines()] == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": "y"},
    ]
    assert worker.channel.files[result.outputs["outputFiles"]["out.csv"]].startswith(b"one")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/evil.csv'",
        "attach '/tmp/evil.duckdb' as e",
        "set enable_external_access = true",
    ],
)
def test_duckdb_stays_in_its_folders(worker: Bench, sql: str) -> None:
    assert worker.run(work_of("jdbc.duckdb.Query", sql=sql)).ending is Ending.FAILED
    assert not Path("/tmp/evil.csv").exists()


def test_a_task_that_is_unknown_here_says_so(worker: Bench) -> None:
    result = worker.run(work_of("com.example.Nothing"))

    assert failed(result, "no task type 'com.example.Nothing'")
