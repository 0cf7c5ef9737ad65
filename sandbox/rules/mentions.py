"""Who a message pings: what the sender allows, and what the text and the rights make of it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.errors import Form, Path
from sandbox.rules.fields import Body, Json, Reader

KINDS = ("users", "roles", "everyone")
IDS = 100
# Messages in channels ping all; answers to interactions ping people only.
REGULAR_DEFAULT = KINDS
INTERACTION_DEFAULT = ("users",)

_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", re.DOTALL)
_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_CHANNEL = re.compile(r"<#(\d{1,20})>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def allowed_mentions(value: Any, *, prefix: Path = ("allowed_mentions",)) -> Body | None:
    """``{"parse", "users", "roles", "replied_user"}``, or None when absent."""
    form = Form()
    *around, key = prefix
    found = read(Reader(form, {key: value}, around), str(key))
    form.check()
    return found


def read(reader: Reader, key: str = "allowed_mentions") -> Body | None:
    """The same, for a message's form."""
    part = reader.child(key)
    if part is None:
        return None
    parse: list[str] = []
    for index, kind in enumerate(part.items("parse") or ()):
        if kind not in KINDS:
            part.form.not_one_of(part.at("parse", index), ("roles", "users", "everyone"))
        elif kind in parse:
            words = "The set already contains this value"
            part.form.add(part.at("parse", index), "SET_TYPE_ALREADY_CONTAINS_VALUE", words)
        else:
            parse.append(kind)
    users = part.snowflakes("users", most=IDS) or []
    roles = part.snowflakes("roles", most=IDS) or []
    for kind, ids in (("users", users), ("roles", roles)):
        if kind in parse and ids:
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            part.form.add(part.path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
    return {"parse": parse, "users": users, "roles": roles, "replied_user": part.boolean("replied_user")}


def resolve(
    content: str,
    allowed: Json | None,
    *,
    roles: Mapping[str, Json] | None = None,
    can_mention_everyone: bool = False,
    default: Iterable[str] = REGULAR_DEFAULT,
    replied_author: str | None = None,
) -> Body:
    """``{"users", "roles", "everyone", "channels"}``: whom ``content`` pings.

    ``roles``: the server's roles by id, for "mentionable"; without them any role can be pinged by who may
    ping all. Code is not looked into. With ``allowed`` absent, ``default`` holds and a reply pings its
    author.
    """
    text = _CODE.sub(" ", content)
    rule: Json = allowed if allowed is not None else {"parse": list(default), "replied_user": True}
    parse = rule.get("parse") or ()
    users = _chosen(_USER.findall(text), "users" in parse, rule.get("users"))
    if replied_author is not None and rule.get("replied_user") and replied_author not in users:
        users.append(replied_author)
    pinged_roles = [
        role
        for role in _chosen(_ROLE.findall(text), "roles" in parse, rule.get("roles"))
        if can_mention_everyone or (roles is not None and roles.get(role, {}).get("mentionable"))
    ]
    if roles is not None:
        pinged_roles = [role for role in pinged_roles if role in roles]
    everyone = "everyone" in parse and can_mention_everyone and _EVERYONE.search(text) is not None
    channels = list(dict.fromkeys(_CHANNEL.findall(text)))
    return {"users": users, "roles": pinged_roles, "everyone": everyone, "channels": channels}


def text_of(message: Json) -> str:
    """All the text of a message that can ping: its content and its Text Displays."""
    parts = [str(message.get("content") or "")]
    stack = list(message.get("components") or ())
    while stack:
        component = stack.pop(0)
        if component.get("type") == 10:
            parts.append(str(component.get("content") or ""))
        stack[:0] = component.get("components") or ()
    return "\n".join(part for part in parts if part)


def _chosen(found: Iterable[str], all_of_them: bool, listed: Iterable[str] | None) -> list[str]:
    """Each once, in the order of the text. Ids that the text does not name are ignored."""
    wanted = set(listed or ())
    return [one for one in dict.fromkeys(found) if all_of_them or one in wanted]
