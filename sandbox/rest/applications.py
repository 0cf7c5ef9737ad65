"""The application behind a bot."""

from sandbox.rest.router import Call, route


def application(call: Call) -> object:
    count = len(call.world.guilds_of(call.me.id))
    return {**call.app.data, "approximate_guild_count": count, "approximate_user_install_count": 0}


@route("GET", "/oauth2/applications/@me")
async def current_bot_application(call: Call) -> object:
    return application(call)


@route("GET", "/applications/@me")
async def current_application(call: Call) -> object:
    return application(call)


@route("PATCH", "/applications/@me")
async def edit_application(call: Call) -> object:
    body = call.object()
    for key in ("description", "custom_install_url", "interactions_endpoint_url"):
        if isinstance(body.get(key), str):
            call.app.data[key] = body[key]
    return application(call)


@route("GET", "/applications/{application}/emojis")
async def application_emojis(call: Call) -> object:
    return {"items": []}


@route("GET", "/applications/{application}/skus")
async def skus(call: Call) -> object:
    return []


@route("GET", "/applications/{application}/entitlements")
async def entitlements(call: Call) -> object:
    return []
