"""The token endpoint and what a web login reads with its token."""

from typing import Any

from sandbox.errors import ApiError
from sandbox.oauth import OAuthError
from sandbox.rest.router import Answer, Call, route

HIDDEN = ("bot", "owner", "redirect_uris", "approximate_user_authorization_count", "eligible_oauth2_scopes")


def form_of(call: Call) -> dict[str, str]:
    """The endpoint takes a form, as RFC 6749 asks; JSON is refused."""
    body: Any = call.body
    if not call.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthError("invalid_request", "A form is expected")
    return {str(key): str(value) for key, value in (body or {}).items()}


@route("POST", "/oauth2/token", auth=False)
async def token(call: Call) -> object:
    try:
        return call.sandbox.oauth.token(form_of(call), call.headers.get("Authorization", ""))
    except OAuthError as error:
        return Answer(error.status, error.body)


@route("POST", "/oauth2/token/revoke", auth=False)
async def revoke(call: Call) -> object:
    try:
        call.sandbox.oauth.revoke(form_of(call), call.headers.get("Authorization", ""))
    except OAuthError as error:
        return Answer(error.status, error.body)
    return {}


@route("GET", "/oauth2/@me", scope="")
async def current_authorization(call: Call) -> object:
    grant = call.bearer
    if grant is None:
        raise ApiError.unauthorized()
    shown: dict[str, object] = {
        "application": {key: value for key, value in grant.app.data.items() if key not in HIDDEN},
        "expires": grant.expires.isoformat(),
        "scopes": list(grant.scopes),
    }
    if "identify" in grant.scopes:
        shown["user"] = grant.user.data
    return shown


@route("GET", "/users/@me/guilds/{guild}/member", scope="guilds.members.read")
async def my_member(call: Call) -> object:
    guild = call.guild()
    return guild.members[call.me.id]
