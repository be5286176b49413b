"""Files of executions and of namespaces, states of flows: what tasks leave is what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver, Told

ORDERS = [
    {"customer": "a", "amount": 50},
    {"customer": "b", "amount": 150},
    {"customer": "c", "amount": 300},
    {"customer": "b", "amount": 120},
]


def json_lines(rows: Sequence[Mapping[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def run(driver: Driver, text: str) -> Told:
    return driver.run(driver.publish(text))


def errors(driver: Driver, done: Told) -> str:
    return " ".join(driver.messages(done.id, "ERROR"))


def test_records_are_filtered_cut_joined_and_turned_round(driver: Driver) -> None:
    done = driver.run(driver.publish(source("storage")), {"orders": json_lines(ORDERS)})

    assert done.state == "SUCCESS", driver.messages(done.id)
    large, latest = driver.outputs(done, "large"), driver.outputs(done, "latest")
    assert (large["processedItemsTotal"], large["droppedItemsTotal"]) == (4, 1)
    assert (latest["numKeys"], latest["droppedItemsTotal"]) == (2, 1)
    assert len(driver.outputs(done, "parts")["uris"]) == 2
    turned = driver.file(done, driver.outputs(done, "newest_first")["uri"])
    assert turned.splitlines() == [
        *json_lines([ORDERS[3], ORDERS[2]]).splitlines(),
        b"# large orders",
    ]
    assert driver.outputs(done, "size")["size"] == len(turned)
    assert driver.outputs(done, "forget")["deleted"] is True


def test_a_state_outlives_its_execution(driver: Driver) -> None:
    flow = driver.publish(source("state"))

    first, second = driver.run(flow), driver.run(flow)

    runs = [int(driver.outputs(done, "remember")["data"]["runs"]) for done in (first, second)]
    assert runs[1] == runs[0] + 1
    assert driver.outputs(second, "before")["data"]["last"] == first.id


STATES = """
id: states-{name}
namespace: examples.states
tasks:
  - id: mine
    type: core.state.Set
    data: {{flow: "{name}"}}
  - id: ours
    type: core.state.Set
    namespace: true
    data: {{{name}: here}}
  - id: each
    type: core.flow.ForEach
    values: [x, y]
    tasks:
      - id: of_value
        type: core.state.Set
        data: {{value: "{{{{ taskrun.value }}}}"}}
      - id: of_flow
        type: core.state.Set
        taskrunValue: false
        data: {{last: "{{{{ taskrun.value }}}}"}}
  - id: read
    type: core.state.Get
  - id: shared
    type: core.state.Get
    namespace: true
  - id: gone
    type: core.state.Delete
  - id: gone_again
    type: core.state.Delete
  - id: missing
    type: core.state.Get
    errorOnMissing: true
    allowFailure: true
"""


def test_states_are_of_the_flow_the_value_or_the_namespace(driver: Driver) -> None:
    run(driver, STATES.format(name="one"))
    done = run(driver, STATES.format(name="two"))

    assert done.state == "WARNING", driver.messages(done.id)
    assert driver.outputs(done, "read")["data"] == {"flow": "two", "last": "y"}
    assert driver.outputs(done, "shared")["data"] == {"one": "here", "two": "here"}
    assert driver.outputs(done, "gone")["deleted"] is True
    assert driver.outputs(done, "gone_again")["deleted"] is False
    assert "There is no state 'default'" in errors(driver, done)
    pairs = driver.http.get("/namespaces/examples.states/kv").json()
    assert "_state" not in json.dumps(pairs)


def test_namespace_files_are_put_read_copied_and_taken_away(driver: Driver) -> None:
    done = driver.run(driver.publish(source("namespace-tasks")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.outputs(done, "read")["value"] == "EUR,1.00"
    copy = driver.outputs(done, "copy")["files"]["/rates/today.csv"]
    assert driver.file(done, copy) == b"EUR,1.00"
    assert driver.outputs(done, "clear")["files"] == ["/rates/today.csv"]
    left = driver.http.get("/namespaces/examples.data/files/directory").json()
    assert "rates" not in json.dumps(left)
    assert driver.metrics(done)["files.uploaded"] == 1


def test_a_conflict_uploads_nothing_at_all(driver: Driver) -> None:
    text = """
id: conflict
namespace: examples.conflict
tasks:
  - id: write
    type: core.storage.Write
    content: {content}
  - id: put
    type: core.namespace.UploadFiles
    conflict: {conflict}
    filesMap: {files}
"""
    name = '"{{ outputs.write.uri }}"'
    run(driver, text.format(content="old", conflict="OVERWRITE", files=f"{{b.txt: {name}}}"))
    both = f"{{a.txt: {name}, b.txt: {name}}}"

    refused = run(driver, text.format(content="new", conflict="ERROR", files=both))
    assert refused.state == "FAILED"
    assert "/b.txt" in errors(driver, refused)
    paths = driver.http.get("/namespaces/examples.conflict/files/search", params={"q": ".txt"})
    assert paths.json() == ["/b.txt"]

    skipped = run(driver, text.format(content="new", conflict="SKIP", files=both))
    assert list(driver.outputs(skipped, "put")["files"]) == ["/a.txt"]


def test_a_file_of_another_namespace_is_not_deleted(driver: Driver) -> None:
    owner = run(
        driver,
        """
id: owner
namespace: examples.owner
tasks:
  - id: write
    type: core.storage.Write
    content: mine
""",
    )
    uri = driver.outputs(owner, "write")["uri"]
    text = """
id: thief
namespace: examples.thief
tasks:
  - id: delete
    type: core.storage.Delete
    uri: "{uri}"
"""
    thief = run(driver, text.format(uri=uri))
    assert thief.state == "FAILED" and uri in errors(driver, thief)
    assert driver.file(owner, uri) == b"mine"

    shared = "downbeat:///examples/thief/_files/a.txt.v1-000000000000"
    assert run(driver, text.format(uri=shared)).state == "FAILED"


def test_files_of_the_running_execution_are_purged_but_its_outputs_stay(driver: Driver) -> None:
    done = run(
        driver,
        """
id: purge-own
namespace: examples.files
tasks:
  - id: write
    type: core.storage.Write
    content: x
  - id: large
    type: core.debug.Return
    format: "{% for n in range(1, 40000) %}x{% endfor %}"
  - id: purge
    type: core.storage.PurgeCurrentExecutionFiles
  - id: after
    type: core.debug.Return
    format: "{{ outputs.large.value | length }}"
""",
    )
    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.outputs(done, "purge")["uris"] == [driver.outputs(done, "write")["uri"]]
    assert driver.outputs(done, "after")["value"] == "40000"
