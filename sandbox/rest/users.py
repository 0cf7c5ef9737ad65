"""Accounts, direct conversations and the gateway's address."""

from datetime import timedelta

from sandbox.errors import ApiError
from sandbox.rest.router import Call, route
from sandbox.world import Json


@route("GET", "/users/@me", scope="identify")
async def get_me(call: Call) -> object:
    return me(call)


def me(call: Call) -> Json:
    """One's own account, as oneself alone sees it; a person's address only where they allowed it."""
    shown = {**call.me.data, "verified": True, "mfa_enabled": True, "locale": "en-US", "email": None}
    if call.bearer is not None:
        shown["locale"] = call.me.locale
        if "email" in call.bearer.scopes:
            shown["email"] = f"{call.me.data['username']}@example.org"
    return shown


@route("GET", "/users/{user}")
async def get_user(call: Call) -> object:
    user = call.world.users.get(call.params["user"])
    if user is None:
        raise ApiError.of(10013)
    return user.data


@route("PATCH", "/users/@me")
async def edit_me(call: Call) -> object:
    body = call.object()
    changes = {key: body[key] for key in ("username",) if isinstance(body.get(key), str)}
    call.world.edit_user(call.me, **changes)
    return me(call)


@route("GET", "/users/@me/guilds", scope="guilds")
async def my_guilds(call: Call) -> object:
    return [
        {
            "id": guild.id,
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == call.me.id,
            "permissions": str(call.sandbox.rights.in_guild(call.me.id, guild)),
            "features": guild.data["features"],
        }
        for guild in call.world.guilds_of(call.me.id)
    ]


@route("DELETE", "/users/@me/guilds/{guild}")
async def leave_guild(call: Call) -> object:
    call.world.leave(call.guild(), call.me)
    return None


@route("POST", "/users/@me/channels")
async def open_dm(call: Call) -> object:
    """The refusal of someone who closed their messages comes on sending, not here."""
    recipient = str(call.object().get("recipient_id") or "")
    user = call.world.users.get(recipient)
    if user is None:
        raise ApiError.leaf(("recipient_id",), "BASE_TYPE_REQUIRED", "This field is required")
    if user.bot:
        raise ApiError.of(50007)
    if frozenset({user.id, call.me.id}) not in call.world.dms:
        openings = call.sandbox.openings.setdefault(call.app.id, [])
        limit = call.world.now() - timedelta(minutes=10)
        openings[:] = [instant for instant in openings if instant > limit]
        if len(openings) >= call.sandbox.settings.dm_openings_per_10_minutes:
            raise ApiError.of(40003)
        openings.append(call.world.now())
    return call.sandbox.shapes.channel(call.world.dm(call.me, user), call.me)


@route("GET", "/gateway", auth=False)
async def gateway(call: Call) -> object:
    return {"url": call.sandbox.gateway_url}


@route("GET", "/gateway/bot")
async def gateway_bot(call: Call) -> object:
    gateway = call.sandbox.gateway
    return {
        "url": call.sandbox.gateway_url,
        "shards": call.sandbox.settings.shards,
        "session_start_limit": {
            "total": gateway.identifies_per_day,
            "remaining": max(0, gateway.identifies_per_day - call.app.identifies),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    }
