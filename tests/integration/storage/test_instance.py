"""A whole instance whose files are in a bucket."""

from __future__ import annotations

from typing import Any

import boto3
import httpx

from tests.integration.storage.conftest import BUCKET
from tests.support.stranger import EMAIL, PASSWORD, Server, eventually, up

FLOW = """id: files
namespace: company.data
tasks:
  - id: write
    type: scripts.python.Script
    outputFiles: ["*.txt"]
    script: |
      open("greeting.txt", "w").write("Good morning")
  - id: read
    type: core.debug.Return
    format: "{{ read(outputs.write.outputFiles['greeting.txt']) }}"
outputs:
  - id: text
    type: STRING
    value: "{{ outputs.read.value }}"
  - id: address
    type: STRING
    value: "{{ outputs.write.outputFiles['greeting.txt'] }}"
"""


def test_files_of_executions_are_kept_in_the_bucket(s3: str) -> None:
    url = f"s3://{BUCKET}/instance"
    with up("--bare", DOWNBEAT_STORAGE_URL=url, DOWNBEAT_STORAGE_ENDPOINT=s3) as server:
        _set_up(server)
        with server.client() as client:
            shown = _run(client)
            outputs = client.get(f"/outputs/executions/{shown['id']}").json()
            file = f"/executions/{shown['id']}/file"
            content = client.get(file, params={"path": outputs["address"]}).text

    objects = boto3.client("s3", endpoint_url=s3).list_objects_v2(Bucket=BUCKET)["Contents"]
    keys = [item["Key"] for item in objects if item["Key"].startswith("instance/")]
    assert shown["state"]["current"] == "SUCCESS", shown
    assert outputs["text"] == content == "Good morning"
    assert [key for key in keys if key.endswith("greeting.txt")]


def _set_up(server: Server) -> None:
    first = {"username": EMAIL, "password": PASSWORD, "tenant": {"id": "main", "name": "Main"}}
    answer = httpx.post(f"{server.url}/api/v1/setup", json=first, timeout=60, trust_env=False)
    assert answer.is_success, answer.text


def _run(client: httpx.Client) -> dict[str, Any]:
    yaml = {"Content-Type": "application/x-yaml"}
    published = client.post("/flows", content=FLOW, headers=yaml)
    assert published.is_success, published.text
    id = client.post("/executions/company.data/files").json()["id"]
    eventually(lambda: "endDate" in client.get(f"/executions/{id}").json()["state"], 60)
    found: dict[str, Any] = client.get(f"/executions/{id}").json()
    return found
