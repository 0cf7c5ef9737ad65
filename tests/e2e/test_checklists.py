"""A project step by step: Nicolas's consultation, and a list of the facilitators whose steps are late."""

import re
from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from sandbox import Answer
from tests.e2e.conftest import Town, read


async def started(town: Town, who: str, model: str, target: str, **values: object) -> Answer:
    """From a model of the list, with its own title unless given."""
    listed = await town[who].slash("checklist start" if who.endswith("-en") else "pas-à-pas commencer")
    form = await town[who].choose(listed, custom_id("checklist.model"), [model])
    return await town[who].fill(form, {"target": target, **values})


def days_ahead(town: Town, days: int) -> str:
    return f"{(town.stage.sandbox.clock.now() + timedelta(days=days)):%d/%m/%Y}"


async def test_a_consultation_step_by_step(town: Town) -> None:
    nicolas, peer = town["member"], town["member-en"]
    await peer.slash("mandate view")  # so that their language is known
    wrong = await started(town, "member", "Organiser une concertation", "bientôt")
    assert "Ce jour n’a pas été compris" in read(wrong)
    form = await nicolas.click(wrong, "Corriger")
    found = await nicolas.fill(
        form, {"title": "Concertation place du marché", "target": days_ahead(town, 100)}
    )
    assert "Concertation place du marché" in read(found)
    assert "0 étape faite sur 16" in read(found)
    assert ": Écrire ce qui est négociable" in read(found)
    assert "Visible de vous" in read(found)
    done = await nicolas.click(found, "C’est fait")
    assert "1 étape faite sur 16" in read(done)
    assert "1. *Fait, " in read(done)
    ticked = await nicolas.choose(
        done,
        custom_id("step.tick", _key(done)),
        ["Choisir la personne qui pilote, côté élus et côté services"],
    )
    assert "2 étapes faites sur 16" in read(ticked)
    form = await nicolas.click(ticked, "Ajouter une étape")
    unknown = await nicolas.fill(form, {"what": "Prévenir la presse", "by_when": "J-98", "who": "Zénobie"})
    assert "Personne ne porte ce nom" in read(unknown)
    form = await nicolas.click(unknown, "Corriger")
    assert "Prévenir la presse" in str(form.modal), "nothing typed is lost"
    given = await nicolas.fill(form, {"who": "member-en"})
    assert re.search(r"^1\. Le \S+ \d.* : Prévenir la presse \(member-en\)$", read(given), re.M), read(given)
    told = await town.waits_for_dm("member-en", "You are entrusted with a step")
    assert "“Prévenir la presse”" in read(told)
    seen = await peer.click(told, "See the checklist")
    assert "A project of member" in read(seen)
    assert "Add a step" not in str(seen.components)
    town.stage.advance(timedelta(days=2, hours=12))
    reminded = await town.waits_for_dm("member-en", "To do today")
    by_peer = await peer.click(reminded, "Done")
    assert "3 steps done of 17" in read(by_peer)
    again = await peer.click(reminded, "Done")
    assert "3 steps done of 17" in read(again), "a second click changes nothing"
    mine = await nicolas.slash("pas-à-pas liste")
    assert "3 étapes faites sur 17" in read(mine)
    nothing = await town["facilitator"].slash("pas-à-pas liste")
    assert "Concertation place du marché" not in read(nothing), "a member's own"


async def test_a_step_is_opened_changed_moved_and_taken_away(town: Town) -> None:
    nicolas = town["member"]
    found = await started(town, "member", "Accueillir un nouveau membre", days_ahead(town, 10))
    key = _key(found)
    step = await nicolas.choose(
        found, custom_id("step.choose", key), ["2. Lire son profil, et relever ce que la personne cherche"]
    )
    assert "Étape 2 : Lire son profil" in read(step)
    form = await nicolas.click(step, "Modifier")
    assert "J+1" in str(form.modal)
    changed = await nicolas.fill(form, {"what": "Lire son profil", "by_when": "3 semaines après"})
    assert "Étape 6 : Lire son profil" in read(changed)
    up = await nicolas.click(changed, "Monter")
    assert "Étape 5 : Lire son profil" in read(up)
    gone = await nicolas.click(up, "Supprimer l’étape")
    assert "Lire son profil" not in read(gone)
    lost = await nicolas.click(step, "Monter")
    assert "cette étape" in read(lost)
    form = await nicolas.click(gone, "Titre et jour visé")
    moved = await nicolas.fill(form, {"target": days_ahead(town, 40)})
    assert "0 étape faite sur 7" in read(moved)
    closed = await nicolas.click(moved, "Clore")
    assert "Ce pas-à-pas est clos" in read(closed)
    refused = await nicolas.fill(form, {"target": days_ahead(town, 50)})
    assert "Ce pas-à-pas est clos" in read(refused)
    kept = await nicolas.click(closed, "Garder comme modèle")
    assert "Le modèle « Accueillir un nouveau membre » est gardé" in read(kept)
    models = await nicolas.click(kept, "Commencer un pas-à-pas")
    assert "Accueillir un nouveau membre**, 7 étapes" in read(models)
    sure = await nicolas.click(moved, custom_id("checklist.drop", key))
    assert "est supprimé" in read(await nicolas.click(sure, "Confirmer"))
    assert "cette étape" in read(await nicolas.click(step, "C’est fait"))


@pytest.mark.parametrize(
    ("who", "other", "model", "said"),
    [
        (
            "facilitator",
            "facilitator-en",
            "Relancer un réseau",
            ("Étapes en retard : 2.", "Les pas-à-pas de l’équipe", "2 en retard", "pas-à-pas commencé"),
        ),
        (
            "facilitator-en",
            "facilitator",
            "Revive a network",
            ("Overdue steps: 2.", "The facilitators’ checklists", "2 late", "checklist started"),
        ),
    ],
)
async def test_the_teams_late_steps_are_on_the_desk(
    town: Town, who: str, other: str, model: str, said: tuple[str, ...]
) -> None:
    begun = await started(town, who, model, days_ahead(town, 31), team=True)
    assert read(begun)
    town.stage.advance(timedelta(days=11))
    english = who.endswith("-en")
    desk = await town[who].slash("facilitate desk" if english else "animer santé")
    assert said[0] in read(desk)
    team = await town[who].click(desk, custom_id("checklist.team"))
    assert said[1] in read(team)
    assert said[2] in read(team)
    theirs = await town[other].slash("facilitate desk" if not english else "animer santé")
    assert custom_id("checklist.team") in str(theirs.components)
    journal = await town[who].slash("facilitate audit" if english else "animer journal")
    assert said[3] in read(journal)
    planned = await town[who].slash("network forecast" if english else "réseau prévisions")
    # The steps of a list of the team are in the network's language.
    assert "Réunir deux ou trois membres" in read(planned)
    refused = await town["member"].slash("pas-à-pas liste")
    assert "Relancer un réseau" not in read(refused)


async def test_a_members_list_is_shared_with_the_team_and_taken_back(town: Town) -> None:
    found = await started(town, "member-en", "Prepare a meetup", days_ahead(town, 60))
    assert "Choose the theme" in read(found), "in the language of who starts it"
    shared = await town["member-en"].click(found, "Share with the facilitators")
    assert "Shared with the facilitators" in read(shared)
    listed = await town["facilitator"].slash("pas-à-pas liste")
    assert "Prepare a meetup" in read(listed)
    opened = await town["facilitator"].choose(listed, custom_id("checklist.choose"), ["Prepare a meetup"])
    assert "Projet de member-en" in read(opened)
    await town["member-en"].click(shared, "Share no more")
    lost = await town["facilitator"].click(opened, "C’est fait")
    assert "cette étape" in read(lost) or "ce pas-à-pas" in read(lost)


def _key(found: Answer) -> int:
    """The number of a checklist, from its buttons."""
    ids = [item["custom_id"] for item in found.components if item["type"] == 2]
    return int(next(one for one in ids if one.startswith("ep:checklist.edit:")).rsplit(":", 1)[1])
