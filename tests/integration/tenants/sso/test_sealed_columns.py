"""No column that holds sealed values is forgotten when the keys are changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils import timezone

from downbeat.common.scope import tenant_scope
from tenants.models import Secret, SignInAttempt
from tenants.models.sealed import SealedText
from tenants.services import data_keys, key_rotation, master_keys, sign_in_attempts
from tenants.services.key_rotation import SEALED
from tenants.services.key_status import status
from tests.support.cast import NAMESPACE, PASSWORD, Cast
from tests.support.doubles.openid import OpenIdDouble
from tests.support.people import newcomer
from tests.support.signing_in import Browser, configured, openid_provider

ROOT = Path(__file__).resolve().parents[4]
NEW = "a new key of at least thirty-two bytes, for every column"
TEXTS = """
    select c.relname, a.attname from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where a.atttypid in ('text'::regtype, 'varchar'::regtype) and not a.attisdropped
"""


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No data key is remembered that other settings have sealed."""
    data_keys.forget()
    yield
    data_keys.forget()


def test_every_sealed_column_is_in_the_list_of_what_is_sealed_anew() -> None:
    declared = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedText)
    }

    assert {(one.model, one.column) for one in SEALED} == declared


def test_whatever_a_module_of_tenants_seals_goes_into_such_a_column() -> None:
    """`row.<column> = keys.encrypt(…)` is how rows are sealed; a helper's name says it too."""
    columns = {one.column for one in SEALED}
    assigned = re.compile(r"(\w+)\.(\w+) = (?:keys\.encrypt|master_keys\.seal|_sealed)\(")

    found = {
        (path.name, column)
        for path in (ROOT / "tenants" / "services").glob("*.py")
        for _, column in assigned.findall(path.read_text(encoding="utf-8"))
    }

    assert len(found) >= len(SEALED) - 2
    assert {column for _, column in found} <= columns


def test_readable_text_does_not_get_into_a_sealed_column(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id), pytest.raises(ValueError, match="sealed text only"):
        Secret.objects.create(namespace_id=cast.namespace_id, key="KEY", value="readable")


def test_one_of_each_is_sealed_anew_and_nothing_else_in_the_database_looks_sealed(
    cast: Cast, openid: OpenIdDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    _one_of_each(cast, openid)
    old = master_keys.current_key_name()
    assert _places_of_sealed_texts() == {one.place for one in SEALED}
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW, *settings.ENCRYPTION_KEYS))

    done = key_rotation.rotate(data_keys_too=True)

    assert done.moved >= len(SEALED)
    left = status().masters.get(old, {})
    # Another test may have left a value that no key opens; ours have moved.
    assert {place for place in left if not place.startswith("tenants_secret.")} == set()
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", (NEW,))
    data_keys.forget()
    assert Browser().get(f"{cast.api}/sso/idp/start").status_code == 303
    with tenant_scope(cast.tenant.id):
        attempt = SignInAttempt.objects.filter(expires_at__gt=timezone.now()).latest("created_at")
        assert sign_in_attempts._taken(attempt).provider_name == "idp"
        assert attempt.expires_at - timezone.now() < timedelta(hours=1)


def _one_of_each(cast: Cast, openid: OpenIdDouble) -> None:
    at = f"{cast.api}/namespaces/{NAMESPACE}"
    who = newcomer(password=PASSWORD)
    vault = {
        "kind": "VAULT",
        "config": {"address": "https://vault.example.org", "auth": "TOKEN"},
        "credentials": {"token": "hvs.token"},
    }
    stream = {
        "name": "receiver",
        "kind": "WEBHOOK",
        "config": {"url": "http://127.0.0.1:9/audit"},
    }
    warehouse = {
        "name": "one",
        "type": "test.system",
        "values": {"host": "warehouse", "apiToken": "hidden", "port": 5},
    }
    factor = {"kind": "TOTP", "password": PASSWORD}
    configured(cast, openid_provider(openid.url))
    answers = [
        cast.alice.put(f"{at}/secrets", {"key": "KEY", "value": "v"}),
        cast.alice.put(f"{at}/secret-manager", vault),
        cast.alice.post(f"{cast.api}/auditlogs/streams", stream),
        cast.alice.post(f"{at}/credentials", warehouse),
        who.member.post("/api/v1/me/second-factors", factor),
        Browser().get(f"{cast.api}/sso/idp/start"),
    ]
    assert [answer.content for answer in answers if answer.status_code >= 400] == []


def _places_of_sealed_texts() -> set[str]:
    found = set()
    with connections["owner"].cursor() as cursor:
        cursor.execute(TEXTS)
        for table, column in cursor.fetchall():
            cursor.execute(
                f'select exists (select 1 from "{table}" where "{column}"'
                r" ~ '^v[0-9]+\.[0-9a-f]{8,16}\.[A-Za-z0-9+/=]+$')"
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found
