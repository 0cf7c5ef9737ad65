"""A facilitator writes to a part of the members: seen first, sent once, never to who wants none."""

from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from sandbox import Answer
from tests.e2e.conftest import Town, plant, read

SOON = timedelta(minutes=6)
TITLE = "Nos rendez-vous de printemps"
BODY = "Bonjour @everyone,\n\nqui vient ? {{ member.secret }} <@1>"


async def written(town: Town, who: str = "facilitator", *, title: str = TITLE) -> Answer:
    """A draft for all members."""
    await town["member-en"].slash("mandate view")  # so that their language is known
    listed = await town[who].slash("animer message" if who == "facilitator" else "facilitate message")
    form = await town[who].click(listed, custom_id("message.write"))
    return await town[who].fill(form, {"title": title, "body": BODY, "when": ""})


@pytest.mark.parametrize(
    ("who", "counted", "sure", "sending"),
    [
        ("facilitator", "Destinataires : 4.", "Envoyer à 4 personnes ?", "Remis : "),
        ("facilitator-en", "Recipients: 4.", "Send to 4 people?", "Delivered: "),
    ],
)
async def test_from_the_first_word_to_the_last_one_sent(
    town: Town, who: str, counted: str, sure: str, sending: str
) -> None:
    desk = await town[who].slash("animer santé" if who == "facilitator" else "facilitate desk")
    assert custom_id("message.list") in str(desk.components)
    draft = await written(town, who)
    assert counted in read(draft), read(draft)
    assert "{{ member.secret }}" in read(draft)
    assert "member-en" not in read(draft), "a number, never names"
    preview = await town[who].click(draft, custom_id("message.preview", _key(draft)))
    assert TITLE in read(preview)
    asked = await town[who].click(draft, custom_id("message.ready", _key(draft), 1))
    assert sure in read(asked)
    done = await town[who].click(asked, custom_id("message.send.confirm", _key(draft), 1))
    assert sending + "0" in read(done)
    late = await town[who].click(draft, custom_id("message.ready", _key(draft), 1))
    assert sending + "0" in read(late), "a second way to the same button finds it sent"
    town.stage.advance(SOON)
    in_french = await town.waits_for_dm("member", "Message de")
    in_english = await town.waits_for_dm("member-en", "Message from")
    for seen in (in_french, in_english):
        assert TITLE in read(seen)
        assert "{{ member.secret }}" in read(seen)
        assert "@everyone" not in read(seen)
        assert town[who].id in seen.text, "they can answer"
        assert seen.message
        assert not seen.message["mentions"]
        assert not seen.message["mention_everyone"]
    await town["member"].eventually(lambda: _shows(town, who, draft, sending + "4"))
    for name in ("member", "member-en"):
        assert len([seen for seen in await town[name].dms() if TITLE in read(seen)]) == 1
    journal = await town[who].slash("animer journal" if who == "facilitator" else "facilitate audit")
    assert ("envoi d’un message" if who == "facilitator" else "message sent to members") in read(journal)
    assert TITLE not in read(journal)


async def test_no_more_of_these(town: Town) -> None:
    """A click under the message; it can be taken back there, or from one's own room of the menu."""
    draft = await written(town)
    await _send(town, draft)
    got = await town.waits_for_dm("member-en", TITLE)
    stopped = await town["member-en"].click(got, "No more of these")
    assert "You will get no more messages" in read(stopped)
    again = await town["facilitator"].click(
        await town["facilitator"].click(draft, custom_id("message.list")), custom_id("message.write")
    )
    second = await town["facilitator"].fill(again, {"title": "Second message", "body": BODY})
    assert "Destinataires : 3." in read(second)
    await _send(town, second)
    await town.waits_for_dm("member", "Second message")
    assert not [seen for seen in await town["member-en"].dms() if "Second message" in read(seen)]
    menu = await town["member-en"].slash("help")
    room = await town["member-en"].click(menu, custom_id("help.me"))
    choice = await town["member-en"].click(room, custom_id("message.choice"))
    assert "You will get no more messages" in read(choice)
    resumed = await town["member-en"].click(choice, custom_id("message.resume"))
    assert "You get the messages of the facilitators" in read(resumed)


async def test_who_closed_private_messages_reads_it_at_the_welcome(town: Town) -> None:
    await town["member"].set_dm_policy("closed")
    await _send(town, await written(town))
    told = await town.waits_for("member", "accueil", "L’équipe d’animation vous a écrit")
    assert f"<@{town['member'].id}>" in told.text
    assert TITLE not in read(told), "others read it too"
    key = custom_id("message.read", 1)
    assert TITLE in read(await town["member"].click(told, key))
    other = await town["newcomer-en"].click(told, key)
    assert TITLE not in read(other)
    assert "this message" in read(other)


async def test_it_is_stopped_while_it_waits(town: Town) -> None:
    facilitator = town["facilitator"]
    draft = await written(town)
    asked = await facilitator.click(draft, custom_id("message.ready", _key(draft), 1))
    done = await facilitator.click(asked, "Envoyer")
    forecast = await town["facilitator-en"].slash("network forecast")
    assert f"A message from the facilitators, {TITLE} (4 people)" in read(forecast)
    stopped = await facilitator.click(done, "Arrêter l’envoi")
    assert f"Message annulé : {TITLE}" in read(stopped)
    assert "Abandonnés : 4" in read(stopped)
    town.stage.advance(SOON)
    await facilitator.slash("animer santé")
    assert TITLE not in read(await town["facilitator-en"].slash("network forecast"))
    assert not [seen for seen in await town["member"].dms() if TITLE in read(seen)]


async def test_whom_it_is_for_is_chosen_in_a_form(town: Town) -> None:
    """Bad input is told with its reason; what was typed comes back; a number of days is read as said."""
    facilitator = town["facilitator"]
    listed = await facilitator.slash("animer message")
    form = await facilitator.click(listed, custom_id("message.write"))
    wrong = await facilitator.fill(form, {"title": TITLE, "body": BODY, "when": "un de ces jours"})
    assert "À corriger : Quand ?" in read(wrong)
    form = await facilitator.click(wrong, "Corriger")
    assert "member.secret" in str(form.modal), "nothing typed is lost"
    draft = await facilitator.fill(form, {"when": "jeudi 14h30"})
    assert "14 h 30" in read(draft)
    form = await facilitator.click(draft, custom_id("message.audience", _key(draft)))
    wrong = await facilitator.fill(form, {"place": "Zzyzx-sur-Rien", "silent": "60"})
    assert "À corriger" in read(wrong)
    form = await facilitator.click(wrong, "Corriger")
    chosen = await facilitator.fill(
        form, {"place": "Savoie", "silent": "60 jours", "circle": "members", "kinds": ["commune"]}
    )
    for words in ("Territoire : Savoie", "Organismes : Commune", "Sans nouvelles depuis 60 jours"):
        assert words in read(chosen)
    assert "Destinataires : 0." in read(chosen)
    nobody = await facilitator.click(chosen, custom_id("message.ready", _key(draft), 2))
    assert "Ce choix ne trouve personne" in read(nobody)
    stale = await facilitator.click(draft, custom_id("message.ready", _key(draft), 1))
    assert "Destinataires : 0." in read(stale), "it changed since: it is shown again first"
    sure = await facilitator.click(chosen, custom_id("message.drop", _key(draft)))
    assert "est supprimé" in read(await facilitator.click(sure, "Confirmer"))


async def test_the_silent_are_written_to_from_the_desk(town: Town) -> None:
    town.stage.advance(timedelta(days=61))
    desk = await town["facilitator"].slash("animer santé")
    silent = await town["facilitator"].click(desk, custom_id("desk.silent"))
    form = await town["facilitator"].click(silent, custom_id("message.to_silent"))
    draft = await town["facilitator"].fill(form, {"title": "Vous nous manquez", "body": BODY})
    assert "Sans nouvelles depuis 60 jours" in read(draft)
    panel = (await town["member"].sees("accueil"))[0]
    plant(town, panel, custom_id("message.to_silent"))
    panel = await town["member"].refresh(panel)
    refused = await town["member"].click(panel, custom_id("message.to_silent"))
    assert "animation" in read(refused)
    assert refused.modal is None


async def _send(town: Town, draft: Answer) -> None:
    who = town["facilitator"]
    asked = await who.click(draft, custom_id("message.ready", _key(draft), 1))
    await who.click(asked, "Envoyer")
    town.stage.advance(SOON)


async def _shows(town: Town, who: str, draft: Answer, words: str) -> bool:
    return words in read(await town[who].click(draft, custom_id("message.ready", _key(draft), 1)))


def _key(draft: Answer) -> int:
    """The number in the buttons of a draft."""
    ids = [item["custom_id"] for item in draft.components if item["type"] == 2]
    return int(next(one for one in ids if one.startswith("ep:message.preview:")).rsplit(":", 1)[1])
