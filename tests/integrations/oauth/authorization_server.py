"""An authorization server on a real socket, strict as the RFCs allow: PKCE, codes used once, refresh tokens that rotate."""

import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.integrations.providers.local_service import Asked, Reply, Service, serving

CLIENT_ID, CLIENT_SECRET = "client-1", "canary-client/secret+1"
CANARY = "canary-token-"


@dataclass
class AuthorizationServer:
    """`lifetime` is that of access tokens in seconds; `trouble` is answered instead of tokens, once set. `realm` is the account's id."""

    lifetime: int = 3600
    rotates: bool = True
    trouble: Reply | None = None
    realm: str = "4620816365"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: set[str] = field(default_factory=set)
    revoked: list[dict[str, str]] = field(default_factory=list)
    service: Service = field(init=False)

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("GET", "/authorize"):
            return self._consent_page(asked)
        if asked.path == "/favicon.ico":
            return Reply(204, b"")
        if asked.path not in {"/token", "/revoke", "/revoke.json"} or asked.method != "POST":
            return Reply(404)
        if self.trouble is not None:
            return self.trouble
        expected = urlencode({"": CLIENT_ID})[1:] + ":" + urlencode({"": CLIENT_SECRET})[1:]
        kind, _, pair = asked.headers.get("authorization", "").partition(" ")
        if kind != "Basic" or b64decode(pair).decode() != expected:
            return Reply(401, {"error": "invalid_client"})
        if asked.path.startswith("/revoke"):
            return self._revoked(asked)
        form = dict(parse_qsl(asked.body.decode()))
        granted = self._code(form) if form.get("grant_type") == "authorization_code" else self._refresh(form)
        return self._tokens() if granted else Reply(400, {"error": "invalid_grant"})

    def allow(self, authorize_url: str) -> str:
        """What a person's browser does: open the address, allow, and be sent back; the address back at the hub."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "realmId": self.realm, "noise": "1"})
        return f"{asked['redirect_uri']}?{back}"

    def revoke(self) -> None:
        """What the account's owner does at the service: disconnect the app."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def _consent_page(self, asked: Asked) -> Reply:
        """For a real browser: a link to allow, and one to decline."""
        back = self.allow(f"/authorize?{urlencode(asked.query)}")
        declined = (
            f"{asked.query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked.query['state']})}"
        )
        links = f'<a href="{escape(back)}">Allow</a> <a href="{escape(declined)}">Decline</a>'
        content = f'<!doctype html><html lang="en"><title>Allow access?</title><h1>Allow access?</h1>{links}'
        return Reply(200, content.encode(), {"Content-Type": "text/html"})

    def asked_for_tokens(self) -> int:
        return len(self.service.asked)

    def _revoked(self, asked: Asked) -> Reply:
        """RFC 7009, section 2: a token that is not known has ended, which is as it should be; `.json` takes the body as Intuit does."""
        as_json = asked.path.endswith(".json")
        if asked.headers.get("content-type") != (
            "application/json" if as_json else "application/x-www-form-urlencoded"
        ):
            return Reply(415)
        form = json.loads(asked.body) if as_json else dict(parse_qsl(asked.body.decode()))
        if "token" not in form:
            return Reply(400, {"error": "invalid_request"})
        if form["token"] in self.refresh_tokens:
            self.revoke()
        self.access_tokens.discard(form["token"])
        self.revoked.append(form)
        return Reply(200, b"")

    def _code(self, form: dict[str, str]) -> bool:
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        return (
            begun is not None
            and begun["code_challenge"] == challenge
            and begun["redirect_uri"] == form.get("redirect_uri")
        )

    def _refresh(self, form: dict[str, str]) -> bool:
        if form.get("refresh_token") not in self.refresh_tokens:
            # One that was used before: everything that came of it is void.
            self.refresh_tokens.clear()
            return False
        if self.rotates:
            self.refresh_tokens.discard(form["refresh_token"])
        return True

    def _tokens(self) -> Reply:
        access = CANARY + secrets.token_urlsafe(16)
        self.access_tokens = {access}
        content: dict[str, object] = {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": self.lifetime,
        }
        if self.rotates or not self.refresh_tokens:
            newer = CANARY + secrets.token_urlsafe(16)
            self.refresh_tokens.add(newer)
            content["refresh_token"] = newer
        return Reply(200, content)


@contextmanager
def authorization_server() -> Iterator[AuthorizationServer]:
    server = AuthorizationServer()
    with serving(server.answer) as service:
        server.service = service
        yield server
