"""Somebody takes care of one theme: named by a command, told in private, limited to it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from prompts import Words
from sandbox import Answer
from tests.e2e.conftest import Town, read
from tests.e2e.test_everyone import check


@dataclass(frozen=True)
class Said:
    """One language's words."""

    locale: str
    entrust: str
    saved: str
    told: str
    desk: str
    yours: str
    queue: str
    review: str
    publish: str
    published: str
    none_left: str


SAID = {
    "member": Said(
        *("fr", "membre confier-thèmes", "C’est enregistré pour member", "Des thèmes du réseau"),
        *("animer santé", "Vos thèmes : ", "Ressources à relire : 1", "ressource relire"),
        *("Publier", "C’est publié", "Plus aucun thème du réseau"),
    ),
    "member-en": Said(
        *("en", "member entrust", "Noted for member-en", "You are entrusted with themes"),
        *("facilitate desk", "Your themes: ", "Resources to review: 1", "resource review"),
        *("Publish", "Published", "You are in charge of no theme"),
    ),
}


async def propose(town: Town, title: str, theme: str) -> None:
    person = town["facilitator"]
    form = await person.slash("ressource proposer")
    url = f"https://example.org/{title.replace(' ', '-')}"
    await person.fill(form, {"name": title, "url": url, "kind": "guide", "themes": [theme]})


async def themes(town: Town) -> list[str]:
    """The numbers of the themes, from a form that offers them."""
    form = await town["facilitator"].slash("ressource proposer")
    assert form.modal is not None
    return [option["value"] for option in form.modal.fields["themes"]["options"]]


@pytest.mark.parametrize("who", ["member", "member-en"])
async def test_one_theme_from_the_command_to_a_published_resource(town: Town, who: str) -> None:
    said, admin = SAID[who], "admin" if who == "member" else "admin-en"
    await town[who].slash("mandat voir" if who == "member" else "mandate view")
    mine, other, *_ = await themes(town)
    asked = await town[admin].slash(said.entrust, person=town[who].id)
    done = await town[admin].choose(asked, custom_id("member.entrust_themes", _key(asked)), [mine])
    assert said.saved in read(done)
    await town.waits_for_dm(who, said.told)
    await propose(town, "Guide du thème", mine)
    await propose(town, "Guide d’ailleurs", other)
    card = await town.waits_for_dm(who, "Guide du thème")
    desk = await town[who].slash(said.desk)
    assert said.yours in read(desk)
    assert said.queue in read(desk)
    assert "Guide d’ailleurs" not in read(desk)
    for closed in ("desk.audit", "nudge.budget", "network.forecast"):
        assert custom_id(closed) not in str(desk.components)
    queue = await town[who].slash(said.review)
    assert "Guide du thème" in read(queue)
    assert "Guide d’ailleurs" not in read(queue)
    published = await town[who].click(card, said.publish)
    assert said.published in read(published)
    assert not [seen for seen in await town[who].dms() if "Guide d’ailleurs" in read(seen)]
    await _rooms_keep_their_promises(town, who, said.locale)
    again = await town[admin].slash(said.entrust, person=town[who].id)
    await town[admin].click(again, custom_id("member.relieve", _key(again)))
    await town.waits_for_dm(who, said.none_left)
    check(await town[who].slash(said.desk), False, said.locale, said.desk)


async def test_a_facilitator_turns_to_their_own_themes_and_back(town: Town) -> None:
    mine, other, *_ = await themes(town)
    asked = await town["admin"].slash("membre confier-thèmes", person=town["facilitator"].id)
    await town["admin"].choose(asked, custom_id("member.entrust_themes", _key(asked)), [mine])
    await propose(town, "Guide du thème", mine)
    await propose(town, "Guide d’ailleurs", other)
    whole = await town["facilitator"].slash("animer santé")
    assert "Ressources à relire : 2" in read(whole)
    own = await town["facilitator"].click(whole, "Mes thèmes")
    assert "Ressources à relire : 1" in read(own)
    assert "Guide d’ailleurs" not in read(own)
    back = await town["facilitator"].click(own, custom_id("desk.show"))
    assert "Ressources à relire : 2" in read(back)
    plain = await town["facilitator-en"].slash("facilitate desk")
    assert "My themes" not in str(plain.components), "who has none has nothing to turn to"


async def test_who_may_not_entrust_is_told_and_nothing_leaks(town: Town) -> None:
    refused = await town["facilitator"].slash("membre confier-thèmes", person=town["member"].id)
    check(refused, False, "fr", "membre confier-thèmes")
    early = await town["admin"].slash("membre confier-thèmes", person=town["newcomer"].id)
    mine, *_ = await themes(town)
    wrong = await town["admin"].choose(early, custom_id("member.entrust_themes", _key(early)), [mine])
    assert "Admettez-la d’abord" in read(wrong)
    town.stage.advance(timedelta(minutes=1))
    check(await town["newcomer"].slash("animer santé", channel="accueil"), False, "fr", "animer santé")


async def _rooms_keep_their_promises(town: Town, who: str, locale: str) -> None:
    """Every button that the menu offers leads somewhere: none is offered that would be refused."""
    menu = await town[who].slash("aide" if locale == "fr" else "help")
    room = await town[who].click(menu, custom_id("help.facilitation"))
    title = Words().render("errors/not_allowed", locale, needed=None).title
    offered = [item["custom_id"] for item in room.components if item["type"] == 2]
    assert custom_id("library.review") in offered
    assert custom_id("member.waiting") not in offered
    for button in offered:
        answer = await town[who].click(room, button)
        assert title not in answer.text, button


def _key(answer: Answer) -> int:
    """The member's number, in the menu of themes."""
    (menu,) = [item for item in answer.components if item["type"] == 3]
    return int(menu["custom_id"].rsplit(":", 1)[1])
