"""Which account somebody has on Discord: OAuth2, authorization code with PKCE, and nothing but ``identify``.

The token that Discord gives is asked one question, then handed back: nothing of it is kept.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

log = logging.getLogger(__name__)

SCOPE = "identify"
_PATIENCE = aiohttp.ClientTimeout(total=10)
_AGENT = {"User-Agent": "DiscordBot (entre-pairs, 1)"}


class CodeRefused(Exception):
    """Discord does not take this code: used before, too old, or not ours."""


class SecretRefused(Exception):
    """Discord does not take our secret: a setting to mend."""


class DiscordDown(Exception):
    """Discord does not answer, or not as it should."""


@dataclass(frozen=True)
class Attempt:
    """One try to log in. It stays with the browser, which must bring it back."""

    state: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    @classmethod
    def read(cls, kept: str) -> "Attempt | None":
        """As ``kept`` wrote it."""
        state, separator, verifier = kept.partition(".")
        return cls(state, verifier) if separator and state and verifier else None

    @property
    def kept(self) -> str:
        return f"{self.state}.{self.verifier}"

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class DiscordLogin:
    """``client_id`` is known once the bot is logged in; ``back``: where Discord sends people."""

    def __init__(self, *, api: str, authorize: str, secret: str, back: str) -> None:
        self._api = api
        self._authorize = authorize
        self._secret = secret
        self._back = back
        self.client_id: Callable[[], str | None] = lambda: None

    def address(self, attempt: Attempt, client_id: str) -> str:
        """Where somebody says yes to being recognised."""
        query = {
            "client_id": client_id,
            "redirect_uri": self._back,
            "response_type": "code",
            "scope": SCOPE,
            "state": attempt.state,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._authorize}?{urlencode(query)}"

    async def account(self, code: str, attempt: Attempt, client_id: str) -> str:
        """The id of the account behind a code."""
        form = {
            "client_id": client_id,
            "client_secret": self._secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": attempt.verifier,
        }
        try:
            async with aiohttp.ClientSession(timeout=_PATIENCE, headers=_AGENT) as http:
                token = await self._token(http, form)
                account = await self._ask(http, token)
                await self._give_back(http, token, client_id)
                return account
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("discord login failed error=%s", type(error).__name__)
            raise DiscordDown from error

    async def _token(self, http: aiohttp.ClientSession, form: dict[str, str]) -> str:
        async with http.post(f"{self._api}/oauth2/token", data=form) as answer:
            if answer.status == 401:
                log.error("discord refuses the client secret")
                raise SecretRefused
            if answer.status == 400:
                raise CodeRefused
            if answer.status != 200:
                raise DiscordDown
            body: dict[str, Any] = await answer.json()
            return str(body["access_token"])

    async def _ask(self, http: aiohttp.ClientSession, token: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(f"{self._api}/users/@me", headers=headers) as answer:
            if answer.status != 200:
                raise DiscordDown
            body: dict[str, Any] = await answer.json()
            return str(body["id"])

    async def _give_back(self, http: aiohttp.ClientSession, token: str, client_id: str) -> None:
        """If Discord does not take it, it ends by itself within days; nobody else ever saw it."""
        form = {"client_id": client_id, "client_secret": self._secret, "token": token}
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.post(f"{self._api}/oauth2/token/revoke", data=form):
                pass
