"""Date polls, calendars and the forecast, through the real client and the sandbox."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.bot.conftest import MORNING
from tests.e2e.conftest import Town, read

PARIS = ZoneInfo("Europe/Paris")
FIRST = (MORNING + timedelta(days=20)).astimezone(PARIS).replace(hour=14, minute=0)
SECOND = FIRST + timedelta(days=1)


async def test_a_poll_from_the_dates_to_the_meetup_and_into_a_calendar(town: Town) -> None:
    facilitator, member = town["facilitator"], town["member"]
    form = await facilitator.slash("rencontre sonder")
    slots = f"{FIRST:%d/%m/%Y à %Hh}\n{SECOND:%d/%m/%Y %H:%M}"
    draft = await facilitator.fill(
        form, {"Titre de la rencontre": "Comité", "Dates proposées (2 à 10)": slots}
    )
    assert "À vérifier avant de publier" in read(draft)
    assert f"<t:{int(FIRST.replace(second=0).timestamp())}:F>" in read(draft)
    assert "invitées à répondre" in read(await facilitator.click(draft, "Publier le sondage"))

    card = await town.waits_for("member", "rencontres", "Quelle date vous convient")
    none = read(await member.click(card, "Voir les réponses"))
    assert "Aucune date ne convient pour l’instant" in none  # no « best date » of which nobody said yes
    assert "Meilleure date" not in none
    panel = await member.click(card, "Répondre")
    assert "sans réponse" in read(panel)
    second = panel.menus[0]["options"][1]["value"]
    answered = await member.choose(panel, "Oui, ces dates me conviennent", [second])
    assert "**Oui**" in read(answered)

    managed = await facilitator.slash("réseau prévisions")
    assert "Le rappel d’un sondage de dates, Comité" in read(managed)
    refused = await member.slash("réseau prévisions", channel="rencontres")
    assert "équipe d’animation" in read(refused)

    grid = await facilitator.click(await facilitator.click(card, "Voir les réponses"), "Voir et choisir")
    assert f"Meilleure date :** <t:{int(SECOND.replace(second=0).timestamp())}:F>" in read(grid)
    assert [found["filename"] for found in grid.message["attachments"]] == [f"sondage-{1}.png"]
    made = await facilitator.click(grid, "Retenir la meilleure date")
    assert "Rencontre publiée" in read(made)
    await town.waits_for("member", "rencontres", "Date choisie")
    file = await facilitator.click(made, "Ajouter à mon agenda")
    assert file.message["attachments"][0]["filename"].endswith(".ics")


async def test_ones_calendar_is_a_file_where_no_address_is_known(town: Town) -> None:
    shown = await town["member"].slash("rencontre agenda", channel="rencontres")
    assert shown.ephemeral
    assert shown.buttons == ["Télécharger mes rencontres", "Télécharger toutes les rencontres"]
    given = await town["member"].click(shown, "Télécharger mes rencontres")
    assert "Ouvrez ce fichier avec votre agenda" in read(given)
    (attached,) = given.message["attachments"]
    assert attached["filename"] == "rencontres.ics"
