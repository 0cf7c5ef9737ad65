"""Answers to interactions: the callback, and the webhook of the interaction's token. No bot token here.

The webhooks of channels have the same addresses: `webhooks.py` serves those.
"""

from sandbox.rest import webhooks
from sandbox.rest.router import Answer, Call, route
from sandbox.world.entities import EPHEMERAL, LOADING

HOOK = "/webhooks/{hook}/{token}"


@route("POST", "/interactions/{interaction}/{token}/callback", auth=False)
async def callback(call: Call) -> object:
    interactions = call.sandbox.interactions
    interaction, message = interactions.callback(
        call.params["interaction"], call.params["token"], call.body, call.files
    )
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    about: dict[str, object] = {"id": interaction.id, "type": interaction.type}
    kind = int(call.body["type"])
    answer: dict[str, object] = {"interaction": about}
    if kind in (4, 5, 7):
        shown = message if message is not None else interaction.source
        if shown is not None:
            about["response_message_id"] = shown["id"]
            about["response_message_loading"] = bool(shown["flags"] & LOADING)
            about["response_message_ephemeral"] = bool(shown["flags"] & EPHEMERAL)
            if kind in (4, 7):
                answer["resource"] = {"type": kind, "message": shown}
    return answer


@route("POST", HOOK, auth=False)
async def followup(call: Call) -> object:
    if call.params["hook"] in call.world.webhooks:
        return await webhooks.execute(call)
    interactions = call.sandbox.interactions
    hook = interactions.hook(call.params["hook"], call.params["token"])
    return interactions.followup(hook, call.body, call.files)


@route("GET", HOOK + "/messages/{message}", auth=False)
async def get_message(call: Call) -> object:
    if call.params["hook"] in call.world.webhooks:
        return await webhooks.get_message(call)
    interactions = call.sandbox.interactions
    hook = interactions.hook(call.params["hook"], call.params["token"])
    return interactions.hook_message(hook, call.params["message"])


@route("PATCH", HOOK + "/messages/{message}", auth=False)
async def edit_message(call: Call) -> object:
    if call.params["hook"] in call.world.webhooks:
        return await webhooks.edit_message(call)
    interactions = call.sandbox.interactions
    hook = interactions.hook(call.params["hook"], call.params["token"])
    return interactions.edit(hook, call.params["message"], call.body, call.files)


@route("DELETE", HOOK + "/messages/{message}", auth=False)
async def delete_message(call: Call) -> object:
    if call.params["hook"] in call.world.webhooks:
        return await webhooks.delete_message(call)
    interactions = call.sandbox.interactions
    hook = interactions.hook(call.params["hook"], call.params["token"])
    interactions.delete(hook, call.params["message"])
    return Answer(204)
