"""A newcomer asks for company, somebody accepts, and both hear from the bot during the month."""

from datetime import timedelta

from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome

COMMANDS = (
    ("sponsor view", "accompagnement voir", "member"),
    ("sponsor find", "accompagnement trouver", "member"),
)


async def test_every_command_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs in COMMANDS:
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel), allowed, locale, name)


async def test_a_month_together_in_both_languages(town: Town) -> None:
    newcomer, sponsor = town["member"], town["member-en"]
    nobody = await newcomer.slash("accompagnement trouver")
    assert "Personne n’est disponible" in read(nobody)
    offered = await sponsor.click(await sponsor.slash("sponsor view"), "Sponsor somebody")
    assert "Thank you, your offer is noted" in read(offered)
    found = await newcomer.slash("accompagnement trouver")
    assert "Qui peut vous accompagner" in read(found)
    sent = await newcomer.choose(found, "Demander à cette personne", ["member-en"])
    assert "Votre demande est partie" in read(sent)
    asked = await town.waits_for_dm("member-en", "asks you to be their sponsor")
    accepted = await sponsor.click(asked, "Accept")
    assert "Thank you for being the sponsor of" in read(accepted)
    await town.waits_for_dm("member", "vous accompagne")
    town.stage.advance(timedelta(days=3, minutes=1))
    await town.waits_for_dm("member-en", "A first talk with")
    first = await town.waits_for_dm("member", "Un premier échange avec")
    stopped = await newcomer.click(first, "Arrêter l’accompagnement")
    assert "L’accompagnement s’arrête" in read(stopped)
    await town.waits_for_dm("member-en", "Your sponsorship has stopped")
    town.stage.advance(timedelta(days=12))
    again = await sponsor.slash("sponsor view")
    assert "You sponsor:" not in read(again)
    assert not [seen for seen in await sponsor.dms() if "Two weeks with" in read(seen)]
