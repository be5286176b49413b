"""Files of executions: a flow reads its own namespace's, and those of executions it has to do with."""

from __future__ import annotations

from tests.acceptance.flows.test_reach import errors, host
from tests.support.driver import Driver

WRITER = """
id: writer
namespace: examples.host
tasks:
  - id: write
    type: core.storage.Write
    content: precious
outputs:
  - id: file
    type: FILE
    value: "{{ outputs.write.uri }}"
"""
READER = """
id: reader
namespace: examples.guests
inputs:
  - id: uri
    type: STRING
tasks:
  - id: quick
    type: core.debug.Return
    format: "{{ read(inputs.uri) }}"
    allowFailure: true
  - id: process
    type: core.storage.Size
    uri: "{{ inputs.uri }}"
"""
CALLER = """
id: caller
namespace: examples.guests
tasks:
  - id: child
    type: core.flow.Subflow
    namespace: examples.host
    flowId: writer
  - id: quick
    type: core.debug.Return
    format: "{{ read(outputs.child.outputs.file) }}"
  - id: process
    type: core.storage.Size
    uri: "{{ outputs.child.outputs.file }}"
"""
GIVER = """
id: giver
namespace: examples.host
tasks:
  - id: write
    type: core.storage.Write
    content: precious
  - id: child
    type: core.flow.Subflow
    namespace: examples.guests
    flowId: reader
    inputs:
      uri: "{{ outputs.write.uri }}"
"""


def written(driver: Driver) -> str:
    """The address of a file that belongs to an execution in the host's namespace."""
    done = driver.run(driver.publish(WRITER))
    return str(driver.outputs(done, "write")["uri"])


def test_a_file_of_a_strange_execution_is_not_read(driver: Driver) -> None:
    host(driver)
    address = written(driver)

    done = driver.run(driver.publish(READER), {"uri": address})

    assert done.state == "FAILED"
    assert errors(driver, done).count("add `examples.guests` to the `allowedNamespaces`") >= 2
    assert "precious" not in str(driver.outputs(done, "quick"))


def test_a_namespace_that_lets_the_flow_in_lets_it_read(driver: Driver) -> None:
    host(driver, "examples.guests")
    address = written(driver)

    done = driver.run(driver.publish(READER), {"uri": address})

    assert done.state == "SUCCESS", errors(driver, done)


def test_a_child_hands_its_file_to_its_parent(driver: Driver) -> None:
    host(driver)
    driver.publish(WRITER)

    done = driver.run(driver.publish(CALLER))

    assert done.state == "SUCCESS", errors(driver, done)
    assert driver.outputs(done, "quick")["value"] == "precious"


def test_a_parent_hands_its_file_to_its_child(driver: Driver) -> None:
    host(driver)
    driver.publish(READER)

    done = driver.run(driver.publish(GIVER))

    assert done.state == "SUCCESS", errors(driver, done)
