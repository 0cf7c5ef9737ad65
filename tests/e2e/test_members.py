"""Belonging and settings end to end: asking, admitting, suspending, naming; what the server shows follows."""

import pytest

from tests.e2e.conftest import Town, opened, plant, read


async def closed(town: Town, who: str, channel: str) -> None:
    """Wait until the role is gone that opened a channel."""

    async def shut() -> bool:
        try:
            await town[who].channel(channel)
        except LookupError:
            return True
        return False

    await town[who].eventually(shut)


async def test_admitting_by_the_command_opens_the_channels(town: Town) -> None:
    panel = (await town["stranger"].sees("accueil"))[0]
    asked = await town["stranger"].click(panel, "Demander l’accès")
    assert "étape 1/3" in read(asked)
    admitted = await town["facilitator"].slash("membre admettre", personne=town["stranger"].id)
    assert "a maintenant accès au réseau" in read(admitted)
    twice = await town["facilitator"].slash("membre admettre", personne=town["stranger"].id)
    assert "avait déjà accès" in read(twice)

    await town.waits_for_dm("stranger", "Vous avez accès au réseau « Réseau d’essai »")
    await opened(town["stranger"], "rencontres")
    found = await town["stranger"].slash("ressource chercher", recherche="eau")
    assert "Rien encore" in read(found)


async def test_a_private_word_is_in_the_language_of_the_reader(town: Town) -> None:
    panel = (await town["stranger-en"].sees("accueil"))[0]
    asked = await town["stranger-en"].click(panel, "Demander l’accès")  # the panel is the network's
    assert "step 1/3" in read(asked)
    await town["facilitator"].slash("membre admettre", personne=town["stranger-en"].id)
    await town.waits_for_dm("stranger-en", "You now have access to the network")


async def test_suspending_by_buttons_closes_the_channels(town: Town) -> None:
    menu = await town["facilitator"].slash("aide")
    room = await town["facilitator"].click(menu, "Animation")
    form = await town["facilitator"].click(room, "Trouver une personne")
    found = await town["facilitator"].fill(form, {"Nom": "MEMBER"})
    assert "2 personnes trouvées" in read(found)
    person = await town["facilitator"].choose(found, "Choisir une personne", ["member"])
    assert "membre du réseau" in read(person)
    sure = await town["facilitator"].click(person, "Suspendre")
    assert sure.buttons == ["Confirmer", "Annuler"]
    cancelled = await town["facilitator"].click(sure, "Annuler")
    assert "Rien n’a été modifié" in read(cancelled)
    sure = await town["facilitator"].click(person, "Suspendre")
    done = await town["facilitator"].click(sure, "Confirmer")
    assert "Accès suspendu" in read(done)

    await closed(town, "member", "rencontres")
    refused = await town["member"].slash("ressource chercher", recherche="eau", channel="accueil")
    assert "Cette action ne vous est pas ouverte" in read(refused)
    asking = await town["member"].click((await town["member"].sees("accueil"))[0], "Demander l’accès")
    assert "Votre accès est suspendu" in read(asking)

    person = await town["facilitator"].choose(found, "Choisir une personne", ["member"])
    await town["facilitator"].click(person, "Admettre")
    await opened(town["member"], "rencontres")


async def test_facilitators_cannot_name_one_another(town: Town) -> None:
    refused = await town["facilitator"].slash("membre confier-animation", personne=town["member"].id)
    assert "réservée aux personnes qui gèrent le serveur" in read(refused)
    named = await town["admin"].slash("membre confier-animation", personne=town["member"].id)
    assert "fait partie de l’équipe d’animation" in read(named)
    await opened(town["member"], "coin-animation")
    await town["admin"].slash("membre retirer-animation", personne=town["member"].id)
    await closed(town, "member", "coin-animation")


async def test_a_bot_is_not_admitted(town: Town) -> None:
    answer = await town["facilitator"].slash("membre admettre", personne=town.stage.app.user.id)
    assert "Cette personne est un robot" in read(answer)


async def test_who_leaves_is_forgotten_by_the_queue(town: Town) -> None:
    await town["newcomer"].leaves(town.stage.guild.id)

    async def gone() -> bool:
        waiting = await town["facilitator"].slash("membre attente")
        return "newcomer (" not in read(waiting)

    await town["facilitator"].eventually(gone)


async def test_settings_change_in_discord(town: Town) -> None:
    settings = await town["admin"].slash("réseau réglages")
    form = await town["admin"].click(settings, "Nom, langue, fuseau")
    saved = await town["admin"].fill(
        form, {"Nom du réseau": "Pairs d’outre-mer", "locale": "en", "Fuseau horaire": "Indian/Reunion"}
    )
    assert "Fuseau horaire : Indian/Reunion" in read(saved).replace("**", "")
    panel = await town.waits_for("member", "accueil", "Pairs d’outre-mer: welcome")
    assert panel.buttons[0] == "Ask for access"

    form = await town["admin"].click(settings, "Changer un salon")
    wrong = await town["admin"].fill(form, {"place": "meetups", "channel": "nulle-part"})
    assert "Aucun salon de ce nom" in read(wrong)
    form = await town["admin"].click(wrong, "Corriger")
    moved = await town["admin"].fill(form, {"place": "meetups", "channel": "annonces"})
    assert "C’est enregistré" in read(moved)

    form = await town["admin"].click(settings, "Nom, langue, fuseau")
    nowhere = await town["admin"].fill(form, {"Fuseau horaire": "Brest"})
    assert "À corriger : Fuseau horaire" in read(nowhere)


@pytest.mark.parametrize(
    "action",
    [
        "network.identity",
        "network.theme_add",
        "network.place",
        "network.role",
        "network.settings",
        "network.repair",
    ],
)
async def test_a_button_of_the_settings_asks_who_clicks(town: Town, action: str) -> None:
    """Were such a button ever before somebody else's eyes, it would do nothing for them."""
    panel = (await town["facilitator"].sees("accueil"))[0]
    plant(town, panel, f"ep:{action}:0")
    refused = await town["facilitator"].click(await town["facilitator"].refresh(panel), f"ep:{action}:0")
    assert "Cette action ne vous est pas ouverte" in read(refused)
    allowed = await town["admin"].click(await town["admin"].refresh(panel), f"ep:{action}:0")
    assert "pas ouverte" not in read(allowed)
