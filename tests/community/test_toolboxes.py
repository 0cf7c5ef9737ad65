"""Collections that facilitators put together, on both databases."""

import asyncio

import pytest

from community.actors import Actor, Role
from community.errors import Invalid, NotFound
from community.toolboxes import TOOLBOXES_MOST, ToolboxView
from tests.community.conftest import Network


async def published(network: Network, title: str) -> int:
    made = await network.propose(title)
    return (await network.services.library.publish(network[Role.FACILITATOR], made.id)).id


def titles(view: ToolboxView) -> list[str]:
    return [one.title for one in view.resources]


async def test_a_toolbox_is_filled_ordered_published_and_deleted(network: Network) -> None:
    boxes, facilitator, member = network.services.toolboxes, network[Role.FACILITATOR], network[Role.MEMBER]
    box = await boxes.create(facilitator, " Concerter ", "Par où commencer.")
    assert await boxes.shelf(member) == []
    with pytest.raises(NotFound):
        await boxes.open(member, box.id)
    ids = {title: await published(network, title) for title in ("Agir", "Bâtir", "Cultiver")}
    for resource_id in (*ids.values(), ids["Agir"]):
        filled = await boxes.put(facilitator, box.id, resource_id)
    assert titles(filled) == ["Agir", "Bâtir", "Cultiver"]
    assert titles(await boxes.lift(facilitator, box.id, ids["Cultiver"])) == ["Agir", "Cultiver", "Bâtir"]
    assert titles(await boxes.lift(facilitator, box.id, ids["Agir"])) == ["Agir", "Cultiver", "Bâtir"]
    await boxes.publish(facilitator, box.id)
    [line] = await boxes.shelf(member)
    assert (line.title, line.published, line.resources) == ("Concerter", True, 3)
    assert not (await boxes.open(member, box.id)).arranging
    await network.services.library.withdraw(facilitator, ids["Cultiver"])
    assert titles(await boxes.open(member, box.id)) == ["Agir", "Bâtir"]
    assert titles(await boxes.lift(facilitator, box.id, ids["Bâtir"])) == ["Bâtir", "Agir"]
    assert titles(await boxes.take_out(facilitator, box.id, ids["Agir"])) == ["Bâtir"]
    with pytest.raises(NotFound):
        await boxes.take_out(facilitator, box.id, ids["Agir"])
    await boxes.publish(facilitator, box.id, wanted=False)
    assert await boxes.shelf(member) == []
    await boxes.delete(facilitator, box.id)
    with pytest.raises(NotFound):
        await boxes.delete(facilitator, box.id)


async def test_two_facilitators_who_add_at_once_lose_nothing(network: Network) -> None:
    boxes = network.services.toolboxes
    box = await boxes.create(network[Role.ADMIN], "Concerter")
    ids = [await published(network, title) for title in ("Agir", "Bâtir")]
    await asyncio.gather(
        boxes.put(network[Role.FACILITATOR], box.id, ids[0]), boxes.put(network[Role.ADMIN], box.id, ids[1])
    )
    assert sorted(titles(await boxes.open(network[Role.ADMIN], box.id))) == ["Agir", "Bâtir"]


async def test_what_cannot_be_done(network: Network, other_admin: Actor) -> None:
    boxes, admin = network.services.toolboxes, network[Role.ADMIN]
    for title in ("", "ab", "x" * 101):
        with pytest.raises(Invalid):
            await boxes.create(admin, title)
    box = await boxes.create(admin, "Concerter")
    waiting = await network.propose("En attente")
    for reach in (
        boxes.put(admin, box.id, waiting.id),
        boxes.open(other_admin, box.id),
        boxes.publish(other_admin, box.id),
        boxes.delete(other_admin, box.id),
    ):
        with pytest.raises(NotFound):
            await reach
    for number in range(TOOLBOXES_MOST - 1):
        await boxes.create(admin, f"Boîte {number}")
    with pytest.raises(Invalid):
        await boxes.create(admin, "Une de trop")
