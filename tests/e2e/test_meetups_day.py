"""The day of a meetup, its private thread and travelling together, end to end."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from sandbox import Answer, Seen
from tests.bot.conftest import MORNING
from tests.e2e.conftest import Town, read

PARIS = ZoneInfo("Europe/Paris")


async def publish(town: Town, after: timedelta) -> Seen:
    """The live card of a meetup."""
    day = (MORNING + after).astimezone(PARIS)
    form = await town["facilitator"].slash("rencontre créer")
    values = {"Titre": "Visite de ferme", "Quand": f"{day:%d/%m/%Y %H:%M}", "Où": "Mairie de Thiers"}
    await town["facilitator"].click(await town["facilitator"].fill(form, values), "Publier")
    return await town.waits_for("member", "rencontres", "Visite de ferme")


async def managed(town: Town) -> Answer:
    sheet = await town["facilitator"].slash("rencontre gérer")
    return await town["facilitator"].choose(
        sheet, "Choisir une rencontre à gérer", [sheet.menus[0]["options"][0]["value"]]
    )


async def tick(town: Town) -> None:
    """What the application does each minute."""
    connected = town.runner.connected
    assert connected is not None
    await connected.client.services.meetups_upkeep.run()


async def test_who_is_there_types_the_code_and_reads_the_notes(town: Town) -> None:
    await publish(town, timedelta(minutes=30))
    facilitator, member = town["facilitator"], town["member"]
    shown = await facilitator.click(await managed(town), "Code de présence")
    code = re.search(r"Code de présence : (\d{4})", read(shown))
    assert code is not None
    wrong = await member.slash("rencontre présence", code=f"{(int(code[1]) + 1) % 10_000:04}")
    assert "Il vous reste 4 essais" in read(wrong)
    here = await member.slash("rencontre présence", code=code[1])
    assert "Bienvenue ! Votre présence est notée" in read(here)
    again = await town["member-en"].slash("meetup here", code=code[1])
    assert "Welcome! You are noted as present" in read(again)
    sheet = await facilitator.click(shown, "Feuille de présence")
    assert "**3** personnes présentes" in read(sheet)
    file = await facilitator.click(sheet, "Télécharger la feuille")
    assert file.message["attachments"][0]["filename"].endswith(".csv")
    notes = await member.click(here, "Compte rendu")
    assert "Rien n’est encore écrit" in read(notes)
    assert "Il s’écrit à partir du début de la rencontre" in read(notes)
    card = await town.waits_for("member", "rencontres", "Visite de ferme")
    assert "La rencontre commence bientôt" in read(await member.click(card, "Oui"))  # no reminder is promised
    town.stage.advance(timedelta(hours=3))
    await tick(town)
    over = await town.waits_for("member", "rencontres", "Passée : Visite de ferme")
    assert over.buttons == ["Compte rendu"]
    assert "vous pouvez compléter" in read(await member.click(over, "Compte rendu"))


async def test_those_registered_enter_a_private_thread_if_they_wish(town: Town) -> None:
    card = await publish(town, timedelta(days=3))
    member, other = town["member"], town["member-en"]
    early = await member.click(await member.click(card, "Oui"), "Fil privé")
    assert "s’ouvre 7 jours avant" in read(early)
    await tick(town)
    guild = town.stage.guild

    async def there() -> bool:
        return any("Visite de ferme" in thread.data["name"] for thread in guild.threads.values())

    await town["admin"].eventually(there)
    thread = next(one for one in guild.threads.values() if "Visite de ferme" in one.data["name"])
    assert thread.data["type"] == 12
    assert member.id not in thread.thread_members
    refused = await other.click(card, "Non")
    assert "Fil privé" not in refused.buttons
    inside = await member.click(await member.click(card, "Peut-être"), "Fil privé")
    assert f"<#{thread.id}>" in inside.text

    async def entered() -> bool:
        return member.id in thread.thread_members and other.id not in thread.thread_members

    await member.eventually(entered)
    # A thread deleted by hand is not made again, and says so.
    town.stage.sandbox.world.delete_channel(thread)

    async def gone() -> bool:
        answer = await member.click(await member.click(card, "Oui"), "Fil privé")
        return "Pas de fil pour cette rencontre" in read(answer)

    await member.eventually(gone)
    await tick(town)
    assert not await there()


async def test_two_travel_together_and_see_each_other_once_both_agreed(town: Town) -> None:
    card = await publish(town, timedelta(days=9))
    driver, rider = town["member"], town["member-en"]
    look = await driver.click(card, "Venir ensemble")
    assert "Personne d’autre n’a proposé" in read(look)
    form = await driver.click(look, "Proposer ou chercher un trajet")
    put = await driver.fill(
        form, {"Au départ de": "Ambert", "Nombre de places": "2", "Pour vous joindre": "06 11 22 33 44"}
    )
    assert "2 places libres · départ : Ambert" in read(put)
    seen = await rider.click(card, "Venir ensemble")
    assert "**2 seats** from Ambert" in read(seen)
    assert "06 11" not in read(seen)
    pick = await rider.choose(seen, "Ask to travel with somebody", [seen.menus[0]["options"][0]["value"]])
    asked = await rider.fill(pick, {"How to reach you": "rider@example.org"})
    assert "Your question is on its way" in read(asked)
    question = await town.waits_for_dm("member", "Voyager ensemble pour « Visite de ferme » ?")
    assert "member-en" not in read(question)
    agreed = await driver.click(question, "Accepter")
    assert "rider@example.org" in read(await driver.click(agreed, "Voir les coordonnées"))
    told = await town.waits_for_dm("member-en", "The trip is agreed")
    assert "06 11 22 33 44" not in read(told)
    assert "06 11 22 33 44" in read(await rider.click(told, "See how to reach them"))


async def test_a_drafted_agenda_is_edited_then_read_on_the_card(town: Town) -> None:
    card = await publish(town, timedelta(days=9))
    facilitator = town["facilitator"]
    form = await facilitator.click(await managed(town), "Ordre du jour proposé")
    assert form.modal is not None
    drafted = str(form.modal.fields["description"]["value"])
    assert drafted.startswith("Ordre du jour\n")
    done = await facilitator.fill(form, {"Ordre du jour": f"{drafted}\nVisite de la serre"})
    assert "C’est modifié" in read(done)
    shown = await town.waits_for("member", "rencontres", "Visite de la serre")
    assert shown.id == card.id
