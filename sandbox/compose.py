"""From an accepted body to the fields of a message: pings, attachments, replies, default values."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError
from sandbox.rights import HISTORY, MENTION_EVERYONE
from sandbox.rules import mentions
from sandbox.snowflake import created_at
from sandbox.world import Channel, Json, World

V2, SUPPRESS_EMBEDS = 1 << 15, 1 << 2
FILE = 13  # a component: an uploaded file shown in the message
SETTABLE = SUPPRESS_EMBEDS | V2 | 1 << 12 | 1 << 13


@dataclass(slots=True, frozen=True)
class Upload:
    """One file of a multipart body."""

    filename: str
    content_type: str
    data: bytes


class Composer:
    """Builds what `World.post` and `World.edit_message` store."""

    def __init__(self, world: World) -> None:
        self.world = world

    def fields(
        self,
        body: Json,
        channel: Channel,
        *,
        permissions: int,
        files: dict[str, Upload] | None = None,
        default: tuple[str, ...] = ("users", "roles", "everyone"),
        extra_flags: int = 0,
    ) -> Json:
        """Everything of a new message but its author."""
        content = str(body.get("content") or "").strip()
        fields: Json = {
            "content": content,
            "tts": bool(body.get("tts")),
            "embeds": [self._embed(embed) for embed in body.get("embeds") or ()],
            "flags": int(body.get("flags") or 0) & SETTABLE | extra_flags,
            "attachments": self.attachments(body.get("attachments"), files or {}, channel, []),
        }
        fields["components"] = self.components(body.get("components"), fields["attachments"])
        if body.get("nonce") is not None:
            fields["nonce"] = body["nonce"]
        replied = self._reply(body.get("message_reference"), channel, permissions, fields)
        fields |= self.pings(body, fields, channel, permissions, default, replied)
        return fields

    def changes(
        self,
        body: Json,
        message: Json,
        channel: Channel,
        *,
        permissions: int,
        files: dict[str, Upload] | None = None,
        default: tuple[str, ...] = ("users", "roles", "everyone"),
    ) -> Json:
        """What an accepted edit changes; pings are counted again whenever the text changes."""
        changes: Json = {}
        if "content" in body:
            changes["content"] = str(body["content"] or "").strip()
        if "embeds" in body:
            changes["embeds"] = [self._embed(embed) for embed in body["embeds"] or ()]
        if "attachments" in body or files:
            kept = message["attachments"]
            listed = body.get("attachments")
            if "attachments" not in body:
                listed = [{"id": attachment["id"]} for attachment in kept]
            changes["attachments"] = self.attachments(listed, files or {}, channel, kept)
        attachments = changes.get("attachments", message["attachments"])
        if "components" in body:
            changes["components"] = self.components(body["components"], attachments)
        if body.get("flags") is not None:
            asked = int(body["flags"])
            flags = message["flags"] & ~SUPPRESS_EMBEDS | asked & SUPPRESS_EMBEDS | asked & V2
            if flags != message["flags"]:
                changes["flags"] = flags
        if "content" in body or "components" in body or "allowed_mentions" in body:
            fields = {key: changes.get(key, message[key]) for key in ("content", "components")}
            changes |= self.pings(body, fields, channel, permissions, default, None)
        return changes

    def pings(
        self,
        body: Json,
        fields: Json,
        channel: Channel,
        permissions: int,
        default: tuple[str, ...],
        replied: str | None,
    ) -> Json:
        text = "\n".join((fields["content"], *texts(fields["components"])))
        guild = channel.guild
        who = mentions.resolve(
            text,
            body.get("allowed_mentions"),
            roles=guild.roles if guild else {},
            can_mention_everyone=bool(permissions & MENTION_EVERYONE),
            default=default,
            replied_author=replied,
        )
        users = self.world.users
        return {
            "mentions": [users[user_id].data for user_id in who["users"] if user_id in users],
            "mention_roles": who["roles"],
            "mention_everyone": who["everyone"],
        }

    def _reply(self, reference: Any, channel: Channel, permissions: int, fields: Json) -> str | None:
        """Fill the reference; returns the author replied to."""
        if not isinstance(reference, dict) or reference.get("message_id") is None:
            return None
        if not permissions & HISTORY:
            raise ApiError.of(160002)
        target = channel.message(str(reference["message_id"]))
        if target is None:
            if reference.get("fail_if_not_exists", True) is False:
                return None
            raise ApiError.leaf(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        fields["type"] = 19
        fields["message_reference"] = {"type": 0, "message_id": target["id"], "channel_id": channel.id}
        if channel.guild is not None:
            fields["message_reference"]["guild_id"] = channel.guild.id
        fields["referenced_message"] = {k: v for k, v in target.items() if k != "referenced_message"}
        return str(target["author"]["id"])

    @staticmethod
    def _embed(embed: Json) -> Json:
        return {"type": "rich", **embed}

    def attachments(
        self, listed: Any, files: dict[str, Upload], channel: Channel, kept: list[Json]
    ) -> list[Json]:
        """Stored files of the new message, in order: those kept, then those uploaded."""
        described = {str(item.get("id")): item for item in listed or () if isinstance(item, dict)}
        stay = [attachment for attachment in kept if attachment["id"] in described]
        return stay + [
            self._store(upload, described.get(number, {}), channel) for number, upload in files.items()
        ]

    def _store(self, upload: Upload, described: Json, channel: Channel) -> Json:
        attachment_id = self.world.new_id()
        name = re.sub(r"[^\w.()\-]+", "_", str(described.get("filename") or upload.filename)) or "file"
        path = f"attachments/{channel.id}/{attachment_id}/{name}"
        self.world.files[path] = (upload.data, upload.content_type)
        issued = int(created_at(attachment_id).timestamp())
        seal = hashlib.sha256(path.encode()).hexdigest()
        url = f"{self.world.cdn}/{path}?ex={issued + 86400:x}&is={issued:x}&hm={seal}&"
        attachment: Json = {
            "id": attachment_id,
            "filename": name,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": upload.content_type,
        }
        if described.get("description"):
            attachment["description"] = described["description"]
        return attachment

    def components(self, listed: Any, attachments: Any) -> list[Json]:
        """Numbered (`id`), with `attachment://` media pointing to the stored files."""
        counter = iter(range(1, 10_000))
        by_name = {attachment["filename"]: attachment for attachment in attachments}
        return [_numbered(item, counter, by_name) for item in listed or ()]


def _numbered(item: Json, counter: Any, files: dict[str, Json]) -> Json:
    done = dict(item)
    if not done.get("id"):
        done["id"] = next(counter)
    if isinstance(done.get("components"), list):
        done["components"] = [_numbered(child, counter, files) for child in done["components"]]
    for key in ("accessory", "component"):
        if isinstance(done.get(key), dict):
            done[key] = _numbered(done[key], counter, files)
    for key in ("media", "file"):
        if isinstance(done.get(key), dict):
            done[key] = _media(done[key], files)
    if done.get("type") == FILE:
        stored = _stored(str((item.get("file") or {}).get("url") or ""), files)
        done |= {"name": stored["filename"], "size": stored["size"]} if stored else {}
    if isinstance(done.get("items"), list):
        done["items"] = [
            {**entry, "media": _media(entry.get("media") or {}, files)} for entry in done["items"]
        ]
    return done


def _media(media: Json, files: dict[str, Json]) -> Json:
    url = str(media.get("url") or "")
    stored = _stored(url, files)
    if stored is None:
        return {"proxy_url": url, **media}
    found = {"url": stored["url"], "proxy_url": stored["proxy_url"], "content_type": stored["content_type"]}
    return found | {"id": stored["id"], "attachment_id": stored["id"]}


def _stored(url: str, files: dict[str, Json]) -> Json | None:
    """The file of this message that an address names."""
    return files.get(url.removeprefix("attachment://")) if url.startswith("attachment://") else None


def texts(components: list[Json]) -> list[str]:
    """All Text Displays, outermost first."""
    found: list[str] = []
    for item in components:
        if item.get("type") == 10:
            found.append(str(item.get("content") or ""))
        found += texts(item.get("components") or [])
        if isinstance(item.get("accessory"), dict):
            found += texts([item["accessory"]])
    return found


def find_component(components: list[Json], custom_id: str) -> Json | None:
    """The interactive component of that identifier, wherever it is nested."""
    for item in components:
        if item.get("custom_id") == custom_id:
            return item
        nested = [*(item.get("components") or ())]
        nested += [item[key] for key in ("accessory", "component") if isinstance(item.get(key), dict)]
        found = find_component(nested, custom_id)
        if found is not None:
            return found
    return None
