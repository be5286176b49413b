"""How the double of BigQuery speaks: routes, uploads, pages, errors."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import tempfile
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.doubles.bigquery import PROJECT, BigQueryDouble, Fault, Heard, Job
from tests.support.doubles.bigquery_warehouse import Refused

LOCATION = "US"
PAGE = 20_000
_JOBS = re.compile(
    r"/bigquery/v2/projects/(?P<project>[^/]+)/(?P<what>jobs|queries)(?:/(?P<id>[^/]+))?(?P<cancel>/cancel)?$"
)
_UPLOAD = re.compile(r"/upload/bigquery/v2/projects/(?P<project>[^/]+)/jobs$")
_TABLES = re.compile(
    r"/bigquery/v2/projects/(?P<project>[^/]+)/datasets(?:/(?P<dataset>[^/]+))?"
    r"(?P<tables>/tables)?(?:/(?P<table>[^/]+))?$"
)


class _Injected(Exception):
    """The test wants another answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


class _Unfinished(Exception):
    """More of an upload is to come."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class Wire(BaseHTTPRequestHandler):
    double: BigQueryDouble
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        double, where = self.double, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        with double.changed:
            double.requests.append(Heard(self.command, where.path, query, length, token))
        try:
            body = self._body(where.path, query, length)
            fault = self._fault(where.path)
            if fault and not fault.after:
                raise _Injected(fault)
            self._authorize(where.path, token)
            with double.warehouse.lock:
                answer = self._answered(where.path, query, body)
            if fault:
                raise _Injected(fault)
            self._send(200, *answer)
        except _Unfinished as unfinished:
            self._send(308, {}, _range(unfinished.size))
        except _Injected as injected:
            self._inject(injected.fault)
        except Refused as refused:
            self._refuse(refused.status, refused.reason, str(refused))
        finally:
            with double.changed:
                double.changed.notify_all()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815

    def _body(self, path: str, query: Mapping[str, str], length: int) -> bytes:
        if self.command == "PUT" and query.get("upload_id") in self.double.uploads:
            self._receive(self.double.uploads[query["upload_id"]][1], length)
            return b""
        body = self.rfile.read(length)
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _receive(self, file: Path, length: int) -> None:
        """A part of an upload, where its range says that it belongs."""
        start = re.match(r"bytes (\d+)-", self.headers.get("Content-Range", ""))
        with file.open("r+b") as into:
            into.seek(int(start[1]) if start else 0)
            while length > 0 and (part := self.rfile.read(min(length, 1 << 20))):
                into.write(part)
                length -= len(part)

    def _fault(self, path: str) -> Fault | None:
        for fault in self.double.faults:
            if fault.times and fault.method in ("", self.command) and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _authorize(self, path: str, token: str | None) -> None:
        if not self.double.needs_token or not path.startswith(("/bigquery/", "/upload/")):
            return
        if token is None or self.double.tokens.get(token, 0) < time.time():
            raise Refused(401, "authError", "Request had invalid authentication credentials.")

    def _answered(self, path: str, query: Mapping[str, str], body: bytes) -> tuple[Any, ...]:
        if path == "/token" or path.endswith("/default/token"):
            return (self._token(),)
        if path == "/computeMetadata/v1/project/project-id":
            return (PROJECT.encode(),)
        if _UPLOAD.match(path):
            return self._upload(query, body)
        if found := _JOBS.match(path):
            return (self._of_jobs(found, query, body),)
        if found := _TABLES.match(path):
            return (self._of_tables(found, body),)
        raise Refused(404, "notFound", f"Not found: {path}")

    def _token(self) -> dict[str, Any]:
        token = uuid.uuid4().hex
        self.double.tokens[token] = time.time() + self.double.token_seconds
        return {
            "access_token": token,
            "expires_in": self.double.token_seconds,
            "token_type": "Bearer",
        }

    def _upload(self, query: Mapping[str, str], body: bytes) -> tuple[Any, ...]:
        double = self.double
        if query.get("uploadType") == "multipart":
            boundary = re.search(r'boundary="?([^";]+)', self.headers["Content-Type"])
            assert boundary
            _, meta, data, *_ = body.split(b"--" + boundary[1].encode())
            file = _new_file()
            file.write_bytes(data.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n"))
            return (self._insert(json.loads(meta.split(b"\r\n\r\n", 1)[1]), [file]),)
        if self.command == "POST":
            id, file = uuid.uuid4().hex, _new_file()
            file.touch()
            resource = json.loads(body)
            self._refuse_taken(resource["jobReference"])
            double.uploads[id] = resource, file
            place = f"{double.url}{urlsplit(self.path).path}?uploadType=resumable&upload_id={id}"
            return {}, {"Location": place}
        resource, file = double.uploads[query["upload_id"]]
        size, whole = file.stat().st_size, self.headers.get("Content-Range", "").rpartition("/")[2]
        if whole == "*" or size < int(whole):
            raise _Unfinished(size)
        return (self._insert(resource, [file]),)

    def _of_jobs(self, at: re.Match[str], query: Mapping[str, str], body: bytes) -> Any:
        if self.command == "POST" and not at["id"]:
            return self._insert(json.loads(body), None)
        job = self.double.jobs.get(at["id"] or "")
        if job is None:
            raise Refused(404, "notFound", f"Not found: Job {at['project']}:{at['id']}")
        if at["cancel"]:
            self._cancel(job)
            return {"kind": "bigquery#jobCancelResponse", "job": job.resource}
        _looked_at(job)
        return job.resource if at["what"] == "jobs" else self._results(job, query)

    def _cancel(self, job: Job) -> None:
        self.double.cancelled.append(job.id)
        if job.resource["status"]["state"] != "DONE":
            stopped = {
                "reason": "stopped",
                "message": "Job execution was cancelled: User requested cancellation",
            }
            job.resource["status"] = {"state": "DONE", "errorResult": stopped, "errors": [stopped]}

    def _refuse_taken(self, reference: Mapping[str, str]) -> None:
        if reference.get("jobId") in self.double.jobs:
            name = f"{PROJECT}:{LOCATION}.{reference['jobId']}"
            raise Refused(409, "duplicate", f"Already Exists: Job {name}")

    def _insert(self, wanted: dict[str, Any], files: list[Path] | None) -> dict[str, Any]:
        double, told = self.double, wanted["configuration"]
        reference = {"projectId": PROJECT, "location": LOCATION, "jobId": uuid.uuid4().hex}
        reference |= wanted.get("jobReference") or {}
        self._refuse_taken(reference)
        now = str(int(time.time() * 1000))
        resource: dict[str, Any] = {
            "kind": "bigquery#job",
            "id": f"{reference['projectId']}:{reference['location']}.{reference['jobId']}",
            "jobReference": reference,
            "configuration": told,
            "status": {"state": "RUNNING"},
            "statistics": {"creationTime": now, "startTime": now},
        }
        job = Job(resource, lambda: None, looks=0)
        if told.get("dryRun"):
            _, facts = double.warehouse.query(told["query"], dry=True)
            resource["statistics"] = {**resource["statistics"], "query": facts}
            resource["status"] = {"state": "DONE"}
            return resource
        spoiled = double.spoiled.pop(0) if double.spoiled else None
        job.work = lambda: _work(double, job, files, spoiled)
        job.looks = double.looks_of_next()
        double.jobs[job.id] = job
        double.started.append(job.id)
        if "query" in told and "destinationTable" not in told["query"]:
            resource["configuration"] = json.loads(json.dumps(told))
            job.configuration["query"]["destinationTable"] = {
                "projectId": PROJECT, "datasetId": "_anonymous", "tableId": f"anon{job.id}",
            }  # fmt: skip
            job.configuration["query"]["_anonymous"] = True
        return resource

    def _results(self, job: Job, query: Mapping[str, str]) -> Any:
        status = job.resource["status"]
        if error := status.get("errorResult"):
            code = {"notFound": 404, "accessDenied": 403, "backendError": 500}.get(
                error["reason"], 400
            )
            raise Refused(code, error["reason"], error["message"])
        done = status["state"] == "DONE"
        answer: dict[str, Any] = {"jobReference": job.resource["jobReference"], "jobComplete": done}
        if not done:
            return answer
        start = int(query.get("pageToken") or query.get("startIndex") or 0)
        size = min(int(query.get("maxResults", PAGE)), PAGE)
        key = (job.configuration["query"]["query"], start, size)
        if self.double.keeps_pages and key in self.double.pages:
            return self.double.pages[key]
        answer |= {"schema": {"fields": job.answer.fields}, "totalRows": str(len(job.answer.rows))}
        answer["rows"] = job.answer.rows[start : start + size]
        if start + size < len(job.answer.rows):
            answer["pageToken"] = str(start + size)
        if not self.double.keeps_pages:
            return answer
        return self.double.pages.setdefault(key, json.dumps(answer).encode())

    def _of_tables(self, at: re.Match[str], body: bytes) -> dict[str, Any]:
        warehouse = self.double.warehouse
        if not at["tables"] and self.command == "POST":
            name = json.loads(body)["datasetReference"]["datasetId"]
            warehouse.add_dataset(name)
            return {"datasetReference": {"projectId": at["project"], "datasetId": name}}
        if not at["dataset"]:
            known = [{"projectId": at["project"], "datasetId": one} for one in warehouse.datasets()]
            return {"datasets": [{"datasetReference": one} for one in known]}
        if not at["tables"]:
            if not warehouse.has_dataset(at["dataset"]):
                raise Refused(404, "notFound", f"Not found: Dataset {at['dataset']}")
            return {"datasetReference": {"projectId": at["project"], "datasetId": at["dataset"]}}
        if self.command == "POST":
            wanted = json.loads(body)
            warehouse.create(wanted)
            return self._described(wanted["tableReference"])
        place = {"projectId": at["project"], "datasetId": at["dataset"], "tableId": at["table"]}
        warehouse.require_table(place)
        if self.command == "DELETE":
            warehouse.drop(place)
            return {}
        return self._described(place)

    def _described(self, place: Mapping[str, str]) -> dict[str, Any]:
        facts = self.double.warehouse.facts.get((place["datasetId"], place["tableId"]), {})
        name = f"{place['projectId']}:{place['datasetId']}.{place['tableId']}"
        return {
            "kind": "bigquery#table",
            "type": "VIEW" if facts.get("view") else "TABLE",
            "schema": {"fields": self.double.warehouse.fields(place)},
            **facts,
            "tableReference": dict(place),
            "id": name,
            "etag": "etag",
            "selfLink": f"{self.double.url}/{name}",
            "creationTime": "1767225600000",
            "lastModifiedTime": "1767225600000",
            "numRows": str(self.double.warehouse.count(place)),
            "numBytes": "0",
            "location": LOCATION,
        }

    def _inject(self, fault: Fault) -> None:
        if fault.status:
            self._refuse(fault.status, fault.reason, fault.message)
        else:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _refuse(self, status: int, reason: str, message: str) -> None:
        error = {"reason": reason, "message": message, "domain": "global"}
        self._send(status, {"error": {"code": status, "message": message, "errors": [error]}})

    def _send(self, status: int, content: Any, headers: Mapping[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _looked_at(job: Job) -> None:
    """One look at a job: it goes on, or it does its work and ends."""
    if job.resource["status"]["state"] == "DONE" or job.looks:
        job.looks -= 1 if job.looks > 0 else 0
        return
    job.resource["status"] = {"state": "DONE"}
    try:
        job.work()
    except Refused as refused:
        error = {"reason": refused.reason, "message": str(refused)}
        job.resource["status"] |= {"errorResult": error, "errors": [error]}
    job.resource["statistics"]["endTime"] = str(int(time.time() * 1000))


def _work(
    double: BigQueryDouble, job: Job, files: list[Path] | None, spoiled: dict[str, str] | None
) -> None:
    if spoiled:
        raise Refused(400, spoiled["reason"], spoiled["message"])
    warehouse = double.warehouse
    told, statistics = job.configuration, job.resource["statistics"]
    if "load" in told:
        sources = warehouse.objects(told["load"]["sourceUris"]) if files is None else files
        statistics["load"] = warehouse.load(told["load"], sources)
    elif "copy" in told:
        warehouse.copy(told["copy"])
    elif "extract" in told:
        counts = warehouse.extract(told["extract"])
        statistics["extract"] = {"destinationUriFileCounts": counts}
    else:
        query = {**told["query"]}
        if query.pop("_anonymous", False):
            query.pop("destinationTable")
        sql = query["query"]
        found = double.answers.get(sql) or warehouse.query(query, dry=False)
        if double.keeps_pages:
            double.answers[sql] = found
        job.answer, statistics["query"] = found


def _range(size: int) -> dict[str, str]:
    return {"Range": f"bytes=0-{size - 1}"} if size else {}


def _new_file() -> Path:
    number, name = tempfile.mkstemp(prefix="bigquery-double-")
    os.close(number)
    return Path(name)
