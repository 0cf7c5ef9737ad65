"""Needs: publishing one, reading those of others, saying how one's own ended.

Publishing answers at once with what the network holds (``closest.py``) and asks a few peers in private
(``asking.py``); the thread, the 48 hours and the six weeks are outbox rows (``needs_delivery.py``). A need
without a name is read by a facilitator first (``needs_care.py``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import needs_rules as rules
from community import text
from community.actors import Actor
from community.asking import local_day
from community.closest import Closest, closest
from community.errors import Invalid, NotFound
from community.hidden_names import given_away
from community.needs_plan import close_up, follow_up, later, open_up
from community.needs_rules import (
    OPEN_MOST,
    Checked,
    NameInReply,
    NameInText,
    NeedPage,
    NeedView,
    NewNeed,
    TooManyNeeds,
    check_decides,
    is_mine,
    open_now,
    view,
    views,
    visible,
)
from community.needs_themes import themes_of_words
from community.policy import Action, allows, require
from community.ports import Clock
from community.practice_cards import CONTEXT_LONGEST
from community.practice_cards import TITLE_LONGEST as CARD_TITLE
from community.practice_sharing import DraftView, Sharing
from community.search import QUESTION_LONGEST, ticket_of
from storage import audit, helping, members, needs, networks, profiles, search
from storage.engine import Database
from storage.helping import HelpRequest
from storage.needs import Need, NeedReply, NeedState
from storage.search import SearchSession

MINE_MOST = 10
SUGGESTIONS_MOST = 25


@dataclass(frozen=True)
class FirstAnswer:
    """What a member reads at once. ``willing``: how many in the network may be asked at all.

    ``again``: the library is looked at once more, nobody is asked anew. ``guessed``: the need's themes were
    not chosen, see ``needs_themes``.
    """

    need: NeedView
    closest: Closest
    chosen: int
    willing: int
    again: bool = False
    guessed: bool = False


@dataclass(frozen=True)
class MyNeeds:
    """One's own, what one was asked and has not answered, and open ones that one took over."""

    needs: Sequence[NeedView]
    asked: Sequence[NeedView]
    kept: Sequence[NeedView] = ()


class Needs:
    """Use cases on needs."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory, sharing: Sharing) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory
        self._sharing = sharing

    async def publish(self, actor: Actor, new: NewNeed, *, anyway: bool = False) -> FirstAnswer:
        """Ask the network. ``anyway``: a name was pointed out in a question without one, and is meant."""
        require(actor, Action.PUBLISH_NEED)
        if actor.member_id is None:
            raise NotFound(kind="member")
        now = self._clock.now()
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            given = rules.checked(new, now, network.timezone)
            named = await _themes(session, actor.network_id)
            rules.check_themes(given.themes, named)
            if new.nameless and not anyway:
                await _check_names(session, actor, f"{given.title}\n{given.context}")
            guessed: frozenset[int] = frozenset()
            if not given.themes:
                guessed = await themes_of_words(session, self._memory, actor.network_id, given.title, named)
                given = replace(given, themes=guessed)
            near = await self._closest(session, actor, given, named, now)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            if await needs.count_open_of(session, actor.network_id, actor.member_id) >= OPEN_MOST:
                raise TooManyNeeds(limit=OPEN_MOST)
            need = await self._add(session, actor, given, new.nameless, now)
            chosen: Sequence[HelpRequest] = ()
            if need.state == NeedState.OPEN:
                chosen = await open_up(session, need, now)
            else:
                await later(session, need, "need.to_check", now, now)
            today = await local_day(session, actor.network_id, now)
            willing = await helping.count_willing(session, actor.network_id, today)
            return FirstAnswer(
                await view(session, need, actor), near, len(chosen), willing, guessed=bool(guessed)
            )

    async def closest(self, actor: Actor, need_id: int) -> FirstAnswer:
        """What the network holds today for a need of one's own (or, for a facilitator, of anybody)."""
        require(actor, Action.PUBLISH_NEED)
        async with self._db.reading() as session:
            need = visible(actor, await needs.get(session, actor.network_id, need_id))
            borne = (await needs.themes_of(session, actor.network_id, [need_id])).get(need_id, [])
            given = Checked(
                need.title, need.context, need.deadline, frozenset(theme.id or 0 for theme in borne)
            )
            named = await _themes(session, actor.network_id)
            near = await self._closest(session, actor, given, named, self._clock.now())
            return FirstAnswer(await view(session, need, actor), near, 0, 0, again=True)

    async def waiting(self, actor: Actor, page: int = 1) -> NeedPage:
        """The open ones, the latest first."""
        require(actor, Action.SEE_NEEDS)
        page = max(1, page)
        async with self._db.reading() as session:
            found, total = await needs.shelf(
                session,
                actor.network_id,
                [NeedState.OPEN],
                limit=rules.PAGE,
                offset=(page - 1) * rules.PAGE,
            )
            return NeedPage(await views(session, actor.network_id, found, actor), total, page)

    async def mine(self, actor: Actor) -> MyNeeds:
        """One's own needs, the latest first, the peers who wait for one's answer, and what one took over."""
        require(actor, Action.SEE_NEEDS)
        member_id = actor.member_id or 0
        async with self._db.reading() as session:
            own = await needs.of_author(session, actor.network_id, member_id, limit=MINE_MOST)
            asked = await helping.waiting_for(session, actor.network_id, member_id)
            found = [await needs.get(session, actor.network_id, one.need_id) for one in asked]
            standing = [need for need in found if need is not None and need.state == NeedState.OPEN]
            kept = await needs.open_kept_by(session, actor.network_id, member_id)
            others = [need for need in kept if need.author_id != member_id]
            return MyNeeds(
                await views(session, actor.network_id, own, actor),
                await views(session, actor.network_id, standing, actor),
                await views(session, actor.network_id, others, actor),
            )

    async def need(self, actor: Actor, need_id: int) -> NeedView:
        """One need; before it is published, for its author and the facilitators."""
        require(actor, Action.SEE_NEEDS)
        async with self._db.reading() as session:
            need = visible(actor, await needs.get(session, actor.network_id, need_id))
            return await view(session, need, actor)

    async def suggest(self, actor: Actor, typed: str) -> Sequence[NeedView]:
        """Open needs whose title has the words typed so far."""
        require(actor, Action.SEE_NEEDS)
        wanted = text.folded(typed)
        async with self._db.reading() as session:
            found, _total = await needs.shelf(session, actor.network_id, [NeedState.OPEN], limit=200)
            fit = [need for need in found if wanted in text.folded(need.title)][:SUGGESTIONS_MOST]
            return await views(session, actor.network_id, fit, actor)

    async def to_close(self, actor: Actor, need_id: int) -> NeedView:
        """One that the actor may close: their own, or any for a facilitator."""
        require(actor, Action.PUBLISH_NEED)
        async with self._db.reading() as session:
            need = open_now(await needs.get(session, actor.network_id, need_id))
            await check_decides(session, actor, need)
            return await view(session, need, actor)

    async def close(self, actor: Actor, need_id: int, ending: str, outcome: str | None = None) -> NeedView:
        """How it ended. Those who helped are thanked; nobody is asked about it any more."""
        require(actor, Action.PUBLISH_NEED)
        if ending not in rules.ENDINGS:
            raise Invalid(field="ending", problem="unknown")
        if outcome and outcome not in rules.OUTCOMES:
            raise Invalid(field="outcome", problem="unknown")
        now = self._clock.now()
        async with self._db.transaction() as session:
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            await check_decides(session, actor, need)
            await close_up(session, need, NeedState(ending), outcome or None, now)
            await self._note(session, actor, "need.close", need)
            return await view(session, need, actor)

    async def to_practice(self, actor: Actor, need_id: int) -> DraftView:
        """« En faire une fiche ? »: a draft with the need's words, for its author alone; begun once."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.reading() as session:
            need = rules.present(await needs.get(session, actor.network_id, need_id))
            if not is_mine(actor, need):
                raise rules.NotYours(title=need.title)
            borne = (await needs.themes_of(session, actor.network_id, [need_id])).get(need_id, [])
            offered = {theme.id for theme in await networks.themes(session, actor.network_id)}
        title, context = need.title[:CARD_TITLE].rstrip(), need.context[:CONTEXT_LONGEST].rstrip()
        begun = next((one for one in await self._sharing.drafts(actor) if one.title == title), None)
        if begun is not None:
            return await self._sharing.draft(actor, begun.id)
        theme_ids = [theme.id or 0 for theme in borne if theme.id in offered]
        return await self._sharing.begin(actor, {"title": title, "context": context}, theme_ids)

    async def keep_open(self, actor: Actor, need_id: int) -> NeedView:
        """It still holds: ask a few more peers, and ask again in six weeks."""
        require(actor, Action.PUBLISH_NEED)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            await check_decides(session, actor, need)
            await follow_up(session, need, now)
            return await view(session, need, actor)

    async def reply(self, actor: Actor, need_id: int, words: str, *, anyway: bool = False) -> NeedView:
        """Say something in the thread of one's own need, still without one's name."""
        require(actor, Action.PUBLISH_NEED)
        words = text.lines(words)
        rules.check_length("words", words, 1, rules.WORDS_LONGEST)
        now = self._clock.now()
        if not anyway:
            async with self._db.reading() as session:
                await _check_names(session, actor, words, NameInReply)
        async with self._db.transaction() as session:
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            if not need.nameless or not is_mine(actor, need):
                raise rules.NotYours(title=need.title)
            said = NeedReply(
                network_id=need.network_id,
                need_id=need_id,
                author_id=actor.member_id,
                words=words,
                created_at=now,
            )
            session.add(said)
            await session.flush()
            await later(session, need, "need.reply", now, now, key=str(said.id), reply=said.id or 0)
            return await view(session, need, actor)

    async def from_search(self, actor: Actor, session_id: int, ticket: int) -> str:
        """The words of a search that found nothing, to begin a need with. One's own, or for a facilitator."""
        require(actor, Action.PUBLISH_NEED)
        async with self._db.reading() as session:
            noted = await session.get(SearchSession, session_id)
            if noted is None or noted.network_id != actor.network_id or noted.results:
                raise NotFound(kind="search")
            if ticket_of(noted.at) != ticket and not allows(actor, Action.CARE_FOR_NEEDS):
                raise NotFound(kind="search")
            return noted.query[:QUESTION_LONGEST]

    async def _closest(
        self, session: AsyncSession, actor: Actor, given: Checked, named: Mapping[int, str], now: datetime
    ) -> Closest:
        return await closest(
            session,
            self._memory,
            actor.network_id,
            now,
            said=given.title,
            themes={key: name for key, name in named.items() if key in given.themes},
            mine=await profiles.get(session, actor.network_id, actor.member_id or 0),
        )

    async def _add(
        self, session: AsyncSession, actor: Actor, given: Checked, nameless: bool, now: datetime
    ) -> Need:
        member_id = actor.member_id or 0
        mine = await profiles.get(session, actor.network_id, member_id)
        agreed = (await profiles.granted(session, actor.network_id, [member_id])).get(member_id, frozenset())
        told = mine is not None and "organisation" in agreed and not nameless
        need = Need(
            network_id=actor.network_id,
            author_id=member_id,
            title=given.title,
            context=given.context,
            territory=mine.organisation if mine is not None and told else "",
            deadline=given.deadline,
            nameless=nameless,
            state=NeedState.WAITING if nameless else NeedState.OPEN,
            created_at=now,
            active_at=now,
        )
        session.add(need)
        await session.flush()
        await needs.set_themes(session, need.id or 0, given.themes)
        await self._note(session, actor, Action.PUBLISH_NEED, need)
        return need

    async def _note(self, session: AsyncSession, actor: Actor, action: str, need: Need) -> None:
        await audit.record(
            session,
            network_id=need.network_id,
            at=self._clock.now(),
            # Who asks without a name is in no list of acts that facilitators export.
            member_id=None if need.nameless and is_mine(actor, need) else actor.member_id,
            action=action,
            subject_kind="need",
            subject_id=need.id,
            details={"state": str(need.state)},
        )


async def _themes(session: AsyncSession, network_id: int) -> dict[int, str]:
    """Number -> name of those in use."""
    return {theme.id or 0: theme.name for theme in await networks.themes(session, network_id)}


async def _check_names(
    session: AsyncSession, actor: Actor, said: str, refusal: type[NameInText] = NameInText
) -> None:
    """A question without a name that says who asks is pointed out before it is published."""
    member = await members.get(session, actor.network_id, actor.member_id or 0)
    mine = await profiles.get(session, actor.network_id, actor.member_id or 0)
    others = [one.display_name.partition(" – ")[0] for one in await members.roll(session, actor.network_id)]
    own = [member.display_name if member else "", mine.organisation if mine else ""]
    found = given_away(said, own, whole=others)
    if found:
        raise refusal(found=found)
