"""The life of an interaction: three seconds for the first answer, fifteen minutes for what follows.

`Interactions.start` is what a person's client does; `callback` and the webhook methods are what the bot does.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sandbox.compose import Composer, Upload, find_component
from sandbox.errors import ApiError
from sandbox.gateway import Gateway
from sandbox.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, Interaction
from sandbox.payloads import Payloads
from sandbox.rights import Rights
from sandbox.rules import interactions as rules
from sandbox.rules import messages as message_rules
from sandbox.session import dumps
from sandbox.world import App, Channel, Json, User, World
from sandbox.world.entities import EPHEMERAL, LOADING

ANSWER_WITHIN, TOKEN_LIFE = timedelta(seconds=3), timedelta(minutes=15)
#: With the clock frozen, nobody should wait for ever: real seconds before giving up.
PATIENCE = 30.0
Files = dict[str, Upload]


class Interactions:
    """All interactions that may still be answered."""

    answer_within = ANSWER_WITHIN
    token_life = TOKEN_LIFE

    def __init__(self, world: World, rights: Rights, gateway: Gateway, composer: Composer) -> None:
        self.world = world
        self.rights = rights
        self.gateway = gateway
        self.composer = composer
        self.payloads = Payloads(world, rights)
        self.by_id: dict[str, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}

    # --- the person's side -------------------------------------------------------------------------------

    async def start(
        self,
        app: App,
        user: User,
        channel: Channel,
        kind: int,
        data: Json,
        *,
        source: Json | None = None,
        opener: Interaction | None = None,
        command_name: str | None = None,
    ) -> Json:
        """Dispatch it and wait for the bot's first answer."""
        loop = asyncio.get_running_loop()
        interaction = Interaction(
            id=self.world.new_id(),
            token=secrets.token_urlsafe(48),
            app=app,
            user=user,
            channel=channel,
            type=kind,
            data=data,
            created=self.world.now(),
            source=source,
            outcome=loop.create_future(),
            command_name=command_name,
            opener=opener,
        )
        session = self.gateway.session_of(app, channel.guild.id if channel.guild else None)
        if session is None:
            return self._fail(interaction, "offline")
        self._remember(interaction)
        payload = self.payloads.envelope(app, user, channel, kind, data)
        payload |= {"id": interaction.id, "token": interaction.token}
        if source is not None:
            payload["message"] = source
        timer = self.world.clock.call_later(
            self.answer_within.total_seconds(), lambda: self._fail(interaction, "timeout")
        )
        patience = loop.call_later(PATIENCE, self._fail, interaction, "timeout")
        session.dispatch("INTERACTION_CREATE", dumps(payload), payload)
        try:
            return await interaction.outcome
        finally:
            timer.cancel()
            patience.cancel()

    def _remember(self, interaction: Interaction) -> None:
        if len(self.by_id) > 2_000:
            limit = self.world.now() - 2 * self.token_life
            for old in list(self.by_id.values())[:1_000]:
                if old.created < limit or len(self.by_id) > 50_000:
                    self.by_id.pop(old.id)
                    self.by_token.pop(old.token)
        self.by_id[interaction.id] = interaction
        self.by_token[interaction.token] = interaction

    def _fail(self, interaction: Interaction, reason: str) -> Json:
        result: Json = {"id": interaction.id, "outcome": "failed", "reason": reason}
        if interaction.answered or interaction.failed:
            return result
        interaction.failed = True
        self._settle(interaction, result)
        if interaction.type != AUTOCOMPLETE:
            told = {**result, "channel_id": interaction.channel.id, "application_id": interaction.app.id}
            if interaction.source is not None:
                told["message_id"] = interaction.source["id"]
            self.world.emit("INTERACTION_FAILED", told, users=[interaction.user.id])
        return result

    @staticmethod
    def _settle(interaction: Interaction, result: Json) -> None:
        if not interaction.outcome.done():
            interaction.outcome.set_result({"id": interaction.id, **result})

    # --- the bot's first answer --------------------------------------------------------------------------

    def callback(
        self, interaction_id: str, token: str, body: Any, files: Files
    ) -> tuple[Interaction, Json | None]:
        """Returns the interaction and the message that the answer made or changed."""
        interaction = self.by_id.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.failed:
            raise ApiError.of(10062)
        if interaction.answered:
            raise ApiError.of(40060)
        if self.world.now() - interaction.created > self.answer_within:
            self._fail(interaction, "timeout")
            raise ApiError.of(10062)
        with self._telling(interaction):
            return interaction, self._answer(interaction, body, files)

    @contextlib.contextmanager
    def _telling(self, interaction: Interaction) -> Iterator[None]:
        """Whoever tries a bot out sees on the page why its answer was not taken."""
        try:
            yield
        except ApiError as error:
            told = {"level": "error", "application": interaction.app.name, **error.body()}
            self.world.emit("NOTICE", told, users=[interaction.user.id])
            raise

    def _answer(self, interaction: Interaction, body: Any, files: Files) -> Json | None:
        answer = rules.callback(
            interaction.type,
            body,
            from_component=interaction.from_component,
            files=len(files),
            current=interaction.source,
            option_type=interaction.focused(),
        )
        kind, data = int(answer["type"]), answer.get("data") or {}
        if kind in (4, 5) and interaction.channel.archived:
            raise ApiError.of(50083)
        if kind == 7 and interaction.source is None:
            raise ApiError.leaf(("type",), "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 9, 10, 11}.")
        message = self._act(interaction, kind, data, files)
        interaction.answered = True
        return message

    def _act(self, interaction: Interaction, kind: int, data: Json, files: Files) -> Json | None:
        message: Json | None = None
        result: Json = {}
        if kind == 4:
            message = self._post(interaction, data, files, original=True)
            result = {"outcome": "message", "message": message}
        elif kind == 5:
            flags = int(data.get("flags") or 0) & EPHEMERAL
            message = self._post(interaction, {"flags": flags}, {}, original=True, extra=LOADING)
            interaction.loading = True
            result = {"outcome": "deferred", "message": message}
        elif kind in (6, 7):
            if interaction.source is not None:
                interaction.original_id = interaction.source["id"]
            if kind == 7 and interaction.source is not None:
                message = self._edit(interaction, interaction.source, data, files)
            outcome = "update" if kind == 7 else "deferred"
            result = {"outcome": outcome, "message": interaction.source}
        elif kind == 8:
            result = {"outcome": "choices", "choices": data.get("choices") or []}
        elif kind == 9:
            interaction.modal = data
            result = {"outcome": "modal", "modal": data}
        else:
            raise ApiError.leaf(("type",), "BASE_TYPE_CHOICES", "Not served by the sandbox")
        self._settle(interaction, result)
        return message

    def _post(
        self, interaction: Interaction, data: Json, files: Files, *, original: bool = False, extra: int = 0
    ) -> Json:
        app, channel = interaction.app, interaction.channel
        fields = self.composer.fields(
            data,
            channel,
            permissions=self.rights.of(app.user.id, channel),
            files=files,
            default=("users",),
            extra_flags=extra,
        )
        fields["application_id"] = fields["webhook_id"] = app.id
        fields["interaction_metadata"] = self._metadata(interaction)
        if interaction.type == COMMAND and interaction.command_name:
            fields["type"] = 20 if original else 19 if "referenced_message" in fields else 0
            fields["interaction"] = {
                "id": interaction.id,
                "type": interaction.type,
                "name": interaction.command_name,
                "user": interaction.user.data,
            }
        private = int(data.get("flags") or 0) & EPHEMERAL
        message = self.world.post(channel, app.user, reader=interaction.user if private else None, **fields)
        interaction.messages.add(message["id"])
        if original:
            interaction.original_id = message["id"]
        return message

    def _metadata(self, interaction: Interaction) -> Json:
        guild = interaction.channel.guild
        metadata: Json = {
            "id": interaction.id,
            "type": interaction.type,
            "user": interaction.user.data,
            "authorizing_integration_owners": {"0": guild.id if guild else "0"},
        }
        if interaction.type == COMMAND and interaction.command_name:
            metadata["name"] = interaction.command_name
            metadata["command_type"] = interaction.data["type"]
        if interaction.type == COMPONENT and interaction.source is not None:
            metadata["interacted_message_id"] = interaction.source["id"]
        if interaction.opener is not None:
            metadata["triggering_interaction_metadata"] = self._metadata(interaction.opener)
        return metadata

    def _edit(self, interaction: Interaction, message: Json, data: Json, files: Files) -> Json:
        changes = self.composer.changes(
            data,
            message,
            interaction.channel,
            permissions=self.rights.of(interaction.app.user.id, interaction.channel),
            files=files,
            default=("users",),
        )
        return self.world.edit_message(interaction.channel, message, changes)

    # --- the webhook of the token ------------------------------------------------------------------------

    def hook(self, app_id: str, token: str) -> Interaction:
        """The interaction of this token, if it may still be used."""
        interaction = self.by_token.get(token)
        if interaction is None or interaction.app.id != app_id or not interaction.answered:
            raise ApiError.of(10015)
        if self.world.now() - interaction.created > self.token_life:
            raise ApiError.of(50027)
        return interaction

    def hook_message(self, interaction: Interaction, message_id: str) -> Json:
        if message_id == "@original":
            message_id = interaction.original_id or ""
        elif message_id != interaction.original_id and message_id not in interaction.messages:
            raise ApiError.of(10008)
        channel = interaction.channel
        mine = channel.notes.get(interaction.user.id, {}).get(message_id)
        message = mine or channel.message(message_id)
        if message is None:
            raise ApiError.of(10008)
        return message

    def followup(self, interaction: Interaction, body: Any, files: Files) -> Json:
        """After a deferral the first followup writes the waiting message, whatever its own flags say."""
        with self._telling(interaction):
            accepted = message_rules.message_create(body, kind="webhook", files=len(files))
        if interaction.loading:
            waiting = self.hook_message(interaction, "@original")
            return self._write(interaction, waiting, accepted, files)
        return self._post(interaction, accepted, files)

    def edit(self, interaction: Interaction, message_id: str, body: Any, files: Files) -> Json:
        message = self.hook_message(interaction, message_id)
        with self._telling(interaction):
            accepted = message_rules.message_edit(body, message, kind="webhook", files=len(files))
        if interaction.loading and message["id"] == interaction.original_id:
            return self._write(interaction, message, accepted, files)
        return self._edit(interaction, message, accepted, files)

    def _write(self, interaction: Interaction, waiting: Json, body: Json, files: Files) -> Json:
        interaction.loading = False
        waiting["flags"] &= ~LOADING
        changes = self.composer.changes(
            body,
            waiting,
            interaction.channel,
            permissions=self.rights.of(interaction.app.user.id, interaction.channel),
            files=files,
            default=("users",),
        )
        return self.world.edit_message(interaction.channel, waiting, changes, silent=True)

    def delete(self, interaction: Interaction, message_id: str) -> None:
        message = self.hook_message(interaction, message_id)
        self.world.delete_message(interaction.channel, message["id"])

    # --- what a person's click refers to -----------------------------------------------------------------

    @staticmethod
    def component(message: Json, custom_id: str) -> Json:
        found = find_component(message["components"], custom_id)
        if found is None or found.get("disabled"):
            raise ApiError.leaf(
                ("data", "custom_id"), "COMPONENT_VALIDATION_FAILED", "Component validation failed"
            )
        return found
