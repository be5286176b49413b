"""Functions that ask the services of this evaluation: secrets, keys, files, ids, logs, chance."""

from __future__ import annotations

import math
from collections.abc import Mapping

from downbeat.sdk.fields import truth
from flows.spec.expressions import arguments as take
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, function_word
from flows.spec.expressions.values import Value, parse_json

_NAMESPACE = Parameter("namespace", None)


@function_word("secret", Parameter("key"), _NAMESPACE, Parameter("subkey", None))
def secret(frame: Frame, key: Value, namespace: Value, subkey: Value) -> Value:
    """A secret by name, whatever its case; `subkey` takes one key of a secret that is JSON."""
    name = take.text(key, "key")
    text = frame.services.secret(name, take.optional_text(namespace, "namespace"))
    part = take.optional_text(subkey, "subkey")
    if not part:
        return text
    try:
        parsed = parse_json(text, frame.meter)
    except TypeMismatchError:
        parsed = None
    # The message must not repeat any of the secret's text.
    if not isinstance(parsed, Mapping) or part not in parsed:
        raise TypeMismatchError(f"The secret `{name}` has no key `{part}`") from None
    return frame.text(parsed[part])


@function_word("kv", Parameter("key"), _NAMESPACE, Parameter("errorOnMissing", False))
def kv(frame: Frame, key: Value, namespace: Value, error_on_missing: Value) -> Value:
    """The value of a key of the namespace; null when it is missing, unless that is an error."""
    name = take.text(key, "key")
    place = take.optional_text(namespace, "namespace")
    return frame.services.kv(name, place, truth(error_on_missing))


_FILE = Parameter("path")


@function_word("read", _FILE)
def read(frame: Frame, path: Value) -> Value:
    """The text of a namespace file or of an internal file."""
    text = frame.services.read_file(take.text(path, "path"))
    frame.meter.text(len(text))
    return text


@function_word("fileURI", _FILE)
def file_uri(frame: Frame, path: Value) -> Value:
    """The internal address of a namespace file."""
    return frame.services.file_uri(take.text(path, "path"))


@function_word("fileSize", Parameter("uri"))
def file_size(frame: Frame, uri: Value) -> Value:
    """The size of a file in bytes."""
    return frame.services.file_size(take.text(uri, "uri"))


@function_word("fileExists", Parameter("uri"))
def file_exists(frame: Frame, uri: Value) -> Value:
    """Whether a file exists."""
    return frame.services.file_exists(take.text(uri, "uri"))


@function_word("isFileEmpty", Parameter("uri"), aliases=("fileEmpty",))
def is_file_empty(frame: Frame, uri: Value) -> Value:
    """Whether a file has no bytes."""
    return frame.services.file_size(take.text(uri, "uri")) == 0


@function_word("errorLogs")
def error_logs(frame: Frame) -> Value:
    """The error lines of this execution, each with taskId and message."""
    return list(frame.services.error_logs())


@function_word("uuid")
def uuid(frame: Frame) -> Value:
    """A new unique id."""
    return frame.services.new_id()


@function_word("id")
def id_(frame: Frame) -> Value:
    """A new unique id."""
    return frame.services.new_id()


@function_word("randomInt", Parameter("lower"), Parameter("upper"))
def random_int(frame: Frame, lower: Value, upper: Value) -> Value:
    """A whole number from `lower` up to, not including, `upper`."""
    least, most = take.whole(lower, "lower"), take.whole(upper, "upper")
    if most < least:
        raise TypeMismatchError("In `randomInt`, `upper` is less than `lower`")
    return least + math.floor(frame.services.random() * (most - least))


@function_word("encrypt", Parameter("key"), Parameter("plaintext"))
def encrypt(frame: Frame, key: Value, plaintext: Value) -> Value:
    """The text, encrypted with a key."""
    return frame.services.encrypt(take.text(key, "key"), take.text(plaintext, "plaintext"))


@function_word("decrypt", Parameter("key"), Parameter("encrypted"))
def decrypt(frame: Frame, key: Value, encrypted: Value) -> Value:
    """The text that was encrypted with a key."""
    return frame.services.decrypt(take.text(key, "key"), take.text(encrypted, "encrypted"))
