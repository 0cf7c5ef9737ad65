"""Which five things are for whom, and why: pure once the readers are loaded, several hundred at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_rules as rules
from community import digest_sources as sources
from community.digest_sources import Candidate, Key
from storage import digests
from storage.digests import PersonalDigest

MOST = 5
POOL = 1000  # candidates of a kind: a rare theme must find its own among them
_THEME, _DEPARTEMENT, _REGION, _VOICE, _URGENT = 3.0, 2.0, 1.0, 0.4, 3.0
_MOST_VOICES = 5
URGENT = frozenset({"need"})


@dataclass(frozen=True)
class Reader:
    """Somebody, as far as choosing for them goes. ``known``: told, opened or joined already."""

    member_id: int
    scope: str = "both"
    themes: frozenset[int] = frozenset()
    departement: str = ""
    region: str = ""
    known: frozenset[Key] = frozenset()
    mutes: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Chosen:
    """One thing and why: "theme" (``what``: its id), "departement", "region", "everyone", "all"."""

    candidate: Candidate
    reason: str
    what: int = 0

    @property
    def kept(self) -> list[str | int]:
        """As an issue keeps it."""
        return [self.candidate.kind, self.candidate.id, self.reason, self.what]


@dataclass(frozen=True)
class Pool:
    """Candidates by what they may be wanted for, so that each reader looks at their own only."""

    everything: Sequence[Candidate]
    by_theme: Mapping[int, Sequence[Candidate]] = field(default_factory=dict)
    by_departement: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    by_region: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    for_everyone: Sequence[Candidate] = ()

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Pool":
        themes: defaultdict[int, list[Candidate]] = defaultdict(list)
        departements: defaultdict[str, list[Candidate]] = defaultdict(list)
        regions: defaultdict[str, list[Candidate]] = defaultdict(list)
        everyone = []
        for one in candidates:
            for theme in one.themes:
                themes[theme].append(one)
            departements[one.departement].append(one)
            regions[one.region].append(one)
            if one.kind == "meetup" and not one.themes:
                everyone.append(one)
        return cls(candidates, themes, departements, regions, everyone)

    def near(self, reader: Reader) -> Iterable[Candidate]:
        """Every candidate that could be for this reader, some twice."""
        if reader.scope == "all" or not (reader.themes or reader.departement or reader.region):
            yield from self.everything
            return
        if reader.scope != "territory":
            for theme in reader.themes:
                yield from self.by_theme.get(theme, ())
        if reader.scope != "themes":
            if reader.departement:
                yield from self.by_departement.get(reader.departement, ())
            if reader.region:
                yield from self.by_region.get(reader.region, ())
        yield from self.for_everyone


def choose(
    pool: Pool, reader: Reader, *, since: datetime, until: datetime, most: int = MOST
) -> Sequence[Chosen]:
    """The best few: about a theme of theirs first, near before far, no authority more than twice."""
    found: dict[Key, tuple[float, float, Candidate]] = {}
    start, end = since.timestamp(), until.timestamp()
    for one in pool.near(reader):
        if one.key in found or one.key in reader.known or one.owner == reader.member_id:
            continue
        at = one.at.timestamp()
        if at >= end if one.kind == "meetup" else at < start:
            continue
        if reader.mutes and any((one.kind, theme) in reader.mutes for theme in one.themes or (0,)):
            continue
        found[one.key] = (_weight(one, reader), at, one)
    ranked = sorted(found.values(), key=lambda row: row[:2], reverse=True)
    first = rules.first_of((one for _, _, one in ranked), most, of=lambda one: one.authority)
    return [_reasoned(one, reader) for one in first]


def _weight(one: Candidate, reader: Reader) -> float:
    weight = _VOICE * min(one.voices, _MOST_VOICES) + _URGENT * (one.kind in URGENT)
    if not one.themes.isdisjoint(reader.themes):
        weight += _THEME
    if one.departement and one.departement == reader.departement:
        return weight + _DEPARTEMENT
    return weight + _REGION if one.region and one.region == reader.region else weight


def _reasoned(one: Candidate, reader: Reader) -> Chosen:
    shared = one.themes & reader.themes
    near = bool(one.departement) and one.departement == reader.departement
    around = bool(one.region) and one.region == reader.region
    if shared and reader.scope != "territory":
        return Chosen(one, "theme", min(shared))
    if (near or around) and reader.scope != "themes":
        return Chosen(one, "departement" if near else "region")
    return Chosen(one, "everyone" if one.kind == "meetup" and not one.themes else "all")


async def readers(
    session: AsyncSession, network_id: int, wanted: Mapping[int, PersonalDigest | None]
) -> dict[int, Reader]:
    """Several at once: six queries whatever their number."""
    ids = list(wanted)
    themes = await sources.followed(session, network_id, ids)
    places = await sources.places_of(session, network_id, ids)
    told = await digests.told(session, network_id, ids)
    joined = await sources.joined(session, network_id, ids)
    mutes = await digests.mutes(session, network_id, ids)
    found = {}
    for member_id, kept in wanted.items():
        _, departement, region = places.get(member_id, ("", "", ""))
        found[member_id] = Reader(
            member_id,
            kept.scope if kept else "both",
            themes.get(member_id, frozenset()),
            departement,
            region,
            frozenset(told.get(member_id, set()) | joined.get(member_id, set())),
            frozenset(mutes.get(member_id, ())),
        )
    return found
