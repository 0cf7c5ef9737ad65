"""`POST /sandbox/interactions`: from what a person did to what their bot gets."""

from typing import TYPE_CHECKING, Any

from sandbox.errors import ApiError
from sandbox.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from sandbox.people_view import View, pick
from sandbox.rules import modals
from sandbox.world import App, Channel, Json, User

if TYPE_CHECKING:
    from sandbox.server import Sandbox


async def start(sandbox: "Sandbox", user: User, body: Json) -> Json:
    """Check as a client would, dispatch, wait for the first answer."""
    channel = sandbox.world.channels.get(str(body.get("channel_id")))
    if channel is None:
        raise ApiError.of(10003)
    sandbox.rights.need(user.id, channel)
    data = body.get("data")
    if not isinstance(data, dict):
        raise ApiError.leaf(("data",), "BASE_TYPE_REQUIRED", "This field is required")
    kind = body.get("type")
    if kind in (COMMAND, AUTOCOMPLETE):
        return await _command(sandbox, user, channel, int(kind), data)
    if kind == COMPONENT:
        return await _component(sandbox, user, channel, data, str(body.get("message_id")))
    if kind == MODAL:
        opened_by = str(body.get("interaction_id") or data.get("interaction_id"))
        return await _modal(sandbox, user, channel, data, opened_by)
    raise ApiError.leaf(("type",), "BASE_TYPE_CHOICES", "Value must be one of {2, 3, 4, 5}.")


async def _command(sandbox: "Sandbox", user: User, channel: Channel, kind: int, data: Json) -> Json:
    if channel.archived:
        raise ApiError.of(50083)
    view = View(sandbox, user)
    command_id = str(data.get("id"))
    found = next((c for c in view.commands(channel) if c["id"] == command_id), None)
    if found is None:
        raise ApiError.of(10063)
    app = sandbox.world.apps[found["application_id"]]
    typing = kind == AUTOCOMPLETE
    sent = sandbox.interactions.payloads.command(found, data, app, user, channel, typing=typing)
    name = _full_name(found["name"], sent.get("options") or [])
    result = await sandbox.interactions.start(app, user, channel, kind, sent, command_name=name)
    for choice in result.get("choices") or ():
        choice["name_localized"] = pick(choice.get("name_localizations"), choice["name"], user.locale)
    return result


def _full_name(name: str, options: list[Json]) -> str:
    """`resource search`, as the « used » line of a client says it."""
    while options and options[0]["type"] in (1, 2):
        name, options = f"{name} {options[0]['name']}", options[0].get("options") or []
    return name


def _app_of(sandbox: "Sandbox", message: Json) -> App:
    app_id = message.get("application_id")
    for app in sandbox.world.apps.values():
        if app.id == app_id or app.user.id == message["author"]["id"]:
            return app
    raise ApiError.of(10002)


async def _component(sandbox: "Sandbox", user: User, channel: Channel, data: Json, message_id: str) -> Json:
    message = channel.notes.get(user.id, {}).get(message_id) or channel.message(message_id)
    if message is None:
        raise ApiError.of(10008)
    app = _app_of(sandbox, message)
    component = sandbox.interactions.component(message, str(data.get("custom_id")))
    sent = sandbox.interactions.payloads.values(component, data, app, user, channel)
    return await sandbox.interactions.start(app, user, channel, COMPONENT, sent, source=message)


async def _modal(sandbox: "Sandbox", user: User, channel: Channel, data: Json, opened_by: str) -> Json:
    opener = sandbox.interactions.by_id.get(opened_by)
    if opener is None or opener.modal is None or opener.user is not user:
        raise ApiError.of(10062)
    components = modals.submission(opener.modal, data.get("components"))
    sent: Json = {"custom_id": opener.modal["custom_id"], "components": components}
    refs: list[tuple[int, str]] = []
    _references(components, refs)
    resolved = sandbox.interactions.payloads.resolve(refs, opener.app, user, channel)
    if resolved:
        sent["resolved"] = resolved
    return await sandbox.interactions.start(
        opener.app,
        user,
        channel,
        MODAL,
        sent,
        source=opener.source,
        opener=opener,
    )


def _references(components: list[Any], refs: list[tuple[int, str]]) -> None:
    """The ids that selects and uploads of a form name."""
    kinds = {5: 6, 6: 8, 7: 9, 8: 7, 19: 11}
    for item in components:
        kind = kinds.get(item.get("type"))
        if kind is not None:
            refs += [(kind, str(value)) for value in item.get("values") or ()]
        _references(item.get("components") or [], refs)
        if isinstance(item.get("component"), dict):
            _references([item["component"]], refs)
