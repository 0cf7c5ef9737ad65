"""A person, for tests and scripts: types commands, clicks, fills forms, reads, by the HTTP of the page."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.client_shapes import Answer, Json, Modal, Refused, Seen, find_component, pick

LOADING = 1 << 7
Target = Answer | Seen | Json


class Person:
    """One account. Channels go by name or id; commands, options, buttons and fields by any of their names."""

    #: Real seconds that `slash`, `click` … wait for a deferred answer, and `eventually` for its condition.
    patience = 10.0

    def __init__(self, url: str, user_id: str, *, name: str = "", guild_id: str | None = None) -> None:
        self.url = url
        self.id = user_id
        self.name = name
        self.guild_id = guild_id
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Any route of the people API; `Refused` when it answers an error."""
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"X-Person": self.id})
        params = {key: str(value) for key, value in query.items() if value is not None}
        url = f"{self.url}/sandbox{path}"
        async with self._session.request(method, url, json=body, params=params) as response:
            answer = None if response.status == 204 else await response.json(content_type=None)
            if response.status >= 400:
                raise Refused(response.status, answer or {})
            return answer

    # --- where -------------------------------------------------------------------------------------------

    async def me(self) -> Json:
        """Everything this person sees on opening the page."""
        answer: Json = await self.request("GET", "/me")
        return answer

    async def channel(self, name: str) -> str:
        """The id of the channel, thread or post of that name (or id) which this person sees."""
        if name.isdigit() and len(name) > 15:
            return name
        name = name.removeprefix("#")
        everything = await self.me()
        guilds = [g for g in everything["guilds"] if self.guild_id in (None, g["id"])]
        for guild in guilds:
            for channel in (*guild["channels"], *guild["threads"]):
                if channel["name"] == name:
                    return str(channel["id"])
        for guild in guilds:
            for forum in (c for c in guild["channels"] if c["type"] in (15, 16)):
                for post in await self.request("GET", f"/channels/{forum['id']}/posts"):
                    if post["name"] == name:
                        return str(post["id"])
        for dm in everything["dms"]:
            if any(name in (user["username"], user.get("global_name")) for user in dm["recipients"]):
                return str(dm["id"])
        raise LookupError(f"{self.name} sees no channel « {name} »")

    async def _place(self, channel: str | None) -> str:
        if channel is not None:
            return await self.channel(channel)
        everything = await self.me()
        for guild in everything["guilds"]:
            if self.guild_id in (None, guild["id"]):
                for candidate in guild["channels"]:
                    if candidate["type"] == 0:
                        return str(candidate["id"])
        raise LookupError(f"{self.name} sees no text channel")

    # --- commands ----------------------------------------------------------------------------------------

    async def commands(self, channel: str | None = None) -> list[Json]:
        """What « / » offers there."""
        answer: list[Json] = await self.request("GET", f"/channels/{await self._place(channel)}/commands")
        return answer

    async def _resolve(self, channel_id: str, path: str, kind: int = 1) -> tuple[Json, list[Json]]:
        """The command and the chain of groups below it."""
        words = path.strip().lstrip("/").split(" ") if kind == 1 else [path]
        found = await self.request("GET", f"/channels/{channel_id}/commands")
        for command in (c for c in found if c["type"] == kind):
            if words[0] in (command["name"], command.get("name_localized")):
                chain: list[Json] = []
                level = command
                for word in words[1:]:
                    level = pick(level.get("options") or [], word)
                    chain.append(level)
                return command, chain
        names = ", ".join(sorted(c["name"] for c in found)) or "none"
        raise LookupError(f"{self.name} has no command « {path} » there; there are: {names}")

    @staticmethod
    def _data(command: Json, chain: list[Json], options: Mapping[str, object], focused: str | None) -> Json:
        level = chain[-1] if chain else command
        filled: list[Json] = []
        for name, value in options.items():
            option = pick(level.get("options") or [], name)
            entry: Json = {"name": option["name"], "type": option["type"], "value": plain(value)}
            if focused in (name, option["name"]):
                entry["focused"] = True
            filled.append(entry)
        for step in reversed(chain):
            filled = [{"name": step["name"], "type": step["type"], "options": filled}]
        return {"id": command["id"], "type": command["type"], "options": filled}

    async def slash(
        self,
        command: str,
        *,
        channel: str | None = None,
        values: Mapping[str, object] | None = None,
        **options: object,
    ) -> Answer:
        """`slash("resource search", query="…")`: the bot's answer, once it is no longer waiting.

        `values` takes options whose names Python cannot take (« durée », or one called `channel`).
        """
        options |= values or {}
        channel_id = await self._place(channel)
        found, chain = await self._resolve(channel_id, command)
        return await self._interact(2, channel_id, self._data(found, chain, options, None))

    async def autocomplete(
        self, command: str, option: str, typed: object, *, channel: str | None = None, **others: object
    ) -> list[Json]:
        """The choices offered while this is typed (each with `name`, `value`, `name_localized`)."""
        channel_id = await self._place(channel)
        found, chain = await self._resolve(channel_id, command)
        data = self._data(found, chain, {**others, option: typed}, option)
        answer = await self._interact(4, channel_id, data)
        return answer.choices

    async def context(self, command: str, target: Target | str, *, channel: str | None = None) -> Answer:
        """A command of the menu of a message (an `Answer` or `Seen`) or of a member (their id)."""
        if isinstance(target, str):
            channel_id, kind, target_id = await self._place(channel), 2, target
        else:
            message = raw(target)
            channel_id, kind, target_id = str(message["channel_id"]), 3, str(message["id"])
        found, _ = await self._resolve(channel_id, command, kind)
        return await self._interact(
            kind=2, channel_id=channel_id, data={"id": found["id"], "type": kind, "target_id": target_id}
        )

    # --- components and forms ----------------------------------------------------------------------------

    async def click(self, target: Target, button: str) -> Answer:
        """Press the button of that label or custom_id."""
        message = raw(target)
        found = find_component(message, button, (2,))
        data = {"custom_id": found["custom_id"], "component_type": 2}
        return await self._interact(3, str(message["channel_id"]), data, message_id=message["id"])

    async def choose(self, target: Target, menu: str, values: Sequence[str]) -> Answer:
        """Choose in the menu of that custom_id or placeholder; options by value or label."""
        message = raw(target)
        found = find_component(message, menu, (3, 5, 6, 7, 8))
        by_label = {option["label"]: option["value"] for option in found.get("options") or ()}
        data = {
            "custom_id": found["custom_id"],
            "component_type": found["type"],
            "values": [by_label.get(value, value) for value in values],
        }
        return await self._interact(3, str(message["channel_id"]), data, message_id=message["id"])

    async def fill(self, modal: Modal | Answer | None, values: Mapping[str, object]) -> Answer:
        """Send the form. Fields by custom_id or label; those left out keep what the form proposed."""
        form = modal.modal if isinstance(modal, Answer) else modal
        if form is None:
            raise LookupError("there is no form to fill")
        data = {"custom_id": form.custom_id, "components": form.submission(values)}
        return await self._interact(5, form.channel_id, data, interaction_id=form.interaction_id)

    async def _interact(self, kind: int, channel_id: str, data: Json, **more: object) -> Answer:
        body = {"type": kind, "channel_id": channel_id, "data": data, **more}
        result = await self.request("POST", "/interactions", body)
        answer = Answer.of(result, channel_id)
        if answer.outcome == "deferred" and answer.message and answer.message["flags"] & LOADING:
            await self._await_deferred(answer, channel_id)
        return answer

    async def _await_deferred(self, answer: Answer, channel_id: str) -> None:
        message_id = answer.message["id"] if answer.message else ""

        async def written() -> bool:
            try:
                answer.message = await self.request("GET", f"/channels/{channel_id}/messages/{message_id}")
            except Refused:
                return True
            return not answer.message["flags"] & LOADING

        await self.eventually(written)

    async def refresh(self, target: Target) -> Seen:
        """The message as it is now."""
        message = raw(target)
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"
        return Seen(await self.request("GET", path))

    # --- reading and writing -----------------------------------------------------------------------------

    async def sees(self, channel: str, *, limit: int = 50) -> list[Seen]:
        """What this person reads there, oldest first, their own ephemeral notes included."""
        channel_id = await self.channel(channel)
        found = await self.request("GET", f"/channels/{channel_id}/messages", limit=limit)
        return [Seen(message) for message in reversed(found)]

    async def dismiss(self, target: Target) -> None:
        """Put away a private answer, as one does on the screen; a message of one's own is deleted."""
        message = raw(target)
        await self.request("DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}")

    async def dms(self, *, limit: int = 50) -> list[Seen]:
        """All direct messages received and sent, oldest first."""
        everything = await self.me()
        found: list[Json] = []
        for dm in everything["dms"]:
            found += await self.request("GET", f"/channels/{dm['id']}/messages", limit=limit)
        return [Seen(message) for message in sorted(found, key=lambda m: int(m["id"]))]

    async def posts(self, forum: str) -> list[Json]:
        """The posts of a forum: thread channels, each with its starter in "message"."""
        answer: list[Json] = await self.request("GET", f"/channels/{await self.channel(forum)}/posts")
        return answer

    async def says(self, channel: str, content: str, *, reply_to: str | None = None) -> Seen:
        body = {"content": content, "reply_to": reply_to}
        return Seen(await self.request("POST", f"/channels/{await self.channel(channel)}/messages", body))

    async def dm(self, user_id: str, content: str) -> Seen:
        channel = await self.request("POST", "/dms", {"recipient_id": user_id})
        return await self.says(str(channel["id"]), content)

    async def posts_in(self, forum: str, name: str, content: str, tags: Sequence[str] = ()) -> Json:
        """A new forum post; returns its thread."""
        body = {"name": name, "content": content, "applied_tags": list(tags)}
        answer: Json = await self.request("POST", f"/channels/{await self.channel(forum)}/posts", body)
        return answer

    async def reacts(self, target: Target, emoji: str) -> None:
        message = raw(target)
        path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/{emoji}"
        await self.request("PUT", path)

    async def interested(self, event_id: str, guild_id: str | None = None, *, away: bool = False) -> None:
        guild = guild_id or self.guild_id
        await self.request("DELETE" if away else "PUT", f"/guilds/{guild}/events/{event_id}/interested")

    async def joins(self, guild_id: str) -> None:
        await self.request("PUT", f"/guilds/{guild_id}/me")

    async def leaves(self, guild_id: str) -> None:
        await self.request("DELETE", f"/guilds/{guild_id}/me")

    async def set_dm_policy(self, policy: str) -> None:
        """ "open", "closed" (no message from bots passes) or "blocked"."""
        await self.request("PATCH", "/me", {"dm_policy": policy})

    async def authorizes(self, url: str, *, allow: bool = True) -> str:
        """Decide on the consent screen at `url`; the address to which the browser is sent back."""
        form = {**dict(parse_qsl(urlsplit(url).query)), "person": self.id}
        form["decision"] = "allow" if allow else "refuse"
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(f"{self.url}/oauth2/authorize", data=form, allow_redirects=False) as response,
        ):
            if response.status != 302:
                raise Refused(response.status, {"message": await response.text()})
            return response.headers["Location"]

    async def eventually(self, condition: Callable[[], object], *, patience: float | None = None) -> Any:
        """Ask until the answer is true; return it. Raises `TimeoutError` when patience ends."""
        deadline = asyncio.get_running_loop().time() + (self.patience if patience is None else patience)
        pause = 0.005
        while True:
            outcome = condition()
            value = await outcome if inspect.isawaitable(outcome) else outcome
            if value:
                return value
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{self.name} waited in vain")
            await asyncio.sleep(pause)
            pause = min(0.05, pause * 1.5)


def raw(target: Target) -> Json:
    """The message behind an answer."""
    if isinstance(target, Answer | Seen):
        if target.message is None:
            raise LookupError("this answer has no message")
        return target.message
    return target


def plain(value: object) -> object:
    """Objects of the world stand for their id."""
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return value["id"]
    return getattr(value, "id", value)


__all__ = ["Answer", "Modal", "Person", "Refused", "Seen"]
