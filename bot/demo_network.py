"""Fills the demonstration network: people, a library of real resources, a few words.

The people are fictional and the network says so; their authorities and the resources are real. Everything
that a person can do is done as that person does it, through the sandbox; only the library comes from a file.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from community import sheets
from community.actors import Actor
from community.importer import Importer
from community.ports import Clock, Labels
from sandbox import Guild, Person, Sandbox
from storage import networks
from storage.engine import Database

DATA = Path(__file__).parent / "demo_data"
# Kept out of the library: it is proposed by a member, so that there is something to review.
PROPOSED = "https://www.villesamiesdesaines-rf.fr"

FACILITATORS = ("Claire Vasseur – Thiers", "Mehdi Benali – Meaux")
MEMBERS = {
    "Nicolas Favre – Chambéry": "fr",
    "Aurélie Roche – Kingersheim": "fr",
    "Sylvain Meyer – Capbreton": "fr",
    "Nadia Bruno – Vaison-la-Romaine": "fr",
    "Hélène Le Goff – Concarneau": "fr",
    "Jean-Marc Thirion – Poitiers": "fr",
    "Émilie Payet – Saint-Denis": "fr",
    "Fatou Sarr – Stuckange": "fr",
    "Louise Garnier – Morteau": "fr",
    "Emma Clarke – Toulouse": "en-GB",
}
NEWCOMERS = ("Thomas Lopez – Navarrenx", "Maïa Etcheverry – Menditte")
NICOLAS = next(iter(MEMBERS))


@dataclass(frozen=True)
class Cast:
    """Who may be played. ``resources``: how many are in the library."""

    admin: Person
    facilitators: tuple[Person, ...]
    members: tuple[Person, ...]
    newcomers: tuple[Person, ...]
    resources: int


async def populate(sandbox: Sandbox, guild: Guild, db: Database, clock: Clock, labels: Labels) -> Cast:
    """To be called once the bot is ready on ``guild``. What it does by commands, it does through the bot."""
    admin = await sandbox.person(sandbox.world.users[guild.data["owner_id"]].name, guild)
    await admin.slash("network setup")
    resources = await fill_library(db, clock, guild.id)
    facilitators = [await sandbox.person(name, guild) for name in FACILITATORS]
    for person in facilitators:
        await admin.slash("member appoint", person=person.id)
    members = [await sandbox.person(name, guild, locale=locale) for name, locale in MEMBERS.items()]
    for person in members:
        await facilitators[0].slash("member admit", person=person.id)
    newcomers = [await sandbox.person(name, guild) for name in NEWCOMERS]
    channels = labels.table("server.channels", "fr")
    await _talk(admin, facilitators, members, newcomers, channels, labels)
    return Cast(admin, tuple(facilitators), tuple(members), tuple(newcomers), resources)


async def fill_library(db: Database, clock: Clock, server_ref: str) -> int:
    """The real resources, published at once, as an operator imports them."""
    async with db.reading() as session:
        network = await networks.by_server(session, "discord", server_ref)
    if network is None:
        raise LookupError("the set-up left no network")
    rows = (row for row in sheets.read(DATA / "resources.csv") if row.values.get("url") != PROPOSED)
    report = await Importer(db, clock).resources(Actor.operator(network.id or 0), rows)
    return report.created


async def _talk(
    admin: Person,
    facilitators: Iterable[Person],
    members: Iterable[Person],
    newcomers: Iterable[Person],
    channels: Mapping[str, str],
    labels: Labels,
) -> None:
    """A word from each side, and one proposal to review."""
    said = labels.table("demo", "fr")
    await admin.says(channels["announcements"], said["fiction"])
    await next(iter(facilitators)).says(channels["meetups"], said["hello"])
    speakers = list(members)
    await speakers[0].eventually(lambda: _reads(speakers[0], channels["meetups"]))
    await speakers[0].says(channels["meetups"], said["nicolas"])
    welcome = await speakers[1].sees(channels["welcome"])
    form = await speakers[1].click(welcome[0], labels.label("buttons.library.propose", "fr"))
    await speakers[1].fill(form, _proposal())
    panel = await next(iter(newcomers)).sees(channels["welcome"])
    await next(iter(newcomers)).click(panel[0], labels.label("buttons.member.ask", "fr"))


async def _reads(person: Person, channel: str) -> bool:
    """Whether the role has come that opens the channel."""
    try:
        return bool(await person.sees(channel))
    except LookupError:
        return False


def _proposal() -> Mapping[str, str]:
    with (DATA / "resources.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["url"] == PROPOSED)
    return {"name": row["title"], "url": row["url"], "summary": row["description"], "kind": row["kind"]}
