"""Every command and every button, as every role, in French and in English.

Each is done, or kindly refused in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from cogs.kit.actions import custom_id
from prompts import Words
from sandbox import Answer
from tests.e2e.conftest import ROLES, Town, read

WORDS = Words()


@dataclass(frozen=True)
class Command:
    """A command by its two names, the lowest role that may use it, and the button that does the same."""

    english: str
    french: str
    needs: str
    button: str | None
    options: Mapping[str, str] = field(default_factory=dict)
    form: bool = False


COMMANDS = (
    Command("help", "aide", "stranger", "help.show"),
    Command("privacy", "confidentialité", "stranger", "privacy.show"),
    Command("my-data view", "mes-données voir", "stranger", "privacy.mine"),
    Command("my-data delete", "mes-données supprimer", "stranger", "privacy.mine"),
    Command("profile view", "profil voir", "newcomer", "profile.show"),
    Command("profile edit", "profil modifier", "newcomer", "profile.edit"),
    Command("peer search", "pair chercher", "member", "peer.search", {"query": "eau"}),
    Command("peer map", "pair carte", "member", "peer.map"),
    Command("vouch", "parrainer", "member", "join.vouch", {"person": "newcomer"}),
    Command("resource search", "ressource chercher", "member", "library.search", {"query": "eau"}),
    Command("resource browse", "ressource parcourir", "member", "library.browse"),
    Command("resource propose", "ressource proposer", "member", "library.propose", form=True),
    Command("resource mine", "ressource mes-propositions", "member", "library.mine"),
    Command("resource kept", "ressource gardées", "member", "library.kept"),
    Command("resource review", "ressource relire", "facilitator", "library.review"),
    Command("acronym", "sigle", "newcomer", "acronym.look", {"word": "EPCI"}),
    Command("practice list", "pratique liste", "member", "practice.list"),
    Command("practice share", "pratique partager", "member", "practice.share", form=True),
    Command("practice mine", "pratique miennes", "member", "practice.mine"),
    Command("practice show", "pratique voir", "member", "practice.list", {"practice": "1"}),
    Command("practice edit", "pratique modifier", "member", "practice.mine", {"practice": "1"}),
    Command("need publish", "besoin publier", "member", "need.publish", form=True),
    Command("need list", "besoin liste", "member", "need.list"),
    Command("need mine", "besoin miens", "member", "need.mine"),
    Command("need show", "besoin voir", "member", "need.list", {"need": "1"}),
    Command("need available", "besoin disponible", "member", "need.available", form=True),
    Command("need care", "besoin suivi", "facilitator", "need.care"),
    Command("meetup list", "rencontre liste", "member", "meetup.list"),
    Command("meetup reminders", "rencontre rappels", "member", "meetup.reminders", form=True),
    Command("meetup here", "rencontre présence", "member", "meetup.list", {"code": "0000"}),
    Command("meetup past", "rencontre passées", "member", "meetup.list"),
    Command("meetup actions", "rencontre actions", "member", "meetup.list"),
    Command("meetup trips", "rencontre trajets", "member", "meetup.list", {"meetup": "1"}),
    Command("meetup create", "rencontre créer", "facilitator", "meetup.create", form=True),
    Command("meetup manage", "rencontre gérer", "facilitator", "meetup.manage"),
    Command("meetup edit", "rencontre modifier", "facilitator", "meetup.manage", {"meetup": "1"}),
    Command("meetup move", "rencontre déplacer", "facilitator", "meetup.manage", {"meetup": "1"}),
    Command("meetup cancel", "rencontre annuler", "facilitator", "meetup.manage", {"meetup": "1"}),
    Command("meetup skip", "rencontre sauter", "facilitator", "meetup.manage", {"meetup": "1"}),
    Command("member waiting", "membre attente", "facilitator", "member.waiting"),
    Command("member admit", "membre admettre", "facilitator", "member.find", {"person": "newcomer"}),
    Command("member suspend", "membre suspendre", "facilitator", "member.find", {"person": "newcomer"}),
    Command("member appoint", "membre confier-animation", "admin", "member.find", {"person": "newcomer"}),
    Command("member dismiss", "membre retirer-animation", "admin", "member.find", {"person": "newcomer"}),
    Command("themes", "thèmes", "member", "theme.mine"),
    Command("network themes", "réseau thèmes", "facilitator", "theme.roles"),
    Command("member entrust", "membre confier-thèmes", "admin", "member.find", {"person": "member"}),
    Command("digest mine", "bulletin personnel", "member", "digest.mine"),
    Command("digest stop", "bulletin arrêter", "member", "digest.mine"),
    Command("catch-up", "rattrapage", "member", "digest.mine"),
    Command("digest settings", "bulletin réglages", "facilitator", "digest.settings"),
    Command("digest preview", "bulletin aperçu", "facilitator", "digest.settings"),
    Command("facilitate desk", "animer santé", "facilitator", "desk.show"),
    Command("facilitate audit", "animer journal", "facilitator", "desk.audit"),
    Command("facilitate export", "animer exporter", "facilitator", "export.ask", form=True),
    Command("facilitate texts", "animer textes", "facilitator", "texts.list"),
    Command("checklist list", "pas-à-pas liste", "member", "checklist.list"),
    Command("checklist start", "pas-à-pas commencer", "member", "checklist.start"),
    Command("facilitate message", "animer message", "facilitator", "message.list"),
    Command("network status", "réseau état", "facilitator", "network.status"),
    Command("network health", "réseau santé", "facilitator", "network.health"),
    Command("network funnel", "réseau parcours", "facilitator", "network.funnel"),
    Command("network settings", "réseau réglages", "admin", "network.settings"),
    Command("network repair", "réseau réparer", "admin", "network.repair"),
    Command("network setup", "réseau installer", "admin", "network.repair"),
    # Last: a stranger who joins is one no more.
    Command("join", "rejoindre", "stranger", "member.ask"),
)

# On the permanent message for everybody, or one click further; in the menu only for those who still need it.
ELSEWHERE = {
    *("member.find", "member.ask", "practice.mine"),
    *("need.publish", "need.list", "need.mine", "need.available", "need.care"),
}


def check(answer: Answer, allowed: bool, locale: str, what: str) -> None:
    """Done or refused, never a defect, always private."""
    title = WORDS.render("errors/not_allowed", locale, needed=None).title
    broken = WORDS.render("errors/unexpected", locale, reference="").title
    assert answer.outcome in ("message", "modal", "deferred"), (what, answer)
    assert broken not in answer.text, (what, answer)
    assert (title in answer.text) is not allowed, (what, answer)
    assert answer.outcome == "modal" or answer.ephemeral, (what, answer)


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("role", ROLES)
async def test_every_command(town: Town, role: str, locale: str) -> None:
    who = role if locale == "fr" else f"{role}-en"
    for command in COMMANDS:
        options: dict[str, object] = {
            name: town[value].id if name == "person" else value for name, value in command.options.items()
        }
        name = command.french if locale == "fr" else command.english
        answer = await town[who].slash(name, channel=await welcome(town, who), values=options)
        allowed = ROLES.index(role) >= ROLES.index(command.needs)
        check(answer, allowed, locale, name)
        assert (answer.modal is not None) is (allowed and command.form), name


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("role", ROLES)
async def test_every_command_has_its_button(town: Town, role: str, locale: str) -> None:
    """Slash commands vanish with Discord's accessible text input: the panel and its menu replace them."""
    who = role if locale == "fr" else f"{role}-en"
    panel = (await town[who].sees(await welcome(town, who)))[0]
    menu = await town[who].click(panel, custom_id("help.show"))
    offered = {}
    for room in (button for button in buttons(menu) if button.startswith("ep:help.")):
        entered = await town[who].click(menu, room)
        check(entered, True, locale, room)
        offered |= {button: entered for button in buttons(entered)}
    for command in COMMANDS[1:]:
        allowed = ROLES.index(role) >= ROLES.index(command.needs)
        button = custom_id(command.button or "")
        assert (button in offered) is allowed or command.button in ELSEWHERE, command.english
        if button in offered:
            check(await town[who].click(offered[button], button), True, locale, command.english)


def buttons(answer: Answer) -> list[str]:
    """What can be clicked under an answer."""
    return [item["custom_id"] for item in answer.components if item["type"] == 2]


async def welcome(town: Town, who: str) -> str:
    """The first channel that everybody sees and that the set-up made."""
    return await town[who].channel("accueil")


@pytest.mark.parametrize("role", ROLES)
async def test_the_panel_for_all(town: Town, role: str) -> None:
    """Everybody has the same panel; what it answers depends on who clicks."""
    panel = (await town[role].sees("accueil"))[0]
    allowed = ROLES.index(role) >= ROLES.index("member")
    for action in ("library.search", "library.browse", "library.propose"):
        check(await town[role].click(panel, custom_id(action)), allowed, "fr", action)
    asked = await town[role].click(panel, custom_id("member.ask"))
    assert ("Votre profil" in read(asked)) is (role in ("member", "facilitator", "admin"))
