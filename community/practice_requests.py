"""« En faire une fiche »: a message becomes a card, if its author agrees, and in their name.

The author is asked in private and may leave it at that: who asked is told the same in every case. The text
comes with the click on the message; it is kept for the author's answer, and no longer than some days.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, NotFound
from community.policy import Action, require
from community.ports import Clock
from community.practice_cards import DONE_LONGEST, TITLE_LONGEST
from community.practice_sharing import begin_draft
from storage import card_requests, members, networks, outbox
from storage.card_requests import CardRequest, RequestState
from storage.engine import Database
from storage.members import MemberState
from storage.networks import Place

KEPT_FOR = timedelta(days=14)
_TEXT_LONGEST = 4000


class MessageWithoutWords(DomainError):
    """A picture or a file alone: there is nothing to make a card of."""

    code = "message_without_words"
    onward = ("practice.share",)


class AuthorUnknown(DomainError):
    """The message is of nobody in this network who could agree: a bot, somebody who left."""

    code = "author_unknown"


@dataclass(frozen=True)
class Told:
    """A message that somebody chose, as the platform gives it with the click. References are text."""

    message_ref: str
    author_ref: str
    text: str
    channel_ref: str
    forum_ref: str | None = None  # where the channel is a thread of
    thread_title: str = ""


@dataclass(frozen=True)
class RequestView:
    """What the author is asked. ``asked_by`` is a name."""

    id: int
    text: str
    asked_by: str


class CardRequests:
    """Use cases on messages that may become cards."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def ask(self, actor: Actor, told: Told) -> int:
        """The draft's id when it is the actor's own message; else 0: its author is asked."""
        require(actor, Action.SHARE_PRACTICE)
        said = text.lines(told.text)[:_TEXT_LONGEST]
        async with self._db.transaction() as session:
            found = await members.by_account(session, actor.network_id, "discord", told.author_ref)
            if found is None or found[0].state != MemberState.ACTIVE:
                raise AuthorUnknown
            if not said:
                raise MessageWithoutWords
            author = found[0]
            title = text.one_line(told.thread_title) or _first_words(said)
            thread_ref = told.channel_ref if told.forum_ref else None
            if author.id == actor.member_id:
                home = await _home(session, actor.network_id, told.forum_ref)
                return await self._draft(session, actor, title, said, thread_ref, home=home)
            await networks.lock(session, actor.network_id)
            if await card_requests.about(session, actor.network_id, told.message_ref) is None:
                await self._ask(session, actor, author.id or 0, told, (title, said, thread_ref))
            return 0

    async def accept(self, actor: Actor, request_id: int) -> int:
        """The author agrees: a draft of theirs, to complete and publish; its id."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            request = await _mine(session, actor, request_id)
            said, title = request.text, request.title
            self._close(request, RequestState.ACCEPTED)
            session.add(request)
            return await self._draft(session, actor, title, said, request.thread_ref, home=request.at_home)

    async def decline(self, actor: Actor, request_id: int) -> None:
        """The author would rather not. Nobody is told; the text is forgotten."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            request = await _mine(session, actor, request_id)
            self._close(request, RequestState.DECLINED)
            session.add(request)

    async def purge(self) -> int:
        """Forget the texts that waited for long; the application's own tick, of every network."""
        async with self._db.transaction() as session:
            old = await card_requests.unanswered(session, self._clock.now() - KEPT_FOR, 200)
            for request in old:
                self._close(request, RequestState.DECLINED)
                session.add(request)
            return len(old)

    async def _ask(
        self,
        session: AsyncSession,
        actor: Actor,
        author_id: int,
        told: Told,
        kept: tuple[str, str, str | None],
    ) -> None:
        title, said, thread_ref = kept
        now = self._clock.now()
        request = CardRequest(
            network_id=actor.network_id,
            asked_by=actor.member_id,
            author_id=author_id,
            message_ref=told.message_ref,
            thread_ref=thread_ref,
            at_home=await _home(session, actor.network_id, told.forum_ref),
            title=title[:TITLE_LONGEST],
            text=said,
            asked_at=now,
        )
        session.add(request)
        await session.flush()
        await outbox.enqueue(
            session,
            network_id=actor.network_id,
            kind="card_request.asked",
            dedupe_key=f"card_request.asked:{request.id}",
            subject_id=request.id,
            recipient_id=author_id,
            due_at=now,
            expires_at=now + KEPT_FOR,
            now=now,
        )

    async def _draft(
        self,
        session: AsyncSession,
        actor: Actor,
        title: str,
        said: str,
        thread_ref: str | None,
        *,
        home: bool,
    ) -> int:
        """``home``: told in the practices forum, where the card then stands in the same thread."""
        short = said if len(said) <= DONE_LONGEST else f"{said[: DONE_LONGEST - 1].rstrip()}…"
        values = {"title": title[:TITLE_LONGEST], "done": short}
        practice = await begin_draft(
            session, actor.network_id, actor.member_id or 0, values, self._clock, actor.locale
        )
        practice.origin_ref = thread_ref
        practice.thread_ref = thread_ref if home else None
        session.add(practice)
        await session.flush()
        return practice.id or 0

    def _close(self, request: CardRequest, state: RequestState) -> None:
        request.state, request.answered_at = state, self._clock.now()
        request.text = request.title = ""


async def view(session: AsyncSession, request: CardRequest) -> RequestView:
    """As the words need it."""
    names = await members.names(session, request.network_id, [request.asked_by or 0])
    return RequestView(request.id or 0, request.text, names.get(request.asked_by or 0, ""))


async def _mine(session: AsyncSession, actor: Actor, request_id: int) -> CardRequest:
    """A question to the actor that has no answer yet."""
    request = await card_requests.locked(session, actor.network_id, request_id)
    waits = request is not None and request.state == RequestState.ASKED
    if request is None or not waits or request.author_id != actor.member_id:
        raise NotFound(kind="card_request")
    return request


async def _home(session: AsyncSession, network_id: int, forum_ref: str | None) -> bool:
    place = (await networks.places(session, network_id)).get(Place.PRACTICES)
    return place is not None and forum_ref is not None and place.channel_ref == forum_ref


def _first_words(said: str, most: int = 60) -> str:
    """A title until its author finds a better one."""
    line: str = said.splitlines()[0]
    return line if len(line) <= most else f"{line[: most - 1].rsplit(' ', 1)[0]}…"
