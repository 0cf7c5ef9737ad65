"""Meetups end to end: a facilitator plans, members answer, who waits moves up, who comes is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from prompts.dates import written_day, written_instant
from prompts.labels import packaged
from sandbox import Answer, Seen
from tests.bot.conftest import MORNING
from tests.e2e.conftest import Town, read

PARIS = ZoneInfo("Europe/Paris")
DAY = (MORNING + timedelta(days=40)).astimezone(PARIS).replace(hour=9, minute=30, second=0, microsecond=0)
LATER = (DAY + timedelta(days=7)).replace(hour=14, minute=0)


def written(at: datetime, locale: str = "fr") -> str:
    """As the bot writes an instant."""
    text = written_instant(packaged(locale), at, "Europe/Paris")
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def typed(at: datetime) -> str:
    """As a facilitator types it."""
    day = written_day(packaged("fr"), at, "Europe/Paris")
    return f"{day} à {at:%Hh%M}"


PANEL = {
    "Titre": "Panel citoyen, première journée",
    "Quand": typed(DAY),
    "Où": "Hôtel de Région, https://visio.example.org/panel",
    "Durée": "6 h",
    "Nombre de places": "1",
}


async def plan(town: Town, **changes: str) -> Answer:
    form = await town["facilitator"].slash("rencontre créer")
    assert form.modal is not None
    return await town["facilitator"].fill(form, {**PANEL, **changes})


async def publish(town: Town, **changes: str) -> Seen:
    """The live card in the meetups place."""
    await town["facilitator"].click(await plan(town, **changes), "Publier")
    return await town.waits_for("member", "rencontres", changes.get("Titre", PANEL["Titre"]))


async def test_a_date_is_read_back_before_anything_is_published(town: Town) -> None:
    back = await plan(town)
    assert "À relire avant de publier" in read(back)
    assert f"<t:{int(DAY.timestamp())}:F> ({written(DAY)})" in read(back)
    assert "**Durée :** 6 h" in read(back)
    assert "Aucune rencontre à venir" in read(await town["member"].slash("rencontre liste"))
    form = await town["facilitator"].click(back, "Corriger")
    assert form.modal is not None
    assert form.modal.fields["when"]["value"] == f"{DAY:%d/%m/%Y %H:%M}"
    again = await town["facilitator"].fill(form, {"Quand": typed(LATER)})
    assert written(LATER) in read(again)
    done = await town["facilitator"].click(again, "Publier")
    assert "C’est publié" in read(done)
    twice = await town["facilitator"].click(again, "Publier")
    assert "C’est déjà publié" in read(twice)
    assert "1 rencontre à venir" in read(await town["member"].slash("rencontre liste"))


async def test_the_end_may_be_written_with_the_beginning(town: Town) -> None:
    """The length is that of the hours; the form's own, where somebody changed it."""
    back = await plan(town, **{"Quand": f"{typed(DAY)}-17h", "Durée": "2 h"})
    assert "**Durée :** 7 h 30" in read(back)
    form = await town["facilitator"].click(back, "Corriger")
    again = await town["facilitator"].fill(form, {"Quand": f"{typed(DAY)}-12h"})
    assert "**Durée :** 2 h 30" in read(again)
    own = await plan(town, **{"Quand": f"{typed(DAY)}-17h", "Durée": "6 h"})
    assert "**Durée :** 6 h" in read(own)


async def test_a_rhythm_is_read_back_in_words_and_corrected_in_words(town: Town) -> None:
    """The end of a series is seen before it is published; nobody is given RRULE to correct."""
    back = await plan(town, **{"Quand": f"le {DAY:%d/%m/%Y à %Hh%M} ; tous les mois, 3 fois"})
    assert "**Rythme :** chaque mois, à la même date, 3 fois" in read(back)
    form = await town["facilitator"].click(back, "Corriger")
    assert form.modal is not None
    assert "FREQ" not in str(form.modal.fields["when"]["value"])
    again = await town["facilitator"].fill(form, {})
    assert "**Rythme :** chaque mois, à la même date, 3 fois" in read(again)


async def test_what_follows_is_changed_by_forms_that_say_so(town: Town) -> None:
    facilitator = town["facilitator"]
    await publish(town, **{"Quand": f"le {DAY:%d/%m/%Y à %Hh%M} ; toutes les semaines, 3 fois"})
    sheet = await facilitator.slash("rencontre gérer")
    first = [sheet.menus[0]["options"][0]["value"]]
    sheet = await facilitator.choose(sheet, "Choisir une rencontre à gérer", first)
    form = await facilitator.click(sheet, "Changer l’heure des suivantes")
    assert form.modal is not None
    assert form.modal.fields["when"]["value"] == "09:30"
    asked = await facilitator.fill(form, {"Nouvelle heure": "11h-13h30"})
    assert written(DAY.replace(hour=11, minute=0)) in read(asked)
    assert "jusqu’à 13 h 30" in read(asked)
    done = read(await facilitator.click(asked, "Déplacer"))
    assert "C’est déplacé" in done
    assert "jusqu’à 13 h 30" in done
    form = await facilitator.click(sheet, "Modifier les suivantes")
    assert "C’est modifié" in read(await facilitator.fill(form, {"Où": "Gymnase"}))
    form = await facilitator.click(sheet, "Arrêter la série")
    assert form.modal is not None
    assert form.modal.title == "Arrêter la série"
    await facilitator.fill(form, {"Motif": "Travaux"})
    assert "Aucune rencontre à venir" in read(await town["member"].slash("rencontre liste"))


@pytest.mark.parametrize("when", ["jeudi", "le 31 février à 9h", "n’importe quoi", "3 mars 2020 à 9h"])
async def test_what_is_no_date_is_given_back(town: Town, when: str) -> None:
    answer = await plan(town, **{"Quand": when})
    assert answer.buttons == ["Corriger"]
    form = await town["facilitator"].click(answer, "Corriger")
    assert form.modal is not None
    assert form.modal.fields["name"]["value"] == PANEL["Titre"]


async def test_a_withdrawal_promotes_who_waits_and_tells_them(town: Town) -> None:
    card = await publish(town)
    assert "1 place libre sur 1" in read(card)
    first = await town["member"].click(card, "Oui")
    assert "C’est noté : vous venez" in read(first)
    second = await town["member-en"].click(card, "Oui")
    assert "Waiting list, no. 1" in read(second)
    full = await town.waits_for("member", "rencontres", "complet, 1 en liste d’attente")
    assert full.id == card.id
    assert "member" not in read(full)  # names are nobody's affair
    gone = await town["member"].click(first, "Rencontres à venir")
    assert "vous venez" in read(gone)
    await town["member"].click(card, "Non")
    told = await town.waits_for_dm("member-en", "A seat is free")
    assert written(DAY, "en") in read(told)
    await town.waits_for("facilitator", "rencontres", "· complet")

    async def nobody_waits() -> bool:
        seen = await town["facilitator"].sees("rencontres")
        return all("en liste d’attente" not in read(message) for message in seen)

    await town["facilitator"].eventually(nobody_waits)


async def test_names_are_shown_to_the_others_only_if_wanted(town: Town) -> None:
    card = await publish(town)
    done = await town["member"].click(card, "Peut-être")
    nobody = await town["member-en"].click(card, "Qui vient\u202f?")
    assert "Nobody has chosen to show their name" in read(nobody)
    shown = await town["member"].click(done, "Montrer mon nom")
    assert "Les autres membres voient votre nom" in read(shown)
    seen = await town["member-en"].click(card, "Qui vient\u202f?")
    assert "- member (maybe)" in read(seen)
    form = await town["member"].click(shown, "Accès et repas")
    kept = await town["member"].fill(form, {"Repas": "Sans gluten"})
    assert "C’est transmis" in read(kept)
    prepared = await town["facilitator"].click(card, "Qui vient\u202f?")
    assert "Repas : Sans gluten" in read(prepared)
    assert "Sans gluten" not in read(await town["member-en"].click(card, "Qui vient\u202f?"))


async def test_a_move_is_read_back_and_told(town: Town) -> None:
    card = await publish(town)
    await town["member"].click(card, "Oui")
    choices = await town["facilitator"].autocomplete("rencontre déplacer", "rencontre", "panel")
    form = await town["facilitator"].slash("rencontre déplacer", rencontre=choices[0]["value"])
    assert form.modal is not None
    back = await town["facilitator"].fill(form, {"Nouvelle date": typed(LATER)})
    assert written(LATER) in read(back)
    done = await town["facilitator"].click(back, "Déplacer")
    assert "C’est déplacé" in read(done)
    told = await town.waits_for_dm("member", "Rencontre déplacée")
    assert written(LATER) in read(told)
    moved = await town.waits_for("member", "rencontres", written(LATER))
    assert moved.id == card.id


async def test_a_series_is_skipped_once_and_told(town: Town) -> None:
    back = await plan(town, **{"Quand": "premier mardi du mois à 14 h", "Nombre de places": ""})
    assert read(back).count("à 14 h 00, heure de Paris") == 4
    await town["facilitator"].click(back, "Publier")
    card = await town.waits_for("member", "rencontres", PANEL["Titre"])
    all_dates = await town["member"].click(card, "Toutes les dates suivantes")
    done = await town["member"].click(all_dates, "Oui à toutes")
    assert "dates de la série" in read(done)
    sheet = await town["facilitator"].slash("rencontre gérer")
    chosen = await town["facilitator"].choose(
        sheet, "Choisir une rencontre à gérer", [sheet.menus[0]["options"][0]["value"]]
    )
    sure = await town["facilitator"].click(chosen, "Sauter cette date")
    skipped = await town["facilitator"].click(sure, "Sauter cette date")
    assert "Cette date est sautée" in read(skipped)
    await town.waits_for_dm("member", "Rencontre annulée")
    await town.waits_for("member", "rencontres", "Annulée")
    stale = await town["member"].click(all_dates, "Oui à toutes")
    assert "Cette rencontre est annulée" in read(stale)
    back_on = await town["facilitator"].click(skipped, "Rétablir")
    assert "C’est rétabli" in read(back_on)


async def test_a_facilitator_registers_somebody_who_phoned(town: Town) -> None:
    await publish(town)
    sheet = await town["facilitator"].slash("rencontre gérer")
    chosen = await town["facilitator"].choose(
        sheet, "Choisir une rencontre à gérer", [sheet.menus[0]["options"][0]["value"]]
    )
    form = await town["facilitator"].click(chosen, "Inscrire quelqu’un")
    whom = await town["facilitator"].fill(form, {"Nom": "member-en"})
    done = await town["facilitator"].choose(
        whom, "Choisir une personne", [whom.menus[0]["options"][0]["value"]]
    )
    assert "C’est noté pour member-en" in read(done)
    mine = await town["member-en"].slash("meetup list")
    assert "you are coming" in read(mine)


async def test_reminders_are_chosen(town: Town) -> None:
    form = await town["member"].slash("rencontre rappels")
    assert form.modal is not None
    assert form.modal.fields["reminders"]["value"] == "J-7, J-1, H-1"
    kept = await town["member"].fill(form, {"Quand vous prévenir": "J-2, H-3"})
    assert "- 2 jours avant" in read(kept)
    assert "- 3 heures avant" in read(kept)
    wrong = await town["member"].fill(
        await town["member"].slash("rencontre rappels"), {"Quand vous prévenir": "bientôt"}
    )
    assert wrong.buttons == ["Corriger"]


async def test_an_edit_shows_on_the_card_and_more_seats_promote(town: Town) -> None:
    card = await publish(town)
    await town["member"].click(card, "Oui")
    await town["member-en"].click(card, "Oui")
    choices = await town["facilitator"].autocomplete("rencontre modifier", "rencontre", "")
    form = await town["facilitator"].slash("rencontre modifier", rencontre=choices[0]["value"])
    assert form.modal is not None
    assert form.modal.fields["where"]["value"] == PANEL["Où"]
    done = await town["facilitator"].fill(form, {"Titre": "Panel citoyen, ouvert", "Nombre de places": "2"})
    assert "C’est modifié" in read(done)
    await town.waits_for_dm("member-en", "A seat is free")
    await town.waits_for("member", "rencontres", "Panel citoyen, ouvert")


async def events(town: Town) -> dict[str, dict[str, object]]:
    """The server's own events by name, those that are to come."""
    guild = town.stage.guild
    return {event["name"]: event for event in guild.events.values() if event["status"] in (1, 2)}


async def test_a_meetup_is_among_the_events_of_the_server_in_step_both_ways(town: Town) -> None:
    card = await publish(town, Titre="Visite de chantier", Où="Mairie de Thiers")
    await town["member"].click(card, "Oui")
    admin = town["admin"]

    async def event_of(name: str, location: str) -> bool:
        event = (await events(town)).get(name)
        return event is not None and event["entity_metadata"] == {"location": location}

    await admin.eventually(lambda: event_of("Visite de chantier", "Mairie de Thiers"))
    guild, world = town.stage.guild, town.stage.sandbox.world
    event = (await events(town))["Visite de chantier"]
    assert datetime.fromisoformat(str(event["scheduled_start_time"])) == DAY
    # Somebody edits it on Discord's own screen.
    moved = {
        "name": "Visite du chantier",
        "scheduled_start_time": LATER.astimezone(UTC).isoformat(),
        "scheduled_end_time": (LATER + timedelta(hours=2)).astimezone(UTC).isoformat(),
    }
    world.edit_event(guild, event, moved)
    told = await town.waits_for_dm("member", "Rencontre déplacée : Visite du chantier")
    assert written(LATER) in read(told)
    await town.waits_for("facilitator", "rencontres", "Visite du chantier")
    # And calls it off.
    world.edit_event(guild, event, {"status": 4})
    await town.waits_for_dm("member", "Rencontre annulée")
    await town.waits_for("facilitator", "rencontres", "Annulée : Visite du chantier")


async def test_a_cancelled_meetup_leaves_the_events_and_comes_back(town: Town) -> None:
    await publish(town, Titre="Café des pairs")

    async def there() -> bool:
        return "Café des pairs" in await events(town)

    async def gone() -> bool:
        return not await there()

    await town["admin"].eventually(there)
    choices = await town["facilitator"].autocomplete("rencontre annuler", "rencontre", "café")
    form = await town["facilitator"].slash("rencontre annuler", rencontre=choices[0]["value"])
    done = await town["facilitator"].fill(form, {"Motif": "Intempéries."})
    assert "C’est annulé" in read(done)
    await town["admin"].eventually(gone)
    await town.waits_for("facilitator", "rencontres", "Annulée : Café des pairs")
    await town["facilitator"].click(done, "Rétablir")
    await town["admin"].eventually(there)
    assert len([event for event in town.stage.guild.events.values() if event["status"] == 1]) == 1


async def test_interested_on_the_servers_event_is_noted_and_offers_to_register(town: Town) -> None:
    card = await publish(town, Titre="Visite de ferme")
    member = town["member"]

    async def there() -> bool:
        return "Visite de ferme" in await events(town)

    await town["admin"].eventually(there)
    event = (await events(town))["Visite de ferme"]
    await member.interested(str(event["id"]))
    offered = await town.waits_for_dm("member", "« Visite de ferme » vous intéresse ?")
    await town.waits_for("facilitator", "rencontres", "1 « peut-être »")
    done = await member.click(offered, "Oui")
    assert "C’est noté : vous venez" in read(done)
    await member.interested(str(event["id"]), away=True)
    await town["member-en"].click(card, "Oui")
    assert "vous venez" in read(await member.slash("rencontre liste"))


async def test_a_holiday_is_told_at_the_read_back_and_a_model_is_kept(town: Town) -> None:
    facilitator = town["facilitator"]
    year = MORNING.year + 1
    back = await plan(town, **{"Quand": f"14 juillet {year} à 14h"})
    assert f"14 juillet {year} est férié : Fête nationale." in read(back)
    await facilitator.click(back, "Publier")
    sheet = await facilitator.slash("rencontre gérer")
    chosen = await facilitator.choose(
        sheet, "Choisir une rencontre à gérer", [sheet.menus[0]["options"][0]["value"]]
    )
    saved = await facilitator.click(chosen, "En faire un modèle")
    assert "Modèle enregistré" in read(saved)
    choices = await facilitator.autocomplete("rencontre créer", "modèle", "panel")
    form = await facilitator.slash("rencontre créer", modèle=choices[0]["value"])
    assert form.modal is not None
    assert form.modal.fields["where"]["value"] == PANEL["Où"]
    again = await facilitator.fill(form, {"Quand": f"14 juillet {year} à 15h"})
    assert "une autre rencontre a lieu en même temps" in read(again)
    shown = await facilitator.click(await facilitator.click(again, "Publier"), "Gérer les rencontres")
    models = await facilitator.click(shown, "Modèles")
    gone = await facilitator.choose(models, "Supprimer un modèle", [models.menus[0]["options"][0]["value"]])
    assert "Modèle supprimé" in read(await facilitator.click(gone, "Supprimer le modèle"))
