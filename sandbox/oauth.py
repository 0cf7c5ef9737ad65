"""OAuth2 for web logins: what people allowed which application, and the rules of the token endpoint.

Only the authorization code and refresh grants, with PKCE where asked: that is what a web login uses.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.world import App, Json, User, World

SCOPES = {
    "identify",
    "email",
    "guilds",
    "guilds.members.read",
    "connections",
    "openid",
    "applications.commands.permissions.update",
}
CODE_LIFE, TOKEN_LIFE = timedelta(minutes=10), timedelta(days=7)


class OAuthError(Exception):
    """As RFC 6749 spells it; `status` 401 for a client that is not who it says."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": description} if description else {})


@dataclass(slots=True, frozen=True)
class Asked:
    """An authorization request that may be shown to a person."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None


@dataclass(slots=True, frozen=True)
class Grant:
    """What a person allowed, behind a code or a token."""

    app: App
    user: User
    scopes: tuple[str, ...]
    expires: datetime
    redirect_uri: str = ""
    challenge: str | None = None


class OAuth:
    """All that was allowed; forgotten when the sandbox stops."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.codes: dict[str, Grant] = {}
        self.bearers: dict[str, Grant] = {}
        self.refreshers: dict[str, Grant] = {}

    # --- the consent screen ------------------------------------------------------------------------------

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Refuses, before anybody is asked, what must not be sent back to the address given."""
        app = self.world.apps.get(query.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client", "Unknown application")
        uri = query.get("redirect_uri", "")
        if uri not in app.data["redirect_uris"]:
            raise OAuthError("invalid_request", "Invalid OAuth2 redirect_uri")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code")
        scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
        if not scopes or not SCOPES.issuperset(scopes):
            raise OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            raise OAuthError("invalid_request", "code_challenge_method must be S256")
        return Asked(app, uri, scopes, query.get("state"), query.get("code_challenge") or None)

    def allow(self, asked: Asked, user: User) -> str:
        """A code, good once and for ten minutes."""
        code = secrets.token_urlsafe(22)
        expires = self.world.now() + CODE_LIFE
        self.codes[code] = Grant(asked.app, user, asked.scopes, expires, asked.redirect_uri, asked.challenge)
        return code

    # --- the token endpoint ------------------------------------------------------------------------------

    def token(self, form: Mapping[str, str], authorization: str = "") -> Json:
        app = self._client(form, authorization)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            grant = self.codes.pop(form.get("code", ""), None)
            self._check_code(grant, app, form)
        elif kind == "refresh_token":
            grant = self.refreshers.pop(form.get("refresh_token", ""), None)
        else:
            raise OAuthError("unsupported_grant_type", "Unsupported grant type")
        if grant is None or grant.app is not app:
            raise OAuthError("invalid_grant", 'Invalid "code" or "refresh_token" in request.')
        return self._issue(grant)

    def _client(self, form: Mapping[str, str], authorization: str) -> App:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, basic = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                client_id, _, secret = base64.b64decode(basic, validate=True).decode().partition(":")
            except ValueError:
                raise OAuthError("invalid_client", status=401) from None
        app = self.world.apps.get(client_id)
        if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode()):
            raise OAuthError("invalid_client", status=401)
        return app

    def _check_code(self, grant: Grant | None, app: App, form: Mapping[str, str]) -> None:
        if grant is None or grant.app is not app or grant.expires < self.world.now():
            raise OAuthError("invalid_grant", 'Invalid "code" in request.')
        if form.get("redirect_uri") != grant.redirect_uri:
            raise OAuthError("invalid_grant", 'Invalid "redirect_uri" in request.')
        if grant.challenge is not None:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != grant.challenge:
                raise OAuthError("invalid_grant", 'Invalid "code_verifier" in request.')

    def _issue(self, grant: Grant) -> Json:
        access, refresh = secrets.token_urlsafe(22), secrets.token_urlsafe(22)
        given = Grant(grant.app, grant.user, grant.scopes, self.world.now() + TOKEN_LIFE)
        self.bearers[access] = self.refreshers[refresh] = given
        return {
            "token_type": "Bearer",
            "access_token": access,
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "refresh_token": refresh,
            "scope": " ".join(grant.scopes),
        }

    def revoke(self, form: Mapping[str, str], authorization: str = "") -> None:
        """A token and whatever came with it; an unknown one is no error."""
        app = self._client(form, authorization)
        token = form.get("token", "")
        grant = self.bearers.get(token) or self.refreshers.get(token)
        if grant is None or grant.app is not app:
            return
        for table in (self.bearers, self.refreshers):
            for key in [key for key, value in table.items() if value is grant]:
                del table[key]

    def bearer(self, token: str) -> Grant | None:
        """Who is behind a token that may still be used."""
        grant = self.bearers.get(token)
        return grant if grant is not None and grant.expires > self.world.now() else None
