"""Theme roles, as people turn them on, take them and leave them; the bot restarts in between (A10)."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.server_theme_roles import ROLES_MOST
from prompts import Words
from sandbox import Answer, Person, Seen
from tests.bot.conftest import Stage
from tests.bot.test_doctor import findings, set_up
from tests.e2e.conftest import Town, latest, opened, plant, read

WORDS = Words()


@dataclass(frozen=True)
class Says:
    """Who speaks, and what they read."""

    locale: str
    member: str
    facilitator: str
    mine: str
    run: str
    on: str
    follows: str
    needed: str

    def button(self, action: str) -> str:
        return WORDS.label(f"buttons.{action}", self.locale)


FRENCH = Says(
    "fr",
    "member",
    "facilitator",
    "thèmes",
    "réseau thèmes",
    "Les rôles par thème sont activés",
    "Vous suivez « Biodiversité »",
    "réservée aux membres du réseau",
)
ENGLISH = Says(
    "en",
    "member-en",
    "facilitator-en",
    "themes",
    "network themes",
    "Theme roles are on",
    "You follow “Biodiversité”",
    "for members of the network",
)
BOTH = pytest.mark.parametrize("says", [FRENCH, ENGLISH], ids=["fr", "en"])


def worn(stage: Stage, person: Person) -> set[str]:
    """The names of the roles that somebody has on the server."""
    guild = stage.guild
    return {guild.roles[role_id]["name"] for role_id in guild.members[person.id]["roles"]}


async def wears(stage: Stage, person: Person, *names: str, but: str = "") -> None:
    """Wait until they have these roles, and not that one."""
    await person.eventually(
        lambda: set(names) <= worn(stage, person) and (not but or but not in worn(stage, person))
    )


async def turned_on(town: Town, says: Says = FRENCH) -> Seen:
    """A facilitator turns them on; the message that roles are taken from."""
    asked = await town[says.facilitator].slash(says.run)
    done = await town[says.facilitator].click(asked, says.button("theme.roles_on"))
    assert says.on in read(done)
    return await town.waits_for("member", "accueil", "Choisissez vos thèmes")


@BOTH
async def test_roles_are_taken_by_buttons_before_and_after_a_restart(town: Town, says: Says) -> None:
    stage, member = town.stage, town[says.member]
    panel = await turned_on(town, says)
    taken = await member.click(panel, "Biodiversité")
    assert says.follows in read(taken)
    assert taken.ephemeral
    await wears(stage, member, "Biodiversité")
    role = stage.guild.role("Biodiversité")
    assert (role["permissions"], role["mentionable"], role["managed"]) == ("0", False, False)

    town.runner.stop()
    async with stage.running():
        twice = await asyncio.gather(member.click(panel, "Biodiversité"), member.click(panel, "Biodiversité"))
        assert any(says.follows in read(answer) for answer in twice)
        mine = await member.click(panel, "Habitat")
        await wears(stage, member, "Biodiversité", "Habitat")
        left = await member.click(mine, says.button("theme.leave"))
        await wears(stage, member, "Biodiversité", but="Habitat")
        chosen = await member.choose(left, WORDS.label("menus.theme.choose", says.locale), ["Mobilités"])
        assert "Mobilités" in read(chosen)
        await wears(stage, member, "Mobilités", but="Biodiversité")
        await member.click(chosen, says.button("theme.bare"))
        await wears(stage, member, but="Mobilités")
        mine = await member.slash(says.mine)
        assert "Mobilités" in read(mine)  # followed all the same
        profile = await member.click(mine, says.button("profile.show"))
        assert "Mobilités" in read(profile)


@BOTH
async def test_only_members_take_roles_and_only_facilitators_turn_them_on(town: Town, says: Says) -> None:
    refused = await town[says.member].slash(says.run)
    assert WORDS.render("errors/not_allowed", says.locale, needed=None).title in refused.text
    panel = await turned_on(town)
    newcomer = town["newcomer" if says is FRENCH else "newcomer-en"]
    for button in ("Habitat", "Mes thèmes"):
        answer = await newcomer.click(panel, button)
        assert says.needed in read(answer)
    assert "Habitat" not in worn(town.stage, newcomer)


async def test_from_the_profile_s_room_of_the_menu(town: Town) -> None:
    """Nobody needs a command, nor the public message."""
    await turned_on(town)
    member, panel = town["member"], (await town["member"].sees("accueil"))[0]
    room = await member.click(await member.click(panel, "Aide et menu"), "Mon profil et mes données")
    mine = await member.click(room, "Mes thèmes")
    assert "Vous ne suivez encore aucun thème" in read(mine)
    mine = await member.choose(mine, "Les thèmes que vous suivez", ["Habitat", "Mobilités"])
    assert "personne ne les voit" in read(mine)
    assert "Habitat" not in worn(town.stage, member)
    await member.click(mine, "Porter les rôles de mes thèmes")
    await wears(town.stage, member, "Habitat", "Mobilités")


async def test_themes_that_come_and_go_have_their_roles_and_buttons(town: Town) -> None:
    admin, stage = town["admin"], town.stage
    await turned_on(town)
    settings = await admin.slash("réseau réglages")
    await admin.choose(settings, "Retirer un thème de la liste", ["Numérique"])
    form = await admin.click(settings, "Ajouter un thème")
    await admin.fill(form, {"Thème": "Culture et patrimoine"})
    names = {role["name"] for role in stage.guild.roles.values()}
    assert "Culture et patrimoine" in names
    await admin.eventually(lambda: "Numérique" not in {r["name"] for r in stage.guild.roles.values()})

    async def shown() -> bool:
        panel = (await town["member"].sees("accueil"))[-1]
        return "Culture et patrimoine" in panel.buttons and "Numérique" not in panel.buttons

    await town["member"].eventually(shown)


async def test_a_theme_s_new_name_reaches_its_role_its_button_and_its_tag(town: Town) -> None:
    """The role and the tag are the same ones: who wears it, and the threads that bear it, keep them."""
    admin, stage, member = town["admin"], town.stage, town["member"]
    panel = await turned_on(town)
    await member.click(panel, "Numérique")
    await wears(stage, member, "Numérique")
    role = stage.guild.role("Numérique")
    chosen_here = stage.guild.role("Habitat")
    stage.sandbox.world.edit_role(stage.guild, chosen_here["id"], {"name": "Logement 🏠"})
    before = {tag["name"]: tag["id"] for tag in stage.guild.channel("besoins").data["available_tags"]}
    settings = await admin.slash("réseau réglages")
    form = await admin.choose(settings, "Renommer un thème", ["Numérique"])
    saved = await admin.fill(
        form, {"Thème": "Numérique responsable", "Étiquette dans les forums": "Numérique +"}
    )
    assert "Numérique responsable" in read(saved)
    assert role["name"] == "Numérique responsable"
    assert chosen_here["name"] == "Logement 🏠"  # a name that people gave by hand is theirs
    after = {tag["name"]: tag["id"] for tag in stage.guild.channel("besoins").data["available_tags"]}
    assert after["Numérique +"] == before["Numérique"]
    assert "Numérique" not in after

    async def shown() -> bool:
        return "Numérique responsable" in (await member.refresh(panel)).buttons

    await member.eventually(shown)


async def test_turned_off_after_a_word_of_warning(town: Town) -> None:
    stage, facilitator, member = town.stage, town["facilitator"], town["member"]
    panel = await turned_on(town)
    await member.click(panel, "Habitat")
    await wears(stage, member, "Habitat")
    view = await facilitator.slash("réseau thèmes")
    assert "1 membre" in read(view)
    assert "Écrire à des membres" in view.buttons  # by theme, to those who follow it
    sure = await facilitator.click(view, "Désactiver les rôles par thème")
    assert "sont supprimés du serveur" in read(sure)
    done = await facilitator.click(sure, "Désactiver")
    assert "Les rôles par thème sont désactivés" in read(done)
    await member.eventually(lambda: "Habitat" not in {r["name"] for r in stage.guild.roles.values()})
    closed = await town.waits_for("member", "accueil", "n’ont plus de rôle")
    assert closed.buttons == ["Mes thèmes"]
    mobility = next(item["custom_id"] for item in panel.components if item.get("label") == "Mobilités")
    plant(town, closed, mobility)  # a screen that was open all the while
    late = await member.click(await member.refresh(closed), mobility)
    assert "Vous suivez « Mobilités »" in read(late)


async def test_a_role_deleted_by_hand_is_missed_and_put_back_on_its_wearers(town: Town) -> None:
    stage, member = town.stage, town["member"]
    panel = await turned_on(town)
    await member.click(panel, "Habitat")
    await wears(stage, member, "Habitat")
    stage.sandbox.world.delete_role(stage.guild, stage.guild.role("Habitat")["id"])

    async def missed() -> bool:
        return "un rôle manque" in read(await town["facilitator"].slash("réseau état"))

    await member.eventually(missed)
    await town["admin"].slash("réseau réparer")
    await wears(stage, member, "Habitat")


async def test_a_message_deleted_by_hand_is_posted_again(town: Town) -> None:
    panel = await turned_on(town)
    channel = town.stage.guild.channel("accueil")
    town.stage.sandbox.world.delete_message(channel, panel.id)
    await town["admin"].slash("réseau réparer")
    again = await town.waits_for("member", "accueil", "Choisissez vos thèmes")
    assert again.id != panel.id


async def test_a_full_server_is_told_kindly_and_resumed(town: Town) -> None:
    stage, facilitator = town.stage, town["facilitator"]
    world, guild = stage.sandbox.world, stage.guild
    room = ROLES_MOST - len(guild.roles) - 5
    extra = [world.add_role(guild, f"Équipe {number}")["id"] for number in range(room)]
    refused = await turn_on(facilitator)
    assert "il manque quelque chose" in read(refused)
    assert "Discord permet 250 rôles" in read(refused)
    assert len(guild.roles) == ROLES_MOST - 5  # not half of them
    for role_id in extra[:20]:
        world.delete_role(guild, role_id)
    done = await facilitator.click(refused, "Réessayer")
    assert "tout est en place" in read(done)


async def turn_on(facilitator: Person) -> Answer:
    return await facilitator.click(await facilitator.slash("réseau thèmes"), "Activer les rôles par thème")


async def test_a_role_that_gives_rights_is_never_handed_out(town: Town) -> None:
    """« Habitat » manages messages, « Mobilités » opens a channel, « Eau et forêts » gives nothing."""
    stage, member = town.stage, town["member"]
    world, guild = stage.sandbox.world, stage.guild
    strong = world.add_role(guild, "Habitat", permissions=1 << 13)
    key = world.add_role(guild, "Mobilités")
    plain = world.add_role(guild, "Eau et forêts")
    locks = [{"id": guild.id, "type": 0, "allow": "0", "deny": str(1 << 10)}]
    locks.append({"id": key["id"], "type": 0, "allow": str(1 << 10), "deny": "0"})
    world.edit_channel(world.add_channel(guild, "bureau"), {"permission_overwrites": locks})
    refused = await turn_on(town["facilitator"])
    assert "chacun pourrait le prendre" in read(refused)
    assert "Habitat et Mobilités" in read(refused)
    panel = await town.waits_for("member", "accueil", "Choisissez vos thèmes")
    for theme in ("Habitat", "Mobilités", "Eau et forêts"):
        await member.click(panel, theme)
    await wears(stage, member, "Eau et forêts")
    held = guild.members[member.id]["roles"]
    assert plain["id"] in held
    assert not {strong["id"], key["id"]} & set(held)
    world.edit_role(guild, strong["id"], {"name": "Service habitat"})
    world.edit_role(guild, key["id"], {"name": "Service mobilités"})
    await town["admin"].slash("réseau réparer")
    await wears(stage, member, "Habitat", "Mobilités")
    assert not {strong["id"], key["id"]} & set(guild.members[member.id]["roles"])


async def test_a_role_above_the_bot_s_is_named_in_the_status(town: Town) -> None:
    await turned_on(town)
    roles = town.stage.guild.roles
    bot_role = next(role for role in roles.values() if role["managed"])
    theme = town.stage.guild.role("Habitat")
    theme["position"], bot_role["position"] = bot_role["position"] + 1, bot_role["position"]
    status = await town["admin"].slash("réseau état")
    assert "placez ce rôle sous celui du robot" in read(status)
    assert "Habitat" in read(status)


async def test_erasing_ones_data_takes_the_roles_off(town: Town) -> None:
    stage, member = town.stage, town["member"]
    await member.click(await turned_on(town), "Habitat")
    await wears(stage, member, "Habitat")
    sure = await member.slash("mes-données supprimer")
    await member.click(sure, "Confirmer")
    await member.eventually(lambda: worn(stage, member) == set())


async def test_the_doctor_names_a_theme_without_its_role(stage: Stage) -> None:
    await set_up(stage)
    owner = await stage.owner()
    async with stage.running():
        await turn_on(owner)
        await latest(owner, lambda: owner.sees("accueil"), "Choisissez vos thèmes")
    _ended, found = await findings(stage)
    assert set(found) == {"ok"}
    stage.sandbox.world.delete_role(stage.guild, stage.guild.role("Habitat")["id"])
    _ended, found = await findings(stage)
    assert [finding["details"]["thing"] for finding in found["theme_missing"]] == ["Habitat"]
    assert "/réseau réparer" in found["theme_missing"][0]["words"]


async def test_coming_back_brings_the_roles_back(town: Town) -> None:
    stage, member = town.stage, town["member"]
    await member.click(await turned_on(town), "Habitat")
    await wears(stage, member, "Habitat")
    await member.leaves(stage.guild.id)
    await member.joins(stage.guild.id)
    assert "Habitat" not in worn(stage, member)
    await town["admin"].slash("membre admettre", personne=member.id)
    await opened(member, "rencontres")
    await wears(stage, member, "Habitat")
