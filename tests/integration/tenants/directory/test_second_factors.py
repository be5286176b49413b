"""Second factors: enrolled with the password, asked for at log-ins, taken once each."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework.exceptions import Throttled

from tenants import throttle
from tenants.factors import totp
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.passkey import Passkey
from tests.support.people import Newcomer, newcomer

pytestmark = pytest.mark.usefixtures("database")
HERE = "http://localhost"


@dataclass
class Browser:
    """Somebody's browser; the client keeps its cookies."""

    who: Newcomer
    client: Client

    def password(self, password: str = PASSWORD) -> Any:
        return self._post("/login", {"username": self.who.email, "password": password})

    def second(self, **shown: Any) -> Any:
        return self._post("/login/second-factor", shown)

    def is_in(self) -> bool:
        return self.client.get("/api/v1/me").status_code == HTTPStatus.OK

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(path, body, "application/json")


@dataclass
class Enrolled:
    """Somebody with an authenticator app and recovery codes."""

    who: Newcomer
    id: str
    secret: bytes
    codes: list[str]

    def code(self, steps: int = 0) -> str:
        """The code of now, or of a step before or after."""
        return totp.code_of(self.secret, int(time.time()) // totp.STEP_SECONDS + steps)


def _browser(who: Newcomer) -> Browser:
    return Browser(who, Client(raise_request_exception=False, SERVER_NAME="localhost"))


def _secret(letters: str) -> bytes:
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _enrolled(*, admin: bool = False) -> Enrolled:
    who = newcomer(password=PASSWORD, admin=admin)
    mine = "/api/v1/me/second-factors"
    begun = who.member.post(mine, {"kind": "TOTP", "password": PASSWORD}).json()
    secret = _secret(begun["secret"])
    # The step before this one, so that the code of now can be used at once.
    code = totp.code_of(secret, int(time.time()) // totp.STEP_SECONDS - 1)
    proved = who.member.post(f"{mine}/{begun['id']}/proof", {"code": code}).json()
    assert "<svg" in begun["picture"]
    return Enrolled(who, begun["id"], secret, proved["recoveryCodes"])


def test_a_password_alone_signs_nobody_in_who_has_a_second_factor() -> None:
    dora = _enrolled()
    browser = _browser(dora.who)

    first = browser.password()
    between = browser.is_in()
    wrong = browser.second(code="000000")
    second = browser.second(code=dora.code())

    assert (first.status_code, first.json()["code"]) == (401, "login.second_factor")
    assert first.json()["methods"] == ["TOTP", "RECOVERY_CODE"]
    assert between is False
    assert wrong.json()["code"] == "factor.wrong"
    assert second.status_code == HTTPStatus.OK
    assert browser.is_in()


def test_a_code_is_taken_once() -> None:
    dora = _enrolled()
    first, second = _browser(dora.who), _browser(dora.who)
    code = dora.code()
    for browser in (first, second):
        browser.password()

    answers = [first.second(code=code), second.second(code=code)]
    recovered = [first.password(), first.second(recoveryCode=dora.codes[0].upper())]
    second.password()
    again = second.second(recoveryCode=dora.codes[0])

    assert [answer.status_code for answer in answers] == [200, 422]
    assert recovered[1].status_code == HTTPStatus.OK
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    left = dora.who.member.get("/api/v1/me/second-factors").json()["recoveryCodesLeft"]
    assert left == len(dora.codes) - 1


def test_the_second_step_needs_the_first_in_the_same_browser() -> None:
    dora = _enrolled()

    nobody = _browser(dora.who).second(code=dora.code())
    browser = _browser(dora.who)
    wrong = browser.password("wrong password")
    after = browser.second(code=dora.code())

    assert nobody.json()["code"] == after.json()["code"] == "login.not_waiting"
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED


def test_a_password_beside_each_request_is_no_way_around() -> None:
    dora = _enrolled()
    pair = base64.b64encode(f"{dora.who.email}:{PASSWORD}".encode()).decode()

    answer = Client().get("/api/v1/me", headers={"Authorization": f"Basic {pair}"})

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert dora.who.member.get("/api/v1/me").status_code == HTTPStatus.OK


def test_guessing_codes_is_slowed() -> None:
    dora = _enrolled()
    browser = _browser(dora.who)
    browser.password()

    statuses = [browser.second(code=f"{number:06}").status_code for number in range(11)]

    assert statuses[10] == HTTPStatus.TOO_MANY_REQUESTS
    assert browser.second(code=dora.code()).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_a_passkey_of_this_host_signs_in_and_no_other() -> None:
    dora = newcomer(password=PASSWORD)
    mine = "/api/v1/me/second-factors"
    begun = dora.member.request(
        "POST", mine, {"kind": "WEBAUTHN", "password": PASSWORD}, SERVER_NAME="localhost"
    ).json()
    key = Passkey(HERE, "localhost")
    proof = {"credential": key.make(begun["publicKey"])}
    made = dora.member.request(
        "POST", f"{mine}/{begun['id']}/proof", proof, SERVER_NAME="localhost"
    )
    browser = _browser(dora)

    def tried(other: Passkey) -> int:
        asked = browser.password().json()["publicKey"]
        return int(browser.second(credential=other.sign(asked)).status_code)

    phished = replace(key, origin="http://localhost.evil.example")
    stranger = Passkey(HERE, "localhost", id=key.id)
    copied = replace(key, counter=-1)
    refused = [tried(phished), tried(stranger), tried(copied)]
    browser.password()
    broken = browser.second(credential={"id": "x", "rawId": 3}).status_code

    assert len(made.json()["recoveryCodes"]) == 10
    assert [*refused, broken] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 4
    assert not browser.is_in()
    assert tried(key) == HTTPStatus.OK
    assert browser.is_in()


def test_addresses_in_numbers_have_no_passkeys() -> None:
    dora = newcomer(password=PASSWORD)

    answer = dora.member.request(
        "POST",
        "/api/v1/me/second-factors",
        {"kind": "WEBAUTHN", "password": PASSWORD},
        SERVER_NAME="127.0.0.1",
    )

    assert answer.json()["code"] == "factor.no_passkeys"


def test_a_stolen_token_changes_no_factor_without_the_password() -> None:
    dora = _enrolled()
    mine = "/api/v1/me/second-factors"

    refused = [
        dora.who.member.post(mine, {"kind": "TOTP", "password": "wrong"}),
        dora.who.member.delete(f"{mine}/{dora.id}", {"password": "wrong"}),
        dora.who.member.post("/api/v1/me/recovery-codes", {"password": "wrong"}),
    ]
    removed = dora.who.member.delete(f"{mine}/{dora.id}", {"password": PASSWORD})

    assert {answer.json()["code"] for answer in refused} == {"password.wrong"}
    assert removed.status_code == HTTPStatus.NO_CONTENT
    assert _browser(dora.who).password().status_code == HTTPStatus.OK


def test_an_admin_resets_factors_and_it_is_recorded(cast: Cast) -> None:
    dora, owner = _enrolled(), newcomer(admin=True)
    path = f"/api/v1/users/{dora.who.id}/second-factors"

    refused = cast.alice.delete(path)
    reset = owner.member.delete(path)
    trail = owner.member.get("/api/v1/auditlogs/search?size=50").content.decode()

    assert (refused.status_code, reset.status_code) == (403, 204)
    assert "user.second factors reset" in trail
    assert _browser(dora.who).password().status_code == HTTPStatus.OK


def test_an_instance_may_ask_everybody_for_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DOWNBEAT", replace(settings.DOWNBEAT, second_factor="required"))
    eve = newcomer(password=PASSWORD)
    browser = _browser(eve)

    first = browser.password().json()
    secret = _secret(first["enrol"]["secret"])
    between = browser.is_in()
    code = totp.code_of(secret, int(time.time()) // totp.STEP_SECONDS - 1)
    second = browser.second(code=code)

    assert first["code"] == "login.enrol_second_factor"
    assert between is False
    assert len(second.json()["recoveryCodes"]) == 10
    assert browser.is_in()
    assert _browser(eve).password().json()["methods"] == ["TOTP", "RECOVERY_CODE"]


def test_nothing_that_opens_an_account_stands_plain_in_the_database() -> None:
    dora = _enrolled()

    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(f)::text from tenants_secondfactor f")
        factors = str(cursor.fetchall())
        cursor.execute("select row_to_json(r)::text from tenants_recoverycode r")
        codes = str(cursor.fetchall())

    letters = totp.letters_of(dora.secret)
    assert letters not in factors
    assert base64.b64encode(dora.secret).decode() not in factors
    assert not any(code in codes or code.replace("-", "") in codes for code in dora.codes)


@pytest.mark.parametrize(
    ("names", "blocked"),
    [
        ([("a@x", "1.1.1.1")] * 10, ("a@x", "1.1.1.1")),
        ([("b@x", f"2.0.0.{n}") for n in range(50)], ("b@x", "9.9.9.9")),
        ([(f"c{n}@x", "3.3.3.3") for n in range(100)], ("new@x", "3.3.3.3")),
    ],
    ids=["one account here", "one account from everywhere", "many accounts from here"],
)
def test_guessing_is_slowed_for_an_account_and_for_an_address(
    names: list[tuple[str, str]], blocked: tuple[str, str]
) -> None:
    for name in names[:-1]:
        throttle.failed(*name)
    throttle.refuse_if_blocked(*blocked)
    throttle.failed(*names[-1])

    with pytest.raises(Throttled) as refused:
        throttle.refuse_if_blocked(*blocked)

    assert 0 < float(getattr(refused.value, "wait", None) or 0) <= 5
    throttle.refuse_if_blocked("nobody@x", "8.8.8.8")


def test_an_anonymous_visitor_sees_no_factors() -> None:
    assert Member(None, None).get("/api/v1/me/second-factors").status_code == 401
