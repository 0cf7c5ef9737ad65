"""Joining, finding peers and leaving, as people do it: S9, S4 and S12, in French and in English."""

import io
import json
import zipfile
from dataclasses import dataclass

import aiohttp
import pytest

from prompts import Words
from sandbox import Answer
from sandbox.client_shapes import walk
from tests.e2e.conftest import Town, keep_cards, let_cards_go, opened, read

WORDS = Words()


@dataclass(frozen=True)
class Says:
    """What a newcomer of one language reads and types."""

    locale: str
    who: str
    join: str
    authority: str
    vouch: str
    peers: str
    query: str
    sent: str
    missing: str

    def button(self, action: str) -> str:
        return WORDS.label(f"buttons.{action}", self.locale)


FRENCH = Says(
    "fr",
    "newcomer",
    "rejoindre",
    "collectivité",
    "parrainer",
    "pair chercher",
    "recherche",
    "Votre demande est partie",
    "étape 2/3",
)
ENGLISH = Says(
    "en",
    "newcomer-en",
    "join",
    "authority",
    "vouch",
    "peer search",
    "query",
    "Your request is on its way",
    "step 2/3",
)
BOTH = pytest.mark.parametrize("says", [FRENCH, ENGLISH], ids=["fr", "en"])
ABOUT = {"function": "Secrétaire de mairie", "timezone": "Europe/Paris"}
ALL = ["listed", "organisation", "function", "themes", "offers", "seeks", "bio"]


async def fill_in(
    town: Town,
    says: Says,
    who: str,
    town_name: str,
    *,
    offers: str = "",
    consents: list[str] | None = None,
) -> Answer:
    """Every step, by the command with its autocomplete and then by the card's buttons."""
    person = town[who]
    choices = await person.autocomplete(says.join, says.authority, town_name, channel="accueil")
    card = await person.slash(says.join, channel="accueil", values={says.authority: choices[0]["value"]})
    card = await person.fill(await person.click(card, says.button("join.about")), ABOUT)
    if says.button("join.sharing") not in card.buttons:  # corrected, one by one
        card = await person.fill(await person.click(card, says.button("join.exchange")), {"offers": offers})
        form = await person.click(card, says.button("join.consents"))
        return await person.fill(form, {"consents": ALL if consents is None else consents})
    form = await person.click(card, says.button("join.sharing"))
    return await person.fill(form, {"offers": offers, "consents": ALL if consents is None else consents})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("chambery", "Chambéry (Savoie)"),  # one authority has that name, and others have some that are near
        ("Saint-Denis", "Laquelle est la vôtre ?"),
        ("Paris", "Laquelle est la vôtre ?"),  # the city and the département
    ],
)
async def test_a_name_is_chosen_only_where_several_have_it(town: Town, typed: str, said: str) -> None:
    answer = await town["newcomer"].slash("rejoindre", channel="accueil", values={"collectivité": typed})
    assert said in read(answer)
    assert bool(answer.menus) == said.endswith("?")


@BOTH
async def test_a_neighbour_vouches_and_no_private_message_is_needed(town: Town, says: Says) -> None:
    """S9. The secretary of a small commune; every private message is refused."""
    newcomer = town[says.who]
    card = await newcomer.slash(says.join, channel="accueil", values={says.authority: "Mendite"})
    assert "Menditte (Pyrénées-Atlantiques)" in read(card)
    card = await newcomer.choose(card, WORDS.label("menus.join.pick", says.locale), ["commune:64378"])
    assert says.missing in read(card)
    sent = await fill_in(town, says, says.who, "menditte", offers="Un broyeur")
    assert says.sent in read(sent)

    name = WORDS.label("commands.vouch.options.person.name", "fr")
    vouched = await town["member"].slash("parrainer", values={name: newcomer.id})
    assert "Vous avez parrainé" in read(vouched)
    await opened(newcomer, "rencontres")
    welcome = await town.waits_for("member", "rencontres", "nous rejoint")
    assert "Menditte" in read(welcome)
    assert "Un broyeur" in read(welcome)
    told = await town.waits_for("facilitator", "coin-animation", "parraine")
    assert told.buttons == ["Suspendre"]


async def test_a_refusal_comes_with_its_reason_and_a_way_back(town: Town) -> None:
    """S9, the other way: by buttons only, in private answers only."""
    newcomer, facilitator = town["newcomer"], town["facilitator"]
    await fill_in(town, FRENCH, "newcomer", "menditte")
    card = await town.waits_for("facilitator", "coin-animation", "demande l’accès")
    assert card.buttons == ["Admettre", "Poser une question", "Refuser"]
    keep_cards(town)
    refused = await facilitator.fill(
        await facilitator.click(card, "Refuser"), {"reason": "Dites-nous **qui** vous êtes @everyone"}
    )
    assert "Demande refusée" in read(refused)
    again = await facilitator.fill(await facilitator.click(card, "Refuser"), {"reason": "Encore"})
    assert "n’attend plus" in read(again)
    let_cards_go(town)

    panel = (await newcomer.sees("accueil"))[0]
    mine = await newcomer.click(panel, "Demander l’accès")
    assert "n’a pas été acceptée" in read(mine)
    assert "qui" in read(mine)
    mine = await newcomer.click(mine, "Envoyer ma demande")
    assert "Votre demande est partie" in read(mine)
    back = await town.waits_for("facilitator", "coin-animation", "avait été refusée")
    await facilitator.click(back, "Admettre")
    await opened(newcomer, "rencontres")


async def test_one_card_follows_the_newcomer_from_step_to_step(town: Town) -> None:
    """Each form answers in the place of the card it was opened from: there is one to read, at every step."""
    newcomer = town["newcomer"]
    card = await newcomer.click((await newcomer.sees("accueil"))[0], "Demander l’accès")
    assert "étape 1/3" in read(card)
    meant = await newcomer.fill(
        await newcomer.click(card, "Indiquer ma collectivité"), {"organisation": "menditt"}
    )
    assert "Est-ce bien la vôtre ?" in read(meant)
    menu = (meant.message or {})["components"]
    [place] = [part for part in walk(menu) if part["type"] == 3]
    step = await newcomer.choose(meant, "Choisir votre collectivité", [place["options"][0]["value"]])
    assert "étape 2/3" in read(step)
    step = await newcomer.fill(await newcomer.click(step, "Ma fonction et mes thèmes"), ABOUT)
    assert "étape 3/3" in read(step)
    assert "votre demande part avec ce formulaire" in read(step)
    assert read(step).index("Menditte") < read(step).index("Il manque encore")
    assert {meant.id, step.id} == {card.id}
    assert [one.id for one in await newcomer.sees("accueil")][1:] == [card.id]


@BOTH
async def test_a_name_that_one_authority_has_is_taken_at_once(town: Town, says: Says) -> None:
    """From the welcome to the request: three forms, and no list of one to choose from."""
    newcomer = town[says.who]
    card = await newcomer.click((await newcomer.sees("accueil"))[0], "Demander l’accès")
    card = await newcomer.fill(
        await newcomer.click(card, says.button("join.organisation")), {"organisation": "MENDITTE"}
    )
    assert "Menditte (Pyrénées-Atlantiques)" in read(card)
    card = await newcomer.fill(await newcomer.click(card, says.button("join.about")), ABOUT)
    card = await newcomer.fill(await newcomer.click(card, says.button("join.sharing")), {"consents": []})
    assert says.sent in read(card)


@BOTH
async def test_the_card_of_a_request_says_what_became_of_it(town: Town, says: Says) -> None:
    """Who comes later in the team reads it there, and finds no button that would be refused."""
    await fill_in(town, says, says.who, "menditte")
    card = await town.waits_for("facilitator", "coin-animation", "demande l’accès")
    form = await town["facilitator"].click(card, "Poser une question")
    await town["facilitator"].fill(form, {"question": "Qui vous envoie ?"})
    asked = await town.waits_for("facilitator", "coin-animation", "a une question de l’équipe")
    assert (asked.id, asked.buttons) == (card.id, ["Admettre", "Refuser"])
    assert "Qui vous envoie ?" in read(asked)
    mine = await town[says.who].slash(says.join, channel="accueil")
    answer = await town[says.who].fill(
        await town[says.who].click(mine, says.button("join.answer")), {"answer": "Ma voisine."}
    )
    assert says.sent in read(answer)
    answered = await town.waits_for("facilitator", "coin-animation", "a répondu ou complété sa demande")
    assert (answered.id, answered.buttons) == (card.id, [])
    again = await town.waits_for("facilitator", "coin-animation", "Ma voisine.")
    await town["facilitator"].click(again, "Admettre")
    admitted = await town.waits_for("facilitator", "coin-animation", "a accès au réseau")
    assert (admitted.id, admitted.buttons) == (again.id, [])
    assert "Décision prise par facilitator" in read(admitted)


async def test_whoever_leaves_meanwhile_has_no_card_to_decide_on(town: Town) -> None:
    await fill_in(town, FRENCH, "newcomer", "menditte")
    card = await town.waits_for("facilitator", "coin-animation", "demande l’accès")
    keep_cards(town)
    await town["newcomer"].leaves(str(town.stage.guild.id))
    late = await town["facilitator"].click(card, "Admettre")
    assert "Cette personne a quitté le serveur" in read(late)
    let_cards_go(town)
    gone = await town.waits_for("facilitator", "coin-animation", "Il n’y a plus rien à décider")
    assert (gone.id, gone.buttons) == (card.id, [])


async def test_a_question_is_answered_from_the_welcome_channel(town: Town) -> None:
    await fill_in(town, ENGLISH, "newcomer-en", "menditte")
    card = await town.waits_for("facilitator", "coin-animation", "demande l’accès")
    form = await town["facilitator"].click(card, "Poser une question")
    await town["facilitator"].fill(form, {"question": "Qui vous envoie ?"})
    panel = (await town["newcomer-en"].sees("accueil"))[0]
    mine = await town["newcomer-en"].click(panel, "Demander l’accès")  # the panel is the network's
    assert "Qui vous envoie ?" in read(mine)
    form = await town["newcomer-en"].click(mine, "Answer")
    sent = await town["newcomer-en"].fill(form, {"answer": "My neighbour."})
    assert "Your request is" in read(sent)
    await town.waits_for("facilitator", "coin-animation", "My neighbour.")


@BOTH
async def test_comparable_peers_first_and_never_who_opted_out(town: Town, says: Says) -> None:
    """S4, with four members: the small commune first, with its reason."""
    for who, place, consents in (
        ("facilitator", "Paris", ALL),
        ("facilitator-en", "Navarrenx", ALL),
        ("admin", "Navarrenx", [one for one in ALL if one != "listed"]),
    ):
        person = FRENCH if not who.endswith("-en") else ENGLISH
        await fill_in(town, person, who, place, offers="Réemploi de matériaux", consents=consents)
    me = "member" if says is FRENCH else "member-en"
    await fill_in(town, says, me, "Menditte")
    found = await town[me].slash(says.peers, values={says.query: "reemploi materiaux"})
    said = read(found)
    assert "admin" not in said.replace("admin-en", "")
    assert said.index("Navarrenx") < said.index("Paris")
    rural = WORDS.label("likeness.rural", says.locale)
    assert rural in said.split("Paris")[0]
    assert rural not in said.split("Paris (")[1]


async def test_whoever_erases_their_data_is_presented_no_more(town: Town) -> None:
    """S12. Neither by the request's card nor by the welcome, which others read."""
    newcomer = town["newcomer"]
    await fill_in(town, FRENCH, "newcomer", "menditte", offers="Un broyeur")
    card = await town.waits_for("facilitator", "coin-animation", "demande l’accès")
    await town["facilitator"].click(card, "Admettre")
    welcome = await town.waits_for("member", "rencontres", "nous rejoint")
    sure = await newcomer.slash("mes-données supprimer", channel="accueil")
    await newcomer.click(sure, "Confirmer")
    for who, channel, posted in (
        ("facilitator", "coin-animation", card),
        ("member", "rencontres", welcome),
    ):
        unsaid = await town.waits_for(who, channel, "Les données de cette personne sont effacées")
        assert (unsaid.id, unsaid.buttons) == (posted.id, [])
        said = " ".join(read(seen) for seen in await town[who].sees(channel))
        assert "Menditte" not in said
        assert newcomer.id not in said


@BOTH
async def test_taking_ones_data_along_then_erasing_it(town: Town, says: Says) -> None:
    """S12. Everything as JSON and CSV, privately; then no name is left anywhere."""
    me = "member" if says is FRENCH else "member-en"
    person = town[me]
    await fill_in(town, says, me, "Menditte", offers="Du temps")
    group = WORDS.label("commands.my_data.name", says.locale)
    export, delete = (
        WORDS.label(f"commands.my_data.{name}.name", says.locale) for name in ("export", "delete")
    )
    given = await person.slash(f"{group} {export}")
    assert given.ephemeral
    attachment = (given.message or {})["attachments"][0]
    async with aiohttp.ClientSession() as browser, browser.get(attachment["url"]) as response:
        packed = zipfile.ZipFile(io.BytesIO(await response.read()))
    data = json.loads(packed.read("data.json"))
    assert data["profile"][0]["offers"] == "Du temps"
    assert "profile.csv" in packed.namelist()

    sure = await person.slash(f"{group} {delete}")
    confirm = WORDS.label("buttons.common.confirm", says.locale)
    await person.click(sure, confirm)

    async def told() -> bool:
        return WORDS.render("privacy/erased", says.locale).title in (await person.refresh(sure)).text

    await person.eventually(told)
    found = await town["facilitator"].slash("membre attente")
    assert f"{me} (" not in read(found)

    async def shut() -> bool:
        try:
            await person.channel("rencontres")
        except LookupError:
            return True
        return False

    await person.eventually(shut)


async def test_an_organisation_that_is_in_no_register(town: Town) -> None:
    newcomer = town["newcomer"]
    card = await newcomer.slash("rejoindre", channel="accueil")
    form = await newcomer.click(card, "Indiquer ma collectivité")
    nothing = await newcomer.fill(form, {"organisation": "qqqqqqqq"})
    assert "Aucune collectivité de ce nom" in read(nothing)
    form = await newcomer.click(nothing, "Autre organisme")
    card = await newcomer.fill(
        form, {"organisation": "Les Amis @everyone", "organisation_kind": "association", "territory": "73"}
    )
    assert "étape 2/3" in read(card)
    assert "Les Amis" in read(card)
