"""Secrets are hidden in every claimed form, however the text is cut into pieces."""

from __future__ import annotations

import base64
import html
import json
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.worker.lines import LineCutter
from executions.worker.masking import MASK, Masker

SECRETS = ["hunter2-and-more", "p@ss w0rd/+='\"<&>", "ключ-секрет", "ends-with-newline\n"]
around = st.text(max_size=12)
secrets = st.one_of(
    st.sampled_from(SECRETS),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40),
)


def forms(secret: str) -> list[str]:
    raw = secret.encode()
    return [
        secret,
        raw.hex(),
        raw.hex().upper(),
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        html.escape(secret),
        shlex.quote(secret),
        repr(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ]


@pytest.mark.parametrize("secret", SECRETS)
def test_every_claimed_form_is_hidden(secret: str) -> None:
    masker = Masker([secret])

    for form in forms(secret.strip()):
        shown = masker.text(f"before {form} after")
        assert form not in shown
        assert MASK in shown


@given(secrets, st.binary(max_size=5), st.binary(max_size=5))
def test_base64_is_hidden_at_every_offset(secret: str, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    core = encoded[
        (len(before) * 4 + 2) // 3 + 1 : (len(before) + len(secret.encode())) * 4 // 3 - 1
    ]

    shown = Masker([secret]).text(encoded)

    assert len(core) < 6 or core not in shown


@given(st.sampled_from(SECRETS), around, around, st.data())
def test_no_way_to_cut_the_output_shows_a_secret(
    secret: str, before: str, after: str, data: st.DataObject
) -> None:
    text = f"{before}{secret}{after}\n".encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    masker = Masker([secret])
    cutter = LineCutter(longest=1_000, longest_report=1_000)

    shown, start = [], 0
    for cut in [*cuts, len(text)]:
        lines = cutter.feed(text[start:cut])
        shown += [masker.text(line.content.decode("utf-8", "replace")) for line in lines]
        start = cut

    assert not any(secret.strip() in line for line in shown)


@given(st.lists(secrets, min_size=1, max_size=5), around)
def test_text_without_a_secret_is_left_alone(hidden: list[str], text: str) -> None:
    masker = Masker(hidden)

    if not any(form in text for secret in hidden for form in [secret]):
        assert masker.text("plain 12") == "plain 12" or any(len(s) < 9 for s in hidden)


def test_each_line_of_a_key_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"
    masker = Masker([key])

    shown = masker.text("line MIIEvQIBADANBgkq and hkiG9w0BAQEFAASC")

    assert shown == f"line {MASK} and {MASK}"


def test_short_values_hide_nothing() -> None:
    assert Masker(["abc"]).text("abc abc") == "abc abc"


def test_values_inside_data_are_hidden_in_keys_too() -> None:
    masker = Masker(["hunter2-and-more"])

    shown = masker.value({"hunter2-and-more": ["x", {"y": "is hunter2-and-more!"}, 5, None]})

    assert shown == {MASK: ["x", {"y": f"is {MASK}!"}, 5, None]}


def test_the_longest_secret_wins_where_one_holds_the_other() -> None:
    masker = Masker(["secret", "secret-longer"])

    assert masker.text("secret-longer secret") == f"{MASK} {MASK}"


def test_many_secrets_cost_little() -> None:
    masker = Masker(f"value-{number}-{number * 7919}" for number in range(200))

    assert masker.text("x" * 200_000 + " value-7-55433") == "x" * 200_000 + f" {MASK}"
