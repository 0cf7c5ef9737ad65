"""Acronyms in the chat: the command, the menu of a message, what the team adds."""

from tests.e2e.conftest import Town, read


async def test_a_message_is_explained_in_both_languages(town: Town) -> None:
    member, facilitator = town["member"], town["facilitator"]
    said = await member.says("rencontres", "Le ZAN inquiète les EPCI, mais le JNX avance.")
    told = await member.context("Expliquer les sigles", said)
    assert "Les sigles de ce message" in read(told)
    assert told.ephemeral
    assert "Zéro artificialisation nette" in read(told)
    assert "JNX" not in read(told)
    words = await facilitator.context("Explain acronyms", said)
    form = await facilitator.click(words, "Donner un sens à un mot")
    await facilitator.fill(form, {"Mot ou sigle": "JNX", "meanings": "jardins nourriciers"})
    english = await town["member-en"].context("Explain acronyms", said)
    assert "**JNX**: jardins nourriciers" in read(english)
    assert [one["value"] for one in await member.autocomplete("sigle", "mot", "jn")] == ["JNX"]
    known = await member.slash("sigle", mot="jnx")
    assert "Précisé par l’équipe d’animation de votre réseau" in read(known)
    form = await member.click(known, "Chercher un sigle")
    assert "pas encore dans le glossaire" in read(await member.fill(form, {"Sigle": "QQQ"}))
