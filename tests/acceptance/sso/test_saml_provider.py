"""A person signs in at a real SAML identity provider, and logs out of both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tenants.sso.certificates import new_key_pair
from tests.acceptance.sso.web import Web
from tests.support.peers import needs_peers, peer
from tests.support.stranger import Server, free_port

ENTITY = "urn:idp.example.org"
PERSON = {
    "id": "subject-of-ada",
    "sessionIndex": "session-of-ada",
    "claims": {"email": "ada.saml@example.org", "given_name": "Ada", "family_name": "Lovelace"},
}


@pytest.fixture(scope="module")
def provider(server: Server) -> Iterator[str]:
    """The provider, configured on both sides."""
    needs_peers()
    base, port = f"{server.url}/api/v1/main/sso/real-saml", free_port()
    key, certificate = new_key_pair("idp", now=datetime.now(UTC))
    with server.client() as admin:
        made = admin.post("/identity-providers", json=_described(port, certificate))
        assert made.status_code == 201, made.text
        ours = made.json()["spCertificate"]
    given = {
        "port": port,
        "entityId": ENTITY,
        "key": key,
        "certificate": certificate,
        "acs": f"{base}/acs",
        "slo": f"{base}/slo",
        "audience": f"{base}/metadata",
        "audienceCertificate": ours,
        "person": PERSON,
    }
    with peer("saml.mjs", given) as said:
        yield said["url"]


def _described(port: int, certificate: str) -> dict[str, Any]:
    return {
        "name": "real-saml",
        "displayName": "A real SAML provider",
        "type": "SAML",
        "enabled": True,
        "saml": {
            "entityId": ENTITY,
            "ssoUrl": f"http://127.0.0.1:{port}/sso",
            "sloUrl": f"http://127.0.0.1:{port}/slo",
            "certificates": [certificate],
        },
        "rules": {"emailTrust": "ALWAYS", "defaultRoles": [{"role": "Viewer"}]},
    }


def test_a_person_signs_in_and_logs_out_of_both(server: Server, provider: str) -> None:
    web, portal = Web(), f"{server.url}/ui/"
    page = web.go(f"{server.url}/api/v1/main/sso/real-saml/start?next=/main/flows", portal)
    assert str(page.url).startswith(f"{provider}/sso"), page.text[:2000]
    entered = web.send(page, portal)
    me = web.client.get(f"{server.url}/api/v1/me").json()

    out = web.client.post(f"{server.url}/logout?provider=true")
    back = web.go(out.json()["location"], portal)

    assert entered.headers["Location"] == "/ui/main/flows"
    assert (me["email"], me["firstName"]) == ("ada.saml@example.org", "Ada")
    assert back.headers["Location"].startswith("/ui/login")
    assert web.client.get(f"{server.url}/api/v1/me").status_code == 401
