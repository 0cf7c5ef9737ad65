"""Set-up on a server that has rights, habits and accidents of its own, through the sandbox."""

from collections.abc import AsyncIterator, Sequence

import discord
import pytest

from bot.server_permissions import NEEDED
from sandbox import Answer, Person
from tests.bot.conftest import Stage
from tests.e2e.conftest import latest, opened, read

PLACES = ("accueil", "annonces", "rencontres", "coin-animation", "pratiques", "besoins")


def grant(stage: Stage, *lacking: str) -> None:
    """The bot's own role holds what it needs but these permissions."""
    held = discord.Permissions(NEEDED.value)
    held.update(**dict.fromkeys(lacking, False))
    role = next(role for role in stage.guild.roles.values() if role["managed"])
    stage.sandbox.world.edit_role(stage.guild, role["id"], {"permissions": str(held.value)})


def channels(stage: Stage) -> list[str]:
    return [channel.data["name"] for channel in stage.guild.channels.values()]


@pytest.fixture
async def admin(stage: Stage) -> AsyncIterator[Person]:
    async with stage.running():
        yield await stage.owner()


async def test_a_bare_server_gets_everything_once(stage: Stage, admin: Person) -> None:
    first = await admin.slash("réseau installer")
    assert "Le réseau est prêt" in read(first)
    before = sorted(channels(stage)), sorted(stage.guild.roles)
    second = await admin.slash("réseau installer")
    assert "Tout est en place" in read(second)
    assert "rien n’a été changé" in read(second)
    assert (sorted(channels(stage)), sorted(stage.guild.roles)) == before
    assert set(PLACES) <= set(channels(stage))


async def test_forums_have_the_themes_as_tags(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    forum = stage.guild.channel("pratiques").data
    assert [tag["name"] for tag in forum["available_tags"]][:2] == ["Participation", "Aménagement"]
    assert len(forum["available_tags"]) == 20


async def test_who_sees_what(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    newcomer = await stage.sandbox.person("Nouvelle", stage.guild)
    with pytest.raises(LookupError):
        await newcomer.channel("rencontres")
    assert await newcomer.channel("accueil")
    await admin.slash("membre admettre", personne=newcomer.id)
    await opened(newcomer, "rencontres")
    await newcomer.says("rencontres", "Bonjour")
    with pytest.raises(LookupError):
        await newcomer.channel("coin-animation")


async def test_what_has_the_name_is_adopted_and_the_corner_made_private(stage: Stage, admin: Person) -> None:
    world = stage.sandbox.world
    kept = world.add_channel(stage.guild, "accueil")
    corner = world.add_channel(stage.guild, "coin-animation")
    visitor = await stage.sandbox.person("Visite", stage.guild)
    assert await visitor.channel("coin-animation") == corner.id
    answer = await admin.slash("réseau installer")
    assert "Repris tel quel" in read(answer)
    assert channels(stage).count("accueil") == 1
    assert await visitor.channel("accueil") == kept.id
    with pytest.raises(LookupError):
        await visitor.channel("coin-animation")


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (("manage_channels",), "Gérer les salons"),
        (("manage_roles",), "Gérer les rôles"),
        (("manage_threads",), "Gérer les fils"),
    ],
)
async def test_a_missing_permission_is_named_and_the_set_up_resumes(
    stage: Stage, admin: Person, lacking: Sequence[str], words: str
) -> None:
    grant(stage, *lacking)
    refused = await admin.slash("réseau installer")
    assert "L’installation n’est pas terminée" in read(refused)
    assert words in read(refused)
    grant(stage)
    done: Answer = await admin.slash("réseau installer")
    assert "Le réseau est prêt" in read(done), read(done)
    assert set(PLACES) <= set(channels(stage))
    assert [role["name"] for role in stage.guild.roles.values()].count("Membres") == 1


async def test_a_role_above_the_bots_is_named(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    roles = stage.guild.roles
    bot_role = next(role for role in roles.values() if role["managed"])
    member = next(role for role in roles.values() if role["name"] == "Membres")
    member["position"], bot_role["position"] = bot_role["position"] + 1, bot_role["position"]
    status = await admin.slash("réseau état")
    assert "le rôle des membres : placer ce rôle sous celui du robot" in read(status)


async def test_a_forum_deleted_by_hand_is_missed_and_put_back(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    await admin.request("DELETE", f"/channels/{await admin.channel('besoins')}")
    status = await admin.slash("réseau état")
    assert "Il manque : le forum des besoins" in read(status).replace("**", "")
    mended = await admin.click(status, "Réparer")
    assert "Créé : le forum des besoins" in read(mended).replace("**", "")
    assert channels(stage).count("besoins") == 1


async def test_the_panel_is_put_back(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    panel = await latest(admin, lambda: admin.sees("accueil"), "bienvenue")
    channel = stage.guild.channel("accueil")
    stage.sandbox.world.delete_message(channel, panel.id)
    await admin.slash("réseau réparer")
    again = await latest(admin, lambda: admin.sees("accueil"), "bienvenue")
    assert again.id != panel.id


async def test_names_of_an_english_server_are_english(stage: Stage, admin: Person) -> None:
    stage.guild.data["preferred_locale"] = "en-US"
    admin_en = admin
    await admin_en.slash("network setup")
    assert {"welcome", "facilitators-corner", "practices"} <= set(channels(stage))
    assert "Members" in [role["name"] for role in stage.guild.roles.values()]


async def test_a_new_theme_reaches_the_forums(stage: Stage, admin: Person) -> None:
    await admin.slash("réseau installer")
    settings = await admin.slash("réseau réglages")
    await admin.choose(settings, "Retirer un thème de la liste", ["Numérique"])
    form = await admin.click(settings, "Ajouter un thème")
    saved = await admin.fill(form, {"Thème": "Culture et patrimoine", "Étiquette dans les forums": "Culture"})
    assert "C’est enregistré" in read(saved)
    tags = [tag["name"] for tag in stage.guild.channel("besoins").data["available_tags"]]
    assert "Culture" in tags
    assert "Numérique" not in tags
