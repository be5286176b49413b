"""What a connection may hold, what is shown of it, and what has to be hidden."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from pydantic import AliasChoices, Field

from downbeat.sdk.connection import Connection
from downbeat.sdk.fields import Dyn, Text
from flows.spec import connections
from flows.spec.expressions import ExpressionError, NoServices

KEY_FILE = json.dumps(
    {"project": "visible", "private_key": "-----BEGIN\nMIIEvQ-line-1\n", "client": "c@example"}
)


class VaultConnection(Connection):
    """A vault."""

    connection_type: ClassVar[str] = "vault"
    secret_values: ClassVar[frozenset[str]] = frozenset({"pass_word", "key_file"})

    address: Dyn[Text | None] = Field(
        default=None, validation_alias=AliasChoices("address", "baseUrl")
    )
    pass_word: Dyn[Text | None] = None
    key_file: Dyn[Text | dict[str, Any] | None] = None
    doors: Dyn[int | None] = None
    tags: Dyn[dict[str, Text] | None] = None


class Secrets(NoServices):
    """Secrets by name."""

    def secret(self, name: str, namespace: str | None) -> str:
        known = {"PASS": "hush-hush", "HOST": "vault.example"}
        if name not in known:
            raise ExpressionError(f"There is no secret `{name}`")
        return known[name]


def _messages(**values: Any) -> dict[str, str]:
    return {bad.key: bad.message for bad in connections.findings(VaultConnection, values)}


def test_good_values_are_fine_also_as_names_of_secrets() -> None:
    assert _messages(address="https://vault.example", passWord="x", doors=3) == {}
    assert _messages(passWord="{{ secret('PASS') }}", doors="{{ secret('DOORS') }}") == {}
    assert _messages(passWord=None, tags={"a": "{{ secret('PASS') | upper }}"}) == {}


def test_an_unknown_value_is_told_the_nearest_name() -> None:
    assert "did you mean 'passWord'?" in _messages(password="x")["password"]
    assert "it has address, doors" in _messages(zzz="x")["zzz"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ inputs.a }}", "nothing else: 'inputs'"),
        ("{{ kv('a') }}", "nothing else: 'kv'"),
        ("{{ envs.path }}", "nothing else: 'envs'"),
        ("{{ read('a.txt') }}", "nothing else: 'read'"),
        ("{{ secret(inputs.a) }}", "nothing else"),
        ("{{ secret('A' ~ 'B') }}", "nothing else"),
        ("{{ render('x') }}", "nothing else: 'render'"),
        ("{{ secret('A' }}", "cannot be read"),
    ],
)
def test_an_expression_may_name_secrets_and_nothing_else(text: str, said: str) -> None:
    assert said in _messages(address=text)["address"]
    assert said in _messages(tags={"inside": text})["tags"]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:hunter2@db/shop",
        "jdbc:postgresql://db/shop?user=a&password=hunter2",
        "jdbc:sqlserver://db;password=hunter2",
    ],
)
def test_a_password_in_an_address_that_is_shown_is_refused(address: str) -> None:
    said = _messages(address=address)["address"]

    assert "'keyFile', 'passWord'" in said
    assert "hunter2" not in said
    assert _messages(address="postgresql://reader@db/shop?sslmode=require") == {}
    assert _messages(address="https://a:{{ secret('PASS') }}@db/shop") == {}


def test_a_value_of_a_wrong_kind_is_named_and_a_secret_one_not_repeated() -> None:
    assert "integer" in _messages(doors="many")["doors"]
    assert _messages(passWord=["hunter2"]) == {"passWord": "is not a value of this kind"}


def test_other_spellings_are_stored_under_the_name_in_use() -> None:
    found = connections.canonical(
        VaultConnection, {"baseUrl": "https://a", "pass_word": "x", "else": 1}
    )

    assert found == {"address": "https://a", "passWord": "x", "else": 1}


def test_nothing_secret_is_shown_but_the_name_of_a_secret() -> None:
    values = {
        "address": "https://a",
        "passWord": "{{ secret('PASS') }}",
        "keyFile": "prefix {{ secret('PASS') }}",
        "doors": 2,
    }

    shown = connections.shown(VaultConnection, values)

    assert shown == {"address": "https://a", "passWord": "{{ secret('PASS') }}", "doors": 2}
    assert connections.shown(None, values) == {}


def test_opening_fills_in_secrets_and_names_all_that_has_to_be_hidden() -> None:
    values: Mapping[str, Any] = {
        "address": "https://a:{{ secret('PASS') }}@{{ secret('HOST') }}",
        "passWord": "plain-word",
        "keyFile": KEY_FILE,
        "doors": 2,
    }

    found = connections.opened(VaultConnection, values, Secrets())

    assert found.values["address"] == "https://a:hush-hush@vault.example"
    assert {"hush-hush", "vault.example", "plain-word", KEY_FILE} <= set(found.secrets)
    assert "-----BEGIN\nMIIEvQ-line-1\n" in found.secrets
    assert "visible" not in found.secrets


def test_of_an_unknown_type_every_text_is_hidden() -> None:
    found = connections.opened(None, {"a": "one-text", "b": ["two-text"], "c": 12345678}, Secrets())

    assert set(found.secrets) == {"one-text", "two-text", "12345678"}


def test_a_secret_that_is_not_there_is_said() -> None:
    with pytest.raises(ExpressionError, match="There is no secret `GONE`"):
        connections.opened(VaultConnection, {"passWord": "{{ secret('GONE') }}"}, Secrets())


def test_nothing_but_secrets_can_be_asked_for_when_values_are_opened() -> None:
    with pytest.raises(ExpressionError, match="cannot ask for"):
        connections.opened(VaultConnection, {"address": "{{ kv('a') }}"}, Secrets())


def test_the_schema_marks_what_is_secret() -> None:
    schema = connections.schema(VaultConnection)

    assert "connection" not in schema["properties"]
    assert schema["properties"]["passWord"]["writeOnly"] is True
    assert "writeOnly" not in schema["properties"]["address"]
