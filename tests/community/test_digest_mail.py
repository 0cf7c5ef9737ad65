"""An address for one's digest: confirmed by its owner, and nothing sent to anybody else."""

from datetime import UTC, datetime, timedelta

import pytest

from community.actors import Role
from community.digest_mail import MailAddresses, MailNotOffered, TooManyCodes
from community.digests_personal import PersonalDigests
from community.errors import Invalid
from community.outbox import Drop, SendMail
from community.planners import planners
from community.resources import NewResource
from prompts import Words
from storage import digests
from tests.community.conftest import Network
from tests.community.meetups import rows

NEW = NewResource("Guide du ZAN", "https://example.org/zan", "Un résumé utile.")
URL = "https://pairs.example.org"


@pytest.fixture
def addresses(network: Network) -> MailAddresses:
    return MailAddresses(network.db, network.clock, URL, offered=True)


async def code_of(network: Network) -> str:
    async with network.db.reading() as session:
        kept = await digests.address(
            session, network[Role.MEMBER].network_id, network[Role.MEMBER].member_id or 0
        )
    assert kept is not None
    return kept.code


async def test_the_code_comes_back_and_the_digest_goes_there(
    network: Network, addresses: MailAddresses, words: Words
) -> None:
    member = network[Role.MEMBER]
    personal = PersonalDigests(network.db, network.clock, URL, mails=True)
    await personal.choose(member, frequency="weekly", weekday=2, hour=8, scope="all")
    await addresses.ask(member, "  ada@example.fr ")
    (row,) = await rows(network.db, "digest.code")
    plans = planners(words, URL)
    async with network.db.reading() as session:
        plan = await plans["digest.code"].plan(session, row, network.clock.now())
    assert isinstance(plan, SendMail)
    assert (plan.mail.to, plan.mail.values["code"]) == ("ada@example.fr", await code_of(network))
    code = await code_of(network)
    mine = await addresses.confirm(member, f" {code[:3]} {code[3:]} ")
    assert (mine.address, mine.by_mail) == ("ada@example.fr", True)
    await network.services.library.publish(
        network[Role.FACILITATOR],
        (await network.services.library.propose(network[Role.FACILITATOR], NEW)).id,
    )
    network.clock.jump(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    assert await personal.plan_due() == 1
    (row,) = await rows(network.db, "digest.mail")
    async with network.db.reading() as session:
        plan = await plans["digest.mail"].plan(session, row, network.clock.now())
    assert isinstance(plan, SendMail)
    assert plan.mail.to == "ada@example.fr"
    assert (plan.mail.stop_url or "").startswith(f"{URL}/digests/")
    assert plan.mail.template == "digests/personal"
    await network.services.profiles.set_short_sentences(member, wanted=True)
    async with network.db.reading() as session:
        plan = await plans["digest.mail"].plan(session, row, network.clock.now())
    assert isinstance(plan, SendMail)
    assert plan.mail.template == "digests/personal.short"
    await addresses.forget(member)
    async with network.db.reading() as session:
        assert isinstance(await plans["digest.mail"].plan(session, row, network.clock.now()), Drop)


async def test_wrong_codes_run_out(network: Network, addresses: MailAddresses) -> None:
    member = network[Role.MEMBER]
    with pytest.raises(Invalid, match="invalid"):
        await addresses.confirm(member, "000000")
    await addresses.ask(member, "ada@example.fr")
    code = await code_of(network)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(Invalid):
            await addresses.confirm(member, wrong)
    with pytest.raises(Invalid):
        await addresses.confirm(member, code)
    await addresses.ask(member, "ada@example.fr")
    network.clock.advance(timedelta(minutes=61))
    with pytest.raises(Invalid):
        await addresses.confirm(member, await code_of(network))
    await addresses.ask(member, "ada@example.fr")
    with pytest.raises(TooManyCodes):
        await addresses.ask(member, "ada@example.fr")
    network.clock.advance(timedelta(days=1))
    await addresses.ask(member, "ada@example.fr")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.fr",
        "a b@example.fr",
        "ada@localhost",
        "ada@exemple.fr\nBcc: x@y.fr",
    ],
)
async def test_what_is_no_address(network: Network, addresses: MailAddresses, typed: str) -> None:
    with pytest.raises(Invalid):
        await addresses.ask(network[Role.MEMBER], typed)


async def test_it_is_not_offered_without_a_server_or_a_way_out(network: Network) -> None:
    for made in (
        MailAddresses(network.db, network.clock, URL, offered=False),
        MailAddresses(network.db, network.clock, None, offered=True),
    ):
        with pytest.raises(MailNotOffered):
            await made.ask(network[Role.MEMBER], "ada@example.fr")


async def test_an_address_is_forgotten(network: Network, addresses: MailAddresses, words: Words) -> None:
    member = network[Role.MEMBER]
    await addresses.ask(member, "ada@example.fr")
    (row,) = await rows(network.db, "digest.code")
    assert not (await addresses.forget(member)).address
    async with network.db.reading() as session:
        assert isinstance(await planners(words)["digest.code"].plan(session, row, network.clock.now()), Drop)
