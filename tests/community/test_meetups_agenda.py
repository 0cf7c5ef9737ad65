"""A drafted agenda: what waits in this network, once, within what a description takes."""

from datetime import timedelta

import pytest

from community import meetups_rules as rules
from community.actors import Actor, Role
from community.errors import NotFound
from community.meetups_agenda import written
from community.meetups_rules import NotPlanned
from community.needs_rules import NewNeed
from tests.community.conftest import Network
from tests.community.meetups import planned
from tests.community.needs import SQUARE, themes
from tests.community.threads import asked

SAID = {"title": "Ordre du jour", "needs": "Besoins", "questions": "Questions", "last": "Pour finir"}


async def test_what_waits_is_drafted_once_and_without_names(network: Network, other_admin: Actor) -> None:
    facilitator, agendas = network[Role.FACILITATOR], network.services.agendas
    meetup = await planned(network, after=timedelta(days=20))
    network_themes = await themes(network)
    await network.services.needs.publish(network[Role.MEMBER], NewNeed(SQUARE, themes=network_themes))
    await asked(network, "701")
    network.clock.advance(timedelta(hours=47))
    await asked(network, "702")  # of today: it may find its answer by itself
    network.clock.advance(timedelta(hours=2))
    drafted = (await agendas.draft(facilitator, meetup.id)).text
    assert drafted.splitlines() == [
        "Ordre du jour",
        "Besoins qui attendent une réponse",
        f"- {SQUARE}",
        "Questions sans réponse",
        "- Question 701",
        "Pour finir\u00a0: qui fait quoi, et pour quand",
    ]
    posted = await network.services.meetups.describe(facilitator, meetup.id, drafted, network_themes[0])
    assert posted.description.splitlines()[:-1] == drafted.splitlines()[:-1]
    again = await agendas.draft(facilitator, meetup.id)
    assert (again.text, again.theme_id) == (posted.description, network_themes[0])
    with pytest.raises(NotFound):
        await agendas.draft(other_admin, meetup.id)
    await network.services.meetups.cancel(facilitator, meetup.id)
    with pytest.raises(NotPlanned):
        await agendas.draft(facilitator, meetup.id)


def test_an_agenda_fits_and_leaves_what_was_written_alone() -> None:
    before = "Apportez vos plans.\n" * 35
    full = written(before.strip(), [("needs", ["Besoin " * 30] * 2), ("questions", ["Ombre"])], SAID)
    assert full.startswith(before.strip())
    assert len(full) <= rules.DESCRIPTION_LONGEST
    assert "…" in full
    assert full.count("- Besoin") == 1  # the same title twice is one line
    assert (
        written("x" * rules.DESCRIPTION_LONGEST, [("needs", ["Un"])], SAID) == "x" * rules.DESCRIPTION_LONGEST
    )
    assert written("", [("needs", []), ("questions", [])], SAID) == "Ordre du jour\nPour finir"
