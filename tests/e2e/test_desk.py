"""S7 in the chat: what waits for care after two quiet months, each line with its button."""

from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from tests.e2e.conftest import Town, read


@pytest.mark.parametrize(
    ("who", "command", "said"),
    [
        (
            "facilitator",
            "animer santé",
            (
                "Ce qui attend vos soins",
                "Ressources à relire : 1",
                "sans nouvelles depuis 60 jours : ",
                "Trois gestes",
            ),
        ),
        (
            "facilitator-en",
            "facilitate desk",
            (
                "What needs your care",
                "Resources to review: 1",
                "Members silent for 60 days: ",
                "Three gestures",
            ),
        ),
    ],
)
async def test_the_desk_after_two_quiet_months(
    town: Town, who: str, command: str, said: tuple[str, ...]
) -> None:
    form = await town["member"].slash("resource propose")
    await town["member"].fill(
        form, {"name": "Guide des jardins", "url": "https://example.org/jardins", "kind": "guide"}
    )
    town.stage.advance(timedelta(days=61))
    desk = await town[who].slash(command)
    for words in said:
        assert words in read(desk)
    assert "Guide des jardins" in read(desk)
    silent = await town[who].click(desk, custom_id("desk.silent"))
    assert "member-en" in read(silent)
    assert who not in read(silent).split(), "who looks at the desk is not silent"
    review = await town[who].click(desk, custom_id("library.review"))
    assert "Guide des jardins" in read(review)
    journal = await town[who].click(desk, custom_id("desk.audit"))
    assert "Guide des jardins" not in read(journal)
    assert "member" in read(journal)


async def test_a_member_has_no_desk(town: Town) -> None:
    for command in ("animer santé", "animer journal", "animer textes"):
        assert "animation" in read(await town["member"].slash(command))


async def test_a_message_is_rewritten_seen_and_used(town: Town) -> None:
    facilitator = town["facilitator"]
    listed = await facilitator.slash("animer textes")
    shown = await facilitator.choose(listed, custom_id("texts.choose"), ["60"])
    assert "Le rappel de rencontre" in read(shown)
    form = await facilitator.click(shown, "Modifier")
    wrong = await facilitator.fill(
        form, {"title": "À bientôt", "body": "Bonjour,\n{{ meetup.secret }}", "note": ""}
    )
    assert "Ligne 2" in read(wrong)
    assert "meetup.title" in read(wrong)
    form = await facilitator.click(wrong, "Corriger")
    assert "meetup.secret" in str(form.modal), "nothing typed is lost"
    right = {"title": "À bientôt", "body": "Rendez-vous pour {{ meetup.title }}.", "note": ""}
    preview = await facilitator.fill(form, right)
    assert "Rendez-vous pour Atelier budget participatif." in read(preview)
    used = await facilitator.click(preview, "Utiliser ce texte")
    assert "votre texte, utilisé" in read(used)
    back = await facilitator.click(used, "Revenir au texte d’origine")
    assert "texte d’origine" in read(back)


async def test_the_opening_of_the_digest_is_rewritten_in_either_language(town: Town) -> None:
    facilitator = town["facilitator-en"]
    listed = await facilitator.slash("facilitate texts")
    assert "The texts of the network in French" in read(listed), "the language of the network first"
    english = await facilitator.click(listed, custom_id("texts.in_en"))
    assert "The texts of the network in English" in read(english)
    shown = await facilitator.choose(english, custom_id("texts.choose"), ["101"])
    assert "The beginning and the end of the network digest, in English: original text" in read(shown)
    form = await facilitator.click(shown, "Edit")
    refused = await facilitator.fill(
        form, {"title": "Our letter", "body": "Hello,\n{{ digest.since }}", "note": ""}
    )
    assert "one of its parts" in read(refused)
    form = await facilitator.click(refused, custom_id("texts.edit.fix", 101))
    preview = await facilitator.fill(
        form, {"title": "Our letter", "body": "Hello, since {{ digest.since | day }}.", "note": "See you."}
    )
    assert "Hello, since" in read(preview)
    used = await facilitator.click(preview, "Use this text")
    assert "your text, in use" in read(used)
    french = await town["facilitator"].slash("animer textes")
    assert "Le début et la fin du bulletin du réseau, en anglais : votre texte, utilisé" in read(french)
