"""A person signs in at a real OpenID provider, and the provider ends their session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from tests.acceptance.sso.web import Web
from tests.support.peers import needs_peers, peer
from tests.support.stranger import Server, eventually, free_port

CLIENT: Final = "downbeat"
SECRET: Final = "a-client-secret-of-the-tests"
PEOPLE: Final = {
    "ada": {
        "email": "ada@example.org",
        "email_verified": True,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "groups": ["analysts"],
    }
}


@pytest.fixture(scope="module")
def provider(server: Server) -> Iterator[str]:
    """The provider, configured on both sides."""
    needs_peers()
    base = f"{server.url}/api/v1/main/sso/real"
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{base}/callback"],
        "post_logout_redirect_uris": [f"{server.url}/ui/login"],
        "backchannel_logout_uri": f"{base}/backchannel-logout",
        "backchannel_logout_session_required": True,
    }
    given = {"client": client, "people": PEOPLE, "port": free_port()}
    with peer("oidc.mjs", given) as said, server.client() as admin:
        admin.post("/groups", json={"name": "analysts"}).raise_for_status()
        made = admin.post("/identity-providers", json=_described(said["issuer"]))
        assert made.status_code == 201, made.text
        assert made.json()["addresses"]["redirectUri"] == f"{base}/callback"
        yield said["issuer"]


def _described(issuer: str) -> dict[str, Any]:
    oidc = {"issuer": issuer, "clientId": CLIENT}
    rules = {
        "groupsClaim": "groups",
        "keepUnmappedGroups": True,
        "defaultRoles": [{"role": "Viewer"}],
    }
    scopes = ["openid", "email", "profile", "groups"]
    return {
        "name": "real",
        "displayName": "A real provider",
        "type": "OIDC",
        "enabled": True,
        "clientSecret": SECRET,
        "oidc": {**oidc, "scopes": scopes},
        "rules": rules,
    }


def _signed_in(server: Server, issuer: str) -> Web:
    web, portal = Web(), f"{server.url}/ui/"
    page = web.go(f"{server.url}/api/v1/main/sso/real/start?next=/main/executions", portal)
    assert str(page.url).startswith(f"{issuer}/interaction/"), page.text[:2000]
    page = web.send(page, portal, login="ada", password="any")
    if not page.is_redirect:
        page = web.send(page, portal)
    assert page.headers["Location"] == "/ui/main/executions"
    return web


def test_a_person_signs_in_and_is_logged_out_by_the_provider(server: Server, provider: str) -> None:
    web = _signed_in(server, provider)
    me = web.client.get(f"{server.url}/api/v1/me").json()
    flows = web.client.get(f"{server.url}/api/v1/main/flows/search")
    with server.client() as admin:
        groups = admin.get(f"/tenant-access/{me['id']}").json()["groups"]

    ended = web.go(f"{provider}/session/end?client_id={CLIENT}", "nowhere")
    web.send(ended, "nowhere", logout="yes")

    assert (me["email"], me["firstName"]) == ("ada@example.org", "Ada")
    assert flows.status_code == 200
    assert [(group["name"], group["external"]) for group in groups] == [("analysts", True)]
    eventually(lambda: _is_out(server, web), 10)


def _is_out(server: Server, web: Web) -> bool:
    return web.client.get(f"{server.url}/api/v1/me").status_code == httpx.codes.UNAUTHORIZED
