"""Tables of the flows app: definitions with their history, key-value pairs, namespace files."""

from flows.models.definitions import Flow, FlowRevision
from flows.models.files import NamespaceFile
from flows.models.keyvalues import KeyValue

__all__ = ["Flow", "FlowRevision", "KeyValue", "NamespaceFile"]
