"""How fast peers are found among many members: ``python -m scripts.bench_peers [--members 10000]``.

Each question is a whole use case (permission, ranking, consents, reasons), on a SQLite file.
"""

import argparse
import asyncio
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from bot.clock import SystemClock
from bot.upkeep import migrate
from community.actors import Actor, Role
from community.directory import known
from community.profiles import CONSENTS, Profiles, stems_of
from storage import authorities
from storage.engine import Database
from storage.members import Identity, Member
from storage.networks import Network, Theme
from storage.profiles import Consent, Profile, ProfileTheme, stratum_of

WORDS = [
    "réemploi",
    "matériaux",
    "concertation",
    "broyeur",
    "compost",
    "cantine",
    "médiation",
    "haies",
    "rénovation",
    "vélo",
    "eau",
]
QUESTIONS = 300


async def main(count: int) -> None:
    """Fill a network, ask, and print the quantiles."""
    draw = random.Random(1)  # noqa: S311 - the same members each time
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        await migrate(url)
        db = Database(url)
        actor = await _fill(db, draw, count)
        profiles = Profiles(db, SystemClock())
        spent = []
        for _ in range(QUESTIONS):
            query = draw.choice(["", *WORDS, " ".join(draw.sample(WORDS, 2))])
            place = draw.choice(["", "", "region:84", "departement:73"])
            start = perf_counter()
            await profiles.find_peers(actor, query, place=place)
            spent.append((perf_counter() - start) * 1000)
        await db.dispose()
    p50, p99 = np.percentile(spent, (50, 99))
    print(f"{count} members: p50 {p50:.1f} ms, p99 {p99:.1f} ms (goal: p99 at most 50 ms)")


async def _fill(db: Database, draw: random.Random, count: int) -> Actor:
    now = datetime.now(UTC)
    register = authorities.load()
    communes = [row.id for row in register if row.type == "commune"]
    async with db.transaction() as session:
        network = Network(name="Mesure", created_at=now)
        session.add(network)
        await session.flush()
        network_id = network.id or 0
        themes = [Theme(network_id=network_id, name=f"Thème {n}", position=n) for n in range(20)]
        session.add_all(themes)
        people = [
            Member(network_id=network_id, display_name=f"Membre {n}", state="active", arrived_at=now)
            for n in range(count)
        ]
        session.add_all(people)
        await session.flush()
        for number, member in enumerate(people):
            place = known(draw.choice(communes))
            assert place is not None
            followed = draw.sample(themes, 3)
            member_id = member.id or 0
            profile = Profile(
                member_id=member_id,
                network_id=network_id,
                authority_id=place.id,
                organisation=place.label,
                organisation_kind=place.kind,
                population=place.population,
                stratum=stratum_of(place.population),
                departement=place.departement,
                region=place.region,
                epci=place.epci,
                function="Agent",
                offers=" ".join(draw.sample(WORDS, 3)),
                listed=True,
                updated_at=now,
            )
            profile.stems = stems_of(profile, [theme.name for theme in followed], CONSENTS)
            session.add(profile)
            session.add(Identity(network_id=network_id, member_id=member_id, account_ref=str(number)))
            for theme in followed:
                session.add(ProfileTheme(member_id=member_id, theme_id=theme.id or 0, network_id=network_id))
            for field in CONSENTS:
                session.add(
                    Consent(member_id=member_id, field=field, network_id=network_id, granted=True, at=now)
                )
    return Actor(network_id, people[0].id, Role.MEMBER)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    asyncio.run(main(parser.parse_args().members))
