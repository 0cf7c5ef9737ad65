"""A moderator made tags required: what fits none is told all the same, or kept and explained."""

import pytest

from sandbox import Channel, Seen
from tests.e2e.conftest import Town, read
from tests.e2e.test_needs import publish
from tests.e2e.test_practice_cards import Says

REQUIRE_TAG = 1 << 4
TITLE = "Une fête du patrimoine"
BOTH = pytest.mark.parametrize("locale", ["fr", "en"])


@pytest.fixture
def says(locale: str) -> Says:
    return Says(locale)


def forum(town: Town, name: str, *, keep: int = 20) -> Channel:
    """Tags are required there from now on, and so many of them are left."""
    channel = town.stage.guild.channel(name)
    tags = channel.data["available_tags"][:keep]
    town.stage.sandbox.world.edit_channel(channel, {"flags": REQUIRE_TAG, "available_tags": tags})
    return channel


async def add_theme(town: Town, says: Says, name: str, tag: str) -> str:
    """The number of the theme, as the form of a card gives it."""
    admin, author = town[says.who("admin")], town[says.who("member")]
    form = await admin.click(await admin.slash("network settings"), says.button("network.theme_add"))
    await admin.fill(form, {"theme": name, "tag": tag})
    form = await author.slash("practice share")
    assert form.modal is not None
    options = form.modal.fields["themes"]["options"]
    return str(next(one["value"] for one in options if one["label"] == name))


async def share(town: Town, says: Says, theme: str) -> None:
    author = town[says.who("member")]
    form = await author.slash("practice share")
    draft = await author.fill(form, {"name": TITLE, "done": "Un formulaire.", "themes": [theme]})
    await author.click(draft, says.button("practice.publish"))


async def tags_of(town: Town, place: str, title: str) -> list[str]:
    """The names of the tags of a post, once it is there."""
    reader = town["facilitator"]

    async def posted() -> object:
        return next((one for one in await reader.posts(place) if one["name"] == title), None)

    post = await reader.eventually(posted)
    names = {tag["id"]: tag["name"] for tag in town.stage.guild.channel(place).data["available_tags"]}
    return [names[tag] for tag in post["applied_tags"]]


@BOTH
async def test_a_tag_for_the_rest_is_made_where_there_is_room(town: Town, says: Says) -> None:
    theme = await add_theme(town, says, "Culture et patrimoine", "Culture")
    for place in ("pratiques", "besoins"):
        forum(town, place, keep=19)
    await share(town, says, theme)
    assert await tags_of(town, "pratiques", TITLE) == ["Autre"]
    await publish(town, says.who("member"), need="Un concert en plein air", themes=[theme])
    assert await tags_of(town, "besoins", "Un concert en plein air") == ["Autre"]
    await publish(town, says.who("member"), need="Un besoin sans thème", themes=[])
    assert await tags_of(town, "besoins", "Un besoin sans thème") == ["Autre"], "made once, used again"
    tags = town.stage.guild.channel("besoins").data["available_tags"]
    assert [tag["name"] for tag in tags].count("Autre") == 1


@BOTH
async def test_the_nearest_theme_comes_before_the_rest(town: Town, says: Says) -> None:
    theme = await add_theme(town, says, "Participation des jeunes", "Jeunesse")
    forum(town, "pratiques")
    await share(town, says, theme)
    assert await tags_of(town, "pratiques", TITLE) == ["Participation"]


@BOTH
async def test_where_nothing_fits_the_card_is_kept_and_people_know_what_to_do(town: Town, says: Says) -> None:
    theme = await add_theme(town, says, "Culture et patrimoine", "Culture")
    channel = forum(town, "pratiques")
    admin, facilitator = town[says.who("admin")], town[says.who("facilitator")]
    told = {"fr": "ne plus exiger d’étiquette", "en": "stop requiring a tag"}[says.locale]
    assert told in read(await admin.slash("network status"))
    await share(town, says, theme)
    desk: list[Seen] = []

    async def undelivered() -> bool:
        desk[:] = [await facilitator.slash("facilitate desk")]
        return says.button("desk.failed") in desk[0].buttons

    await facilitator.eventually(undelivered)
    failed = await facilitator.click(desk[0], says.button("desk.failed"))
    assert {"fr": "exige une étiquette", "en": "requires a tag"}[says.locale] in read(failed)
    assert await facilitator.posts("pratiques") == []

    tags = [*channel.data["available_tags"][:-1], {"name": "Autres sujets"}]
    town.stage.sandbox.world.edit_channel(channel, {"available_tags": tags})
    assert told not in read(await admin.slash("network status"))
    await facilitator.click(failed, says.button("desk.retry"))
    assert await tags_of(town, "pratiques", TITLE) == ["Autres sujets"]


async def test_a_tag_that_the_bot_may_not_make(town: Town) -> None:
    """Without « Gérer les salons » in this forum it makes none: the card waits, and says why."""
    says = Says("fr")
    theme = await add_theme(town, says, "Culture et patrimoine", "Culture")
    channel = forum(town, "pratiques", keep=19)
    role = next(role for role in town.stage.guild.roles.values() if role["managed"])
    denied = {"id": role["id"], "type": 0, "allow": "0", "deny": str(1 << 4)}
    kept = [one for one in channel.data["permission_overwrites"] if one["id"] != role["id"]]
    town.stage.sandbox.world.edit_channel(channel, {"permission_overwrites": [*kept, denied]})
    await share(town, says, theme)
    facilitator = town["facilitator"]

    async def undelivered() -> bool:
        return "Messages non remis" in (await facilitator.slash("animer santé")).buttons

    await facilitator.eventually(undelivered)
    failed = await facilitator.click(await facilitator.slash("animer santé"), "Messages non remis")
    assert "exige une étiquette" in read(failed)
