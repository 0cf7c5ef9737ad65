"""What a person reads after a command or a click, on time or late."""

import asyncio

import pytest

from community.actors import Role
from community.errors import NotFound
from sandbox import Person
from tests.cogs.kit.conftest import Bench


async def test_an_answer_is_private_and_says_both_things(bench: Bench, ada: Person) -> None:
    answer = await ada.slash("echo", text="**bonjour** @everyone")
    assert answer.ephemeral
    assert answer.text.startswith("### Écho\n\\*\\*bonjour\\*\\*")
    assert answer.mentions == []
    texts = [seen.text for seen in await ada.sees("général")]
    assert len(texts) == 2
    assert texts[1].startswith("### Encore")


async def test_the_guard_defers_and_the_answer_fills_the_waiting_message(bench: Bench, ada: Person) -> None:
    answer = await ada.slash("echo", text="tard", pause=0.6)
    assert answer.outcome == "deferred"
    assert answer.ephemeral
    assert "tard" in answer.text
    assert len(await ada.sees("général")) == 2  # the second answer is a new message


async def test_a_late_click_is_deferred_and_answered(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    bench.diary.pause = 0.6
    answer = await ada.click(panel, "Lent")
    assert answer.outcome == "deferred"
    assert "Enfin" in answer.text
    await ada.click(panel, "Lent sur place")
    await ada.eventually(lambda: _reads(ada, panel, "Changé"))


async def _reads(person: Person, target: object, text: str) -> bool:
    return text in (await person.refresh(target)).text  # type: ignore[arg-type]


async def test_a_click_changes_its_own_message_and_answers_below(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    answer = await ada.click(panel, "Approuver")
    assert answer.outcome == "update"
    assert "Approuvé" in (await ada.refresh(panel)).text
    await ada.eventually(lambda: _last_is(ada, "Merci"))
    assert bench.diary.clicks == [("approve", 7, 0)]


async def _last_is(person: Person, title: str) -> bool:
    return title in (await person.sees("général"))[-1].text


async def test_a_click_carries_its_two_numbers(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    assert panel.buttons[-2:] == ["Précédent", "Suivant"]
    await ada.click(panel, "Voir")
    await ada.click(panel, "Suivant")
    await ada.click(panel, "Précédent")
    assert bench.diary.clicks == [("look", 7, 3), ("look", 7, 3), ("look", 7, 1)]


async def test_a_double_click_is_one_click(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    bench.diary.gate = asyncio.Event()
    first = asyncio.create_task(ada.click(panel, "Approuver"))
    await ada.eventually(lambda: bench.diary.clicks)
    second = await ada.click(panel, "Approuver")
    bench.diary.gate.set()
    await first
    assert second.outcome != "failed"
    assert bench.diary.clicks == [("approve", 7, 0)]
    await ada.eventually(lambda: _reads(ada, panel, "Approuvé"))


async def test_a_click_after_a_restart_finds_its_handler(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    await bench.restart()
    answer = await ada.click(panel, "Voir")
    assert "7 3" in answer.text
    menu = await ada.choose(panel, "Choisissez un genre", ["Outil"])
    assert "tool" in menu.text


async def test_a_button_of_another_time_is_explained(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    answer = await ada.click(panel, "Disparu")
    assert answer.ephemeral
    assert "Ce bouton ne sert plus" in answer.text


async def test_a_click_that_needs_no_answer_does_not_fail(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    answer = await ada.click(panel, "Discret")
    assert answer.outcome != "failed"
    assert len(await ada.sees("général")) == 1


async def test_a_confirmation_survives_a_restart(bench: Bench, ada: Person) -> None:
    question = await ada.click(await ada.slash("panel"), "Retirer")
    assert question.buttons == ["Confirmer", "Annuler"]
    await bench.restart()
    await ada.click(question, "Confirmer")
    assert bench.diary.clicks == [("withdrawn", 7, 0)]
    assert (await ada.refresh(question)).buttons == []


async def test_a_confirmation_can_be_refused(bench: Bench, ada: Person) -> None:
    question = await ada.click(await ada.slash("panel"), "Retirer")
    await ada.click(question, "Annuler")
    assert "Rien n’a été modifié" in (await ada.refresh(question)).text
    assert bench.diary.clicks == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("not_allowed", "équipe d’animation"),
        ("not_found", "cette ressource"),
        ("invalid", "12 caractères"),
        ("not_set_up", "n’est pas encore installé"),
        ("network", "indisponible"),
        ("defect", "n’a pas fonctionné"),
    ],
)
async def test_an_error_is_told_kindly(bench: Bench, ada: Person, how: str, said: str) -> None:
    answer = await ada.slash("raise", how=how)
    assert answer.ephemeral
    assert said in answer.text
    assert "secret" not in answer.text
    assert "postgres" not in answer.text


async def test_the_reference_a_person_reads_is_in_the_log(
    bench: Bench, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ada.slash("raise", how="defect")
    reference = answer.text.rsplit("`", 2)[1]
    assert f"reference={reference}" in caplog.text
    assert "a secret of the database" in caplog.text


@pytest.mark.parametrize("pause", [0.0, 0.6])
async def test_a_command_that_forgets_to_answer_is_a_defect(bench: Bench, ada: Person, pause: float) -> None:
    assert "n’a pas fonctionné" in (await ada.slash("mute", pause=pause)).text


async def test_errors_speak_the_language_of_the_person(bench: Bench, ada: Person) -> None:
    bob = await bench.sandbox.person("Bob", bench.guild, locale="de")
    assert "cannot find this resource" in (await bob.slash("raise", how="not_found")).text
    bench.services.members.locale = "fr"  # the member's own choice wins, once it is known
    assert "Précédent" in (await bob.slash("panel")).buttons


async def test_a_failed_click_is_told_and_leaves_the_message(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    bench.diary.error = NotFound(kind="member")
    answer = await ada.click(panel, "Casser")
    assert "ce membre" in answer.text
    assert "Panneau" in (await ada.refresh(panel)).text


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 0.6])
async def test_an_answer_that_was_taken_but_not_confirmed_is_given_once(
    bench: Bench, ada: Person, pause: float, caplog: pytest.LogCaptureFixture
) -> None:
    fault = bench.sandbox.faults.add("apply_then_status", method="POST", route="/interactions/*", status=502)
    await ada.slash("echo", text="une fois", pause=pause)
    await ada.eventually(lambda: _last_is(ada, "Encore"))
    assert fault.hits == 1
    assert len(await ada.sees("général")) == 2
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_suggestions_are_cut_to_what_discord_takes(bench: Bench, ada: Person) -> None:
    choices = await ada.autocomplete("suggest", "query", "a")
    assert len(choices) == 25
    assert all(len(choice["name"]) == 100 for choice in choices)
    assert await ada.autocomplete("suggest", "query", "boom") == []


async def test_who_acts_is_what_discord_says(bench: Bench, ada: Person) -> None:
    bench.services.members.role = Role.ADMIN
    await ada.slash("panel")
    standing = bench.services.members.standings[-1]
    assert (standing.account_ref, standing.server_ref) == (ada.id, bench.guild.id)
    assert (standing.locale, standing.display_name, standing.manages_server) == ("fr", "Ada", False)


async def test_a_command_that_has_changed_since_is_explained(bench: Bench, ada: Person) -> None:
    await bench.restart(doors=False, sync=False)
    assert "vient de changer" in (await ada.slash("panel")).text


async def test_in_private_there_is_no_server(bench: Bench, ada: Person) -> None:
    direct = await ada.request("POST", "/dms", {"recipient_id": bench.app.id})
    answer = await ada.slash("panel", channel=direct["id"])
    assert "Panneau" in answer.text
    standing = bench.services.members.standings[-1]
    assert (standing.server_ref, standing.role_refs, standing.manages_server) == (None, frozenset(), False)


async def test_nothing_is_remembered_of_what_was_shown(bench: Bench, ada: Person) -> None:
    """A bot that shows a million buttons and forms must not keep them: custom_ids say it all."""
    for _ in range(3):
        panel = await ada.slash("panel")
        await ada.click(panel, "Approuver")
        await ada.slash("form", name="trial.slow")
    store = bench.host._connection._view_store
    assert (store._views, store._modals, store._synced_message_views) == ({}, {}, {})
