"""Fills the demonstration network: people, a library of real resources, a few words.

The people are fictional and the network says so; their authorities and the resources are real. Everything
that a person can do is done as that person does it, through the sandbox; only the library comes from a file.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.demo_digests import turn_on_digests
from bot.demo_meetups import plan_meetups
from bot.demo_needs import fill_needs
from community import sheets
from community.actors import Actor
from community.importer import Importer
from community.ports import Clock, Labels
from community.practice_importer import PracticeImporter
from community.practice_sharing import Sharing
from community.sheets import Row
from sandbox import Answer, Guild, Person, Sandbox
from storage import networks, practices
from storage.engine import Database

DATA = Path(__file__).parent / "demo_data"
# Kept out of the library: it is proposed by a member, so that there is something to review.
PROPOSED = "https://www.villesamiesdesaines-rf.fr"

OWNER = "Odile Marchand – Thiers"
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
# Members who help one another, by the keys of ``demo_needs.py``.
HELPING = {
    "nicolas": NICOLAS,
    "jean_marc": "Jean-Marc Thirion – Poitiers",
    "helene": "Hélène Le Goff – Concarneau",
    "aurelie": "Aurélie Roche – Kingersheim",
    "fatou": "Fatou Sarr – Stuckange",
}
# Who comes to the meetup.
COMING = ("Aurélie Roche – Kingersheim", "Hélène Le Goff – Concarneau")
# How many practices are discussed in a thread from the start.
THREADS = 8
# The channel that every server is born with; it comes after the announcements.
TALK = "général"
# What the person who waits for access says of themselves, step by step.
ASKED: Mapping[str, Mapping[str, object]] = {
    "about": {"function": "Secrétaire de mairie", "timezone": "Europe/Paris", "locale": "fr"},
    "sharing": {
        "seeks": "Des exemples à la taille d’une petite commune.",
        "consents": ["listed", "organisation"],
    },
}
# Who says what there, in order.
TALKING = (
    (FACILITATORS[0], "hello"),
    (NICOLAS, "nicolas"),
    ("Hélène Le Goff – Concarneau", "helene"),
    ("Jean-Marc Thirion – Poitiers", "jean_marc"),
    ("Fatou Sarr – Stuckange", "fatou"),
    (FACILITATORS[1], "commands"),
)


@dataclass(frozen=True)
class Cast:
    """Who may be played. ``resources``: how many are in the library."""

    admin: Person
    facilitators: tuple[Person, ...]
    members: tuple[Person, ...]
    newcomers: tuple[Person, ...]
    resources: int


async def populate(sandbox: Sandbox, guild: Guild, db: Database, clock: Clock, labels: Labels) -> Cast:
    """To be called once the bot is ready on ``guild``. What it does by commands, it does through the bot.

    An ordinary member comes first in the list of people: it is as them that the page opens.
    """
    admin = await sandbox.person(sandbox.world.users[guild.data["owner_id"]].name, guild)
    await _done(admin, await admin.slash("network setup"))
    resources = await fill_library(db, clock, guild.id)
    await fill_practices(db, clock, guild.id)
    members = [await sandbox.person(name, guild, locale=locale) for name, locale in MEMBERS.items()]
    facilitators = [await sandbox.person(name, guild) for name in FACILITATORS]
    for person in facilitators:
        await _done(admin, await admin.slash("member appoint", person=person.id))
    for person in members:
        await _done(facilitators[0], await facilitators[0].slash("member admit", person=person.id))
    newcomers = [await sandbox.person(name, guild) for name in NEWCOMERS]
    await _open_talk(admin, guild, labels)
    await _talk(admin, facilitators, members, newcomers, labels)
    await plan_meetups(facilitators[1], [_of(members, name) for name in COMING], labels)
    await fill_needs({key: _of(members, name) for key, name in HELPING.items()}, labels)
    await turn_on_digests(facilitators[0], _of(members, NICOLAS), clock.now(), labels)
    return Cast(admin, tuple(facilitators), tuple(members), tuple(newcomers), resources)


def _of(people: Sequence[Person], name: str) -> Person:
    return next(person for person in people if person.name == name)


async def _done(person: Person, answer: Answer) -> None:
    """Whoever plays this person later has not to read what the bot told them now."""
    if answer.ephemeral:
        await person.dismiss(answer)


async def _open_talk(admin: Person, guild: Guild, labels: Labels) -> None:
    """The server's own first channel becomes the place where members talk and type commands."""
    roles = {role["name"]: role_id for role_id, role in guild.roles.items()}
    named = labels.table("server.roles", "fr")
    see = str(1 << 10)
    hidden = [{"id": guild.id, "type": 0, "allow": "0", "deny": see}]
    shown = [
        {"id": roles[named[role]], "type": 0, "allow": see, "deny": "0"} for role in ("facilitator", "member")
    ]
    meetups = guild.channel(labels.label("server.channels.meetups", "fr"))
    category = next(channel for channel in guild.channels.values() if channel.data["type"] == 4)
    changes = {
        "parent_id": category.id,
        "position": meetups.data["position"],  # of two at one place, the older comes first
        "topic": labels.label("demo.talk_topic", "fr"),
        "permission_overwrites": hidden + shown,
    }
    await admin.request("PATCH", f"/channels/{await admin.channel(TALK)}", changes)


async def fill_library(db: Database, clock: Clock, server_ref: str) -> int:
    """The real resources, published at once, as an operator imports them."""
    async with db.reading() as session:
        network = await networks.by_server(session, "discord", server_ref)
    if network is None:
        raise LookupError("the set-up left no network")
    rows = (row for row in sheets.read(DATA / "resources.csv") if row.values.get("url") != PROPOSED)
    report = await Importer(db, clock).resources(Actor.operator(network.id or 0), rows)
    return report.created


async def fill_practices(db: Database, clock: Clock, server_ref: str) -> int:
    """The real practices, each with its source; some of them have their thread in the forum."""
    async with db.reading() as session:
        network = await networks.by_server(session, "discord", server_ref)
    if network is None:
        raise LookupError("the set-up left no network")
    operator = Actor.operator(network.id or 0)
    told = {row.values["title"]: row.values for row in sheets.read(DATA / "practices_meta.csv")}
    rows = (
        Row(row.line, {**told.get(row.values["title"], {}), **row.values})
        for row in sheets.read(DATA / "practices.csv")
    )
    report = await PracticeImporter(db, clock).practices(operator, rows)
    async with db.reading() as session:
        newest, _total = await practices.browse(
            session, network.id or 0, theme_id=None, limit=THREADS, offset=0
        )
    for practice in newest:
        await Sharing(db, clock).open_thread(operator, practice.id or 0)
    return report.created


async def _talk(
    admin: Person,
    facilitators: Sequence[Person],
    members: Sequence[Person],
    newcomers: Sequence[Person],
    labels: Labels,
) -> None:
    """A word from each side, one proposal to review, one person to let in."""
    said, channels = labels.table("demo", "fr"), labels.table("server.channels", "fr")
    people = {person.name: person for person in (*facilitators, *members)}
    await admin.says(channels["announcements"], said["fiction"])
    for speaker, words in TALKING:
        await people[speaker].eventually(partial(_sees, people[speaker], TALK))
        await people[speaker].says(TALK, said[words])
    welcome = await members[1].sees(channels["welcome"])
    form = await members[1].click(welcome[0], labels.label("buttons.library.propose", "fr"))
    await _done(members[1], await members[1].fill(form, _proposal()))
    await _ask(newcomers[0], labels)


async def _ask(person: Person, labels: Labels) -> None:
    """Every step to the request for access, as the card leads through them."""
    towns = await person.autocomplete("join", "authority", person.name.split(" – ")[1])
    card = await person.slash("join", authority=towns[0]["value"])
    for step, values in ASKED.items():
        form = await person.click(card, labels.label(f"buttons.join.{step}", "fr"))
        card = await person.fill(form, values)
    await _done(person, card)


async def _sees(person: Person, channel: str) -> bool:
    """Whether the role has come that opens the channel."""
    try:
        return bool(await person.channel(channel))
    except LookupError:
        return False


def _proposal() -> Mapping[str, str]:
    with (DATA / "resources.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["url"] == PROPOSED)
    return {"name": row["title"], "url": row["url"], "summary": row["description"], "kind": row["kind"]}
