"""Doors of one's own digest: asking for it, why each thing is there, less of it, the way out."""

from cogs.digests_group import DIGEST
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from community import text
from community.actors import Actor
from community.digest_issues import IssueView, MyDigest
from community.digest_mail import ADDRESS_LONGEST
from community.ports import Button
from community.services import Services
from prompts import Words

HOURS = range(6, 22)  # nobody wants a digest at night
MINE = Form(
    "digest.mine_change",
    ChoiceField("frequency", "personal_frequencies", radio=True),
    ChoiceField("weekday", "weekdays"),
    ChoiceField("hour"),
    ChoiceField("scope", "digest_scopes", radio=True),
)
ADDRESS = Form("digest.address", TextField("address", maximum=ADDRESS_LONGEST))
CODE = Form("digest.code", TextField("code", minimum=6, maximum=12))


class PersonalDoors:
    """`/digest mine`, `/digest email`, `/digest stop`, `/catch-up` and their buttons."""

    inbound: Inbound
    services: Services
    words: Words

    @localized.command("digest.mine", parent=DIGEST)
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("digest.mine")
    async def show_mine(self, interaction: Interaction, issue_id: int, extra: int) -> None:
        actor = await self._actor(interaction, issue_id)
        mine = await self.services.personal_digests.mine(actor)
        await self._mine(interaction, actor, mine, saved=False, issue_id=issue_id)

    @prefills(MINE)
    async def mine_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        now = await self.services.personal_digests.mine(actor)
        frequency = now.frequency if now.frequency != "off" else "weekly"
        values = {
            "frequency": frequency,
            "weekday": str(now.weekday),
            "hour": str(now.hour),
            "scope": now.scope,
        }
        return Prefill(values, {"hour": hours(self.words, actor.locale, now.hour)})

    @submits(MINE)
    async def mine_chosen(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.services.personal_digests.choose(
            actor,
            frequency=values["frequency"] or "",
            weekday=text.row_id(values["weekday"] or ""),
            hour=text.row_id(values["hour"] or "0"),
            scope=values["scope"] or "",
        )
        await self._mine(interaction, actor, mine)

    @localized.command("digest.stop", parent=DIGEST)
    async def stop(self, interaction: Interaction) -> None:
        await self.do_stop(interaction, 0, 0)

    @acts("digest.stop")
    async def do_stop(self, interaction: Interaction, issue_id: int, extra: int) -> None:
        actor = await self._actor(interaction, issue_id)
        await self.services.personal_digests.stop(actor)
        rows = [[Button("digest.mine"), Button("digest.catch_up")]] if interaction.guild_id else []
        await self.inbound.reply(interaction, "digests/stopped", rows=rows)

    @localized.command("catch_up")
    async def catch_up(self, interaction: Interaction) -> None:
        await self.show_catch_up(interaction, 0, 0)

    @acts("digest.catch_up")
    async def show_catch_up(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        issue = await self.services.personal_digests.catch_up(actor)
        rows = [[*([Button("digest.less", issue.id)] if issue.entries else []), Button("digest.mine")]]
        await self.inbound.reply(interaction, "digests/personal", rows=rows, issue=issue)

    @acts("digest.less")
    async def ask_less(self, interaction: Interaction, issue_id: int, extra: int) -> None:
        actor = await self._actor(interaction, issue_id)
        issue = await self.services.personal_digests.issue(actor, issue_id)
        rows: list[Row] = [[Menu("digest.less_of", _options(issue), issue_id)]]
        await self.inbound.reply(interaction, "digests/less", rows=rows, issue=issue)

    @acts("digest.less_of")
    async def less(self, interaction: Interaction, issue_id: int, extra: int) -> None:
        actor = await self._actor(interaction, issue_id)
        kind, _, number = next(iter(chosen(interaction)), "").partition(":")
        mute = await self.services.personal_digests.less(actor, issue_id, (kind, text.row_id(number)))
        rows = [[Button("digest.mine", issue_id)]]
        await self.inbound.reply(interaction, "digests/muted", rows=rows, mute=mute)

    @acts("digest.lift")
    async def lift(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        kind, _, theme_id = next(iter(chosen(interaction)), "").partition(":")
        mine = await self.services.personal_digests.lift(actor, kind, text.row_id(theme_id))
        await self._mine(interaction, actor, mine)

    @acts("digest.renew_page")
    async def renew_page(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._mine(interaction, actor, await self.services.personal_digests.renew_page(actor))

    # By e-mail.

    @localized.command("digest.email", parent=DIGEST)
    async def email(self, interaction: Interaction, address: str) -> None:
        await self._ask_code(interaction, address)

    @submits(ADDRESS)
    async def address_given(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._ask_code(interaction, values["address"])

    @submits(CODE)
    async def code_given(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.services.mail_addresses.confirm(actor, values["code"])
        await self._mine(interaction, actor, mine)

    @acts("digest.forget_address")
    async def forget_address(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._mine(interaction, actor, await self.services.mail_addresses.forget(actor))

    async def _ask_code(self, interaction: Interaction, typed: str) -> None:
        actor = await self.inbound.actor(interaction)
        address = await self.services.mail_addresses.ask(actor, typed)
        rows = [[Button("digest.code", style="primary"), Button("digest.address")]]
        await self.inbound.reply(interaction, "digests/code_sent", rows=rows, address=address)

    async def _actor(self, interaction: Interaction, issue_id: int) -> Actor:
        """In private, the issue says which network is meant."""
        if interaction.guild_id is None and issue_id:
            standing = self.inbound.standing(interaction)
            return await self.services.personal_digests.reader(standing, issue_id)
        return await self.inbound.actor(interaction)

    async def _mine(
        self,
        interaction: Interaction,
        actor: Actor,
        mine: MyDigest,
        *,
        saved: bool = True,
        issue_id: int = 0,
    ) -> None:
        """In private no server says which network is meant: there the issue leads to the way out alone."""
        on = mine.frequency != "off"
        rows: list[Row] = [[Button("digest.stop", issue_id, style="danger")]] if on and issue_id else []
        if interaction.guild_id is not None:
            first = [Button("digest.mine_change", style="primary"), Button("digest.catch_up")]
            more = [Button("profile.edit")]
            if mine.mail_offered and on:
                more.append(Button("digest.forget_address" if mine.address else "digest.address"))
            if mine.page_url:
                more.append(Button("digest.renew_page"))
            muted = [
                Option(f"{one.kind}:{one.theme_id}", self._kind(one.kind, actor), one.theme)
                for one in mine.mutes
            ]
            rows = [
                [*first, *([Button("digest.stop", style="danger")] if on else [])],
                more,
                [Menu("digest.lift", muted)],
            ]
        await self.inbound.reply(
            interaction,
            "digests/mine",
            rows=rows,
            mine=mine,
            saved=saved,
            in_private=interaction.guild_id is None,
            timezone=actor.timezone,
        )

    def _kind(self, kind: str, actor: Actor) -> str:
        return self.words.label(f"digests.sections.{kind}", actor.locale)


def hours(words: Words, locale: str, now: int) -> list[tuple[str, str]]:
    """The hours of a form, with the one that was chosen however odd."""
    return [(str(hour), words.label("digests.hour", locale, hour=hour)) for hour in sorted({*HOURS, now})]


def _options(issue: IssueView) -> list[Option]:
    return [Option(f"{one.item.kind}:{one.item.id}", one.item.title) for one in issue.entries]
