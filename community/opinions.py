"""What members think of a resource, where it was used and how that went, and what each keeps for themselves.

An average is shown from five ratings on: below, it would be somebody's opinion with a number on it. Uses are
shown by authority, each with the latest word of its members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.aggregates import FEW
from community.errors import DomainError, Invalid, NotFound
from community.lengths import check_length
from community.policy import Action, allows, require
from community.ports import Clock
from community.practice_people import belonging
from community.resources import PAGE, ResourcePage, ResourceView, view, views
from storage import audit, library, members, opinions
from storage.engine import Database
from storage.library import Resource, ResourceState
from storage.opinions import KeptResource, Outcome, ResourceRating

SHOWN_FROM = FEW
STARS = (1, 2, 3, 4)
COMMENT_LONGEST = 500
COMMENTS_SHOWN = 5
USES_SHOWN = 5
NOT_USED = "none"  # what a form says to take a use back


class OwnResource(DomainError):
    """Who proposed a resource does not rate it. Details: ``title``."""

    code = "own_resource"


@dataclass(frozen=True)
class UseView:
    """``authority`` is empty where none is known; ``outcome`` a key of the label table "outcomes"."""

    authority: str
    outcome: str
    comment: str


@dataclass(frozen=True)
class Opinion:
    """What stands on a resource's card. ``average`` is None below five ratings."""

    average: float | None
    ratings: int
    kept: bool
    mine: int | None  # the actor's own stars
    uses: Sequence[UseView] = ()  # the latest of them
    used_by: int = 0  # authorities


@dataclass(frozen=True)
class CommentView:
    id: int
    author_name: str | None  # None: a former member
    stars: int | None
    outcome: str
    comment: str
    at: datetime


@dataclass(frozen=True)
class ResourceOpinions:
    """The latest comments on one resource. ``may_hide``: the actor may take one out."""

    resource: ResourceView
    average: float | None
    ratings: int
    comments: Sequence[CommentView]
    may_hide: bool


@dataclass(frozen=True)
class RatingView:
    """One member's opinion: stars, the outcome of a use, or both. ``authority``: whose use it was."""

    resource: ResourceView
    stars: int | None
    outcome: str
    authority: str
    comment: str
    hidden: bool


class Opinions:
    """Use cases on ratings and kept resources."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def about(self, actor: Actor, resource_id: int) -> Opinion:
        """What the card of a published resource says."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            stars, ratings = await opinions.average(session, actor.network_id, resource_id)
            mine = await opinions.rating_of(session, actor.network_id, resource_id, actor.member_id or 0)
            kept = await opinions.kept(session, actor.network_id, actor.member_id or 0, resource_id)
            uses = _by_authority(await opinions.uses(session, actor.network_id, resource_id))
        average = stars if ratings >= SHOWN_FROM else None
        return Opinion(
            average,
            ratings,
            kept is not None,
            mine.stars if mine else None,
            uses[:USES_SHOWN],
            len(uses),
        )

    async def keep(self, actor: Actor, resource_id: int, *, wanted: bool = True) -> ResourceView:
        """Put it on the actor's own list, or take it off. Twice changes nothing."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.transaction() as session:
            resource = await _published(session, actor, resource_id)
            if actor.member_id is not None:
                row = await opinions.kept(session, actor.network_id, actor.member_id, resource_id)
                if wanted and row is None:
                    session.add(
                        KeptResource(
                            network_id=actor.network_id,
                            member_id=actor.member_id,
                            resource_id=resource_id,
                            kept_at=self._clock.now(),
                        )
                    )
                elif row is not None and not wanted:
                    await session.delete(row)
            return await view(session, resource)

    async def kept(self, actor: Actor, page: int = 1) -> ResourcePage:
        """The actor's own list, the latest first; what was withdrawn since is left out."""
        require(actor, Action.JUDGE_RESOURCE)
        page = max(1, page)
        async with self._db.reading() as session:
            found, total = await opinions.all_kept(
                session, actor.network_id, actor.member_id or 0, limit=PAGE, offset=(page - 1) * PAGE
            )
            return ResourcePage(await views(session, actor.network_id, found), total, page)

    async def mine(self, actor: Actor, resource_id: int) -> RatingView | None:
        """What the actor said of it; refuses those who may not rate it."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.reading() as session:
            resource = await _ratable(session, actor, resource_id)
            row = await opinions.rating_of(session, actor.network_id, resource_id, actor.member_id or 0)
            return await _rating(session, resource, row) if row else None

    async def rate(self, actor: Actor, resource_id: int, stars: int, comment: str = "") -> RatingView:
        """One rating per member, and it may be changed. A comment that was hidden stays so."""
        require(actor, Action.JUDGE_RESOURCE)
        comment = text.lines(comment)
        check_length("comment", comment, 0, COMMENT_LONGEST)
        if stars not in STARS:
            raise Invalid(field="stars", problem="unknown")
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = await _ratable(session, actor, resource_id, change=True)
            row = await _said(session, actor, resource_id, now)
            row.stars, row.comment, row.updated_at = stars, comment, now
            session.add(row)
            await session.flush()
            return await _rating(session, resource, row)

    async def use(self, actor: Actor, resource_id: int) -> RatingView | None:
        """What the actor said of its use, or thinks of it; who proposed it may have used it too."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.reading() as session:
            resource = await _published(session, actor, resource_id)
            row = await opinions.rating_of(session, actor.network_id, resource_id, actor.member_id or 0)
            return await _rating(session, resource, row) if row else None

    async def used(self, actor: Actor, resource_id: int, outcome: str, comment: str = "") -> RatingView:
        """« Nous l'avons utilisée », for the actor's authority; ``NOT_USED`` takes it back."""
        require(actor, Action.JUDGE_RESOURCE)
        comment = text.lines(comment)
        check_length("comment", comment, 0, COMMENT_LONGEST)
        if outcome not in {*Outcome, NOT_USED} or actor.member_id is None:
            raise Invalid(field="outcome", problem="unknown")
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = await _published(session, actor, resource_id, change=True)
            row = await _said(session, actor, resource_id, now)
            row.comment, row.updated_at = comment, now
            if outcome == NOT_USED:
                row.outcome, row.authority_key, row.authority_id, row.authority = "", "", None, ""
            else:
                who = await belonging(session, actor.network_id, actor.member_id)
                row.outcome, row.authority_key = outcome, who.key
                row.authority_id, row.authority = who.authority_id, who.authority
            if row.stars is not None or row.outcome:
                session.add(row)
            elif row.id is not None:  # it said nothing else
                await session.delete(row)
            return await _rating(session, resource, row)

    async def of(self, actor: Actor, resource_id: int) -> ResourceOpinions:
        """The latest comments, and who wrote them."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            resource = await _published(session, actor, resource_id)
            stars, ratings = await opinions.average(session, actor.network_id, resource_id)
            found = await opinions.comments(session, actor.network_id, resource_id, limit=COMMENTS_SHOWN)
            authors = [row.member_id for row in found if row.member_id is not None]
            names = await members.names(session, actor.network_id, authors)
            comments = [
                CommentView(
                    row.id or 0,
                    names.get(row.member_id or 0),
                    row.stars,
                    row.outcome,
                    row.comment,
                    row.updated_at,
                )
                for row in found
            ]
            average = stars if ratings >= SHOWN_FROM else None
            shown = await view(session, resource)
        return ResourceOpinions(shown, average, ratings, comments, _may_hide(actor, resource))

    async def hide(self, actor: Actor, rating_id: int) -> int:
        """Take a comment out: whoever proposed the resource, or a facilitator. The stars still count.

        Returns the resource it was on. Twice changes nothing.
        """
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.transaction() as session:
            row = await opinions.rating(session, actor.network_id, rating_id)
            if row is None:
                raise NotFound(kind="comment")
            resource = await _published(session, actor, row.resource_id)
            if not _may_hide(actor, resource):
                require(actor, Action.CURATE_LIBRARY)
            if row.hidden_at is None:
                row.hidden_at, row.hidden_by = self._clock.now(), actor.member_id
                session.add(row)
                await audit.record(
                    session,
                    network_id=actor.network_id,
                    at=self._clock.now(),
                    member_id=actor.member_id,
                    action="library.hide_comment",
                    subject_kind="resource",
                    subject_id=row.resource_id,
                )
            return row.resource_id


async def forget_member(session: AsyncSession, network_id: int, member_id: int) -> None:
    """In the transaction that erases the member: the uses stay and count, without anybody's name."""
    for row in await opinions.used_by(session, network_id, member_id):
        row.authority, row.authority_id, row.authority_key = "", None, f"gone:{row.id}"
        session.add(row)


def _by_authority(rows: Sequence[ResourceRating]) -> list[UseView]:
    """One for each authority: the latest word of its members."""
    latest: dict[str, ResourceRating] = {}
    for row in rows:
        latest.setdefault(row.authority_key, row)
    return [
        UseView(row.authority, row.outcome, "" if row.hidden_at else text.one_line(row.comment))
        for row in latest.values()
    ]


async def _said(session: AsyncSession, actor: Actor, resource_id: int, now: datetime) -> ResourceRating:
    """The actor's opinion so far, or a new one that says nothing yet."""
    row = await opinions.rating_of(session, actor.network_id, resource_id, actor.member_id or 0)
    return row or ResourceRating(
        network_id=actor.network_id,
        resource_id=resource_id,
        member_id=actor.member_id,
        created_at=now,
        updated_at=now,
    )


def _may_hide(actor: Actor, resource: Resource) -> bool:
    mine = actor.member_id is not None and resource.proposed_by == actor.member_id
    return mine or allows(actor, Action.CURATE_LIBRARY)


async def _published(
    session: AsyncSession, actor: Actor, resource_id: int, *, change: bool = False
) -> Resource:
    read = library.locked if change else library.get
    resource = await read(session, actor.network_id, resource_id)
    if resource is None or resource.state != ResourceState.PUBLISHED:
        raise NotFound(kind="resource")
    return resource


async def _ratable(
    session: AsyncSession, actor: Actor, resource_id: int, *, change: bool = False
) -> Resource:
    resource = await _published(session, actor, resource_id, change=change)
    if actor.member_id is None or resource.proposed_by == actor.member_id:
        raise OwnResource(title=resource.title)
    return resource


async def _rating(session: AsyncSession, resource: Resource, row: ResourceRating) -> RatingView:
    shown = await view(session, resource)
    return RatingView(
        shown, row.stars, row.outcome, row.authority, row.comment, hidden=row.hidden_at is not None
    )
