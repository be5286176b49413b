"""Encryption keys are changed while everything can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import transaction

from downbeat.cli.keys import keys as keys_command
from downbeat.common.scope import tenant_scope
from tenants.facade import decrypt, encrypt, resolve_secret
from tenants.models import DataKey, Secret
from tenants.services import data_keys, key_rotation, master_keys, secret_resolution
from tenants.services.key_status import status
from tenants.services.keys import Undecryptable
from tests.support.cast import NAMESPACE, Cast, assemble

NEW = "a new key of at least thirty-two bytes, put first"
OTHER = "a key that nobody has any more, thirty-two bytes"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No data key is remembered from another test, whose settings were others."""
    data_keys.forget()
    yield
    data_keys.forget()


def _masters(cast: Cast) -> set[str]:
    with tenant_scope(cast.tenant.id):
        return {master_keys.parts(row.wrapped)[1] for row in DataKey.objects.all()}


def _sealed(cast: Cast) -> dict[str, tuple[str, str]]:
    """Format and key of each secret."""
    with tenant_scope(cast.tenant.id):
        return {row.key: master_keys.parts(row.value)[:2] for row in Secret.objects.all()}


def _resolved(cast: Cast, key: str) -> str:
    with tenant_scope(cast.tenant.id):
        return resolve_secret(NAMESPACE, key)


def _put(cast: Cast, key: str, value: str) -> None:
    at = f"{cast.api}/namespaces/{NAMESPACE}/secrets"
    assert cast.alice.put(at, {"key": key, "value": value}).status_code == 200


def _put_by_master(cast: Cast, key: str, value: str) -> None:
    """A secret as releases without data keys have sealed it."""
    _put(cast, key, value)
    with tenant_scope(cast.tenant.id):
        row = Secret.objects.get(key=key)
        row.value = master_keys.seal(value, context=secret_resolution.context_of(row))
        row.save()


def test_a_new_key_seals_the_data_key_and_leaves_the_values_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(cast, "KEY", "the value")
    before, old = _sealed(cast), master_keys.current_key_name()
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW, *settings.ENCRYPTION_KEYS))
    assert _resolved(cast, "KEY") == "the value"

    key_rotation.rotate()

    assert _sealed(cast) == before
    assert _masters(cast) == {master_keys.current_key_name()}
    assert "tenants_datakey.wrapped" not in status().masters.get(old, {})
    # Without the old key everything is still read, and written.
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW,))
    data_keys.forget()
    _put(cast, "AFTERWARDS", "another")
    assert (_resolved(cast, "KEY"), _resolved(cast, "AFTERWARDS")) == ("the value", "another")


def test_values_of_before_data_keys_are_read_and_move_to_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        _put_by_master(cast, f"K{number}", f"value {number}")
    old = master_keys.current_key_name()
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW, *settings.ENCRYPTION_KEYS))
    before = _resolved(cast, "K3")

    counted = status().masters[old]["tenants_secret.value"]
    done = key_rotation.rotate()

    with tenant_scope(cast.tenant.id):
        mine = {f"tenants_secret {row.id}" for row in Secret.objects.all()}
    assert counted >= 5
    assert mine.isdisjoint(done.unreadable)
    assert {version for version, _ in _sealed(cast).values()} == {"v2"}
    assert "tenants_secret.value" not in status().masters.get(old, {})
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW,))
    data_keys.forget()
    assert (before, _resolved(cast, "K3")) == ("value 3", "value 3")


def test_a_new_data_key_seals_every_value_anew_and_the_old_one_still_opens(cast: Cast) -> None:
    _put(cast, "KEY", "the value")
    with tenant_scope(cast.tenant.id):
        kept_elsewhere = encrypt("in an execution", context="somewhere")
    before = _sealed(cast)

    key_rotation.rotate(data_keys_too=True)

    now = _sealed(cast)
    data_keys.forget()
    assert now["KEY"][0] == before["KEY"][0] == "v2"
    assert now["KEY"][1] != before["KEY"][1]
    assert _resolved(cast, "KEY") == "the value"
    with tenant_scope(cast.tenant.id):
        assert decrypt(kept_elsewhere, context="somewhere") == "in an execution"
        assert DataKey.objects.filter(retired_at=None).count() == 1


def test_a_process_that_has_not_heard_of_a_new_data_key_loses_nothing(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id):
        older = data_keys.current()
    key_rotation.rotate(data_keys_too=True)
    data_keys._remembered.put(cast.tenant.id, older, seals=True)

    _put(cast, "KEY", "the value")

    waiting = status().waiting["tenants_secret.value"]
    data_keys.forget()
    assert _sealed(cast)["KEY"] == ("v2", older.name)
    assert waiting >= 1
    assert _resolved(cast, "KEY") == "the value"
    key_rotation.rotate()
    assert _sealed(cast)["KEY"][1] != older.name
    assert _resolved(cast, "KEY") == "the value"


def test_a_value_opens_in_no_other_tenant_whatever_its_context(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id):
        token = encrypt("mine", context="the same")
        assert decrypt(token, context="the same") == "mine"

    with tenant_scope(cast.other.id), pytest.raises(Undecryptable):
        decrypt(token, context="the same")


def test_a_data_key_of_a_transaction_that_was_rolled_back_is_not_used(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id):
        DataKey.objects.all().delete()
    data_keys.forget()

    with pytest.raises(SystemExit), transaction.atomic(), tenant_scope(cast.tenant.id):
        lost = encrypt("x")
        assert decrypt(lost) == "x"
        raise SystemExit
    with tenant_scope(cast.tenant.id):
        kept = encrypt("y")

    data_keys.forget()
    with tenant_scope(cast.tenant.id):
        assert decrypt(kept) == "y"
        assert master_keys.parts(kept)[1] != master_keys.parts(lost)[1]


def test_a_rotation_that_was_stopped_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        _put_by_master(cast, f"K{number}", "v")
    real, calls = key_rotation._moved, []

    def dies(*arguments: Any) -> int:
        calls.append(arguments)
        if len(calls) == 2:
            raise SystemExit
        return real(*arguments)

    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(key_rotation, "_moved", dies)
        key_rotation.rotate()
    key_rotation.rotate()

    assert {version for version, _ in _sealed(cast).values()} == {"v2"}


def test_what_no_key_opens_is_named_and_the_rest_moves(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = settings.ENCRYPTION_KEYS
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (OTHER,))
    with tenant_scope(cast.tenant.id):
        lost_token = master_keys.seal("v", context="gone")
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", ours)
    _put(cast, "LOST", "v")
    _put_by_master(cast, "KEPT", "v")
    with tenant_scope(cast.tenant.id):
        Secret.objects.filter(key="LOST").update(value=lost_token)

    done = key_rotation.rotate()

    with tenant_scope(cast.tenant.id):
        lost = Secret.objects.get(key="LOST")
        assert f"tenants_secret {lost.id}" in done.unreadable
        lost.delete()
    assert _sealed(cast)["KEPT"][0] == "v2"


def test_the_commands_say_what_they_did(
    empty_instance: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = assemble()
    _put_by_master(cast, "KEY", "v")
    old = master_keys.current_key_name()
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW, *settings.ENCRYPTION_KEYS))

    before = orjson.loads(_command("status", "-o", "json"))
    told = _command("rotate", "--data-keys")
    after = orjson.loads(_command("status", "-o", "json"))

    assert before["current"] != old
    assert before["keys"][old]["tenants_datakey.wrapped"] >= 1
    assert "values were sealed with the current keys" in told
    assert "tenants_datakey.wrapped" not in after["keys"].get(old, {})
    assert after["dataKeys"]["retired"] >= 1
    assert after["underRetired"] == {}


def _command(*arguments: str) -> str:
    found = CliRunner().invoke(keys_command, list(arguments), catch_exceptions=False)
    return found.output
