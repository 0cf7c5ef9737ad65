"""Forms: filled, refused, corrected, submitted after a restart. What was typed is never lost."""

import pytest

from cogs.kit import forms
from community.actors import Role
from community.errors import Invalid, NotFound, NotSetUp
from prompts import Words
from sandbox import Person
from tests.cogs.kit.conftest import Bench

TYPED = {
    "title": "Budget participatif",
    "body": "Deux ans de recul.\nÀ lire.",
    "kind": "tool",
    "themes": ["1", "3"],
}


async def test_a_form_opens_filled_within_its_limits(bench: Bench, ada: Person) -> None:
    modal = (await ada.slash("form", name="trial.propose")).modal
    assert modal is not None
    assert modal.title == "Proposer un essai"
    assert list(modal.fields) == ["title", "body", "kind", "themes", "public"]
    assert modal.fields["title"]["value"] == "Déjà là"
    assert modal.fields["body"]["description"] == "Quelques phrases"
    assert len(modal.fields["themes"]["options"]) == 25
    assert [option["value"] for option in modal.fields["themes"]["options"] if option.get("default")] == ["2"]


async def test_a_submit_gives_the_promised_shapes(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    answer = await ada.fill(await ada.click(panel, "Proposer"), {**TYPED, "public": True})
    assert "Budget participatif" in answer.text
    assert bench.diary.submits == [("propose", 7, {**TYPED, "public": True})]
    assert bench.services.drafts.kept == {}


async def test_nothing_chosen_is_none_and_empty(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    await ada.fill(opened, {"title": "  x  ", "kind": [], "themes": []})
    expected = {"title": "x", "body": "", "kind": None, "themes": [], "public": False}
    assert bench.diary.submits == [("propose", 5, expected)]


async def test_a_form_at_its_limits_goes_through(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    answer = await ada.fill(opened, {**TYPED, "title": "*" * 4000, "body": "é" * 4000})
    assert answer.outcome == "message"
    assert len(answer.text) <= 4000
    assert bench.diary.submits[0][2]["body"] == "é" * 4000


async def test_a_submit_after_a_restart_works(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    await bench.restart()
    answer = await ada.fill(opened, TYPED)
    assert "Budget participatif" in answer.text
    assert bench.diary.submits[0][:2] == ("propose", 5)


async def test_a_late_submit_is_deferred_and_answered(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    bench.diary.pause = 0.6
    answer = await ada.fill(opened, TYPED)
    assert answer.outcome == "deferred"
    assert "Reçu" in answer.text


async def test_what_was_refused_comes_back_to_correct(bench: Bench, ada: Person) -> None:
    bench.diary.error = Invalid(field="title", problem="too_long", limit=10, given=19)
    panel = await ada.slash("panel")
    bench.diary.error = None
    opened = await ada.click(panel, "Proposer")
    bench.diary.error = Invalid(field="title", problem="too_long", limit=10, given=19)
    refused = await ada.fill(opened, {**TYPED, "public": True})
    assert "À corriger\u00a0: Titre" in refused.text
    assert "10 au plus" in refused.text
    assert refused.buttons == ["Corriger"]

    bench.diary.error = None
    await bench.restart()
    again = (await ada.click(refused, "Corriger")).modal
    assert again is not None
    assert again.fields["title"]["value"] == "Budget participatif"
    assert again.fields["body"]["value"] == TYPED["body"]
    assert [o["value"] for o in again.fields["themes"]["options"] if o.get("default")] == ["1", "3"]
    await ada.fill(again, {"title": "Budget"})
    assert bench.diary.submits[-1][2] == {**TYPED, "title": "Budget", "public": True}
    assert bench.services.drafts.kept == {}


async def test_an_unforeseen_error_keeps_the_text_too(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    bench.diary.error = RuntimeError("defect")
    refused = await ada.fill(opened, TYPED)
    assert "n’a pas fonctionné" in refused.text
    assert refused.buttons == ["Corriger"]


async def test_the_text_itself_comes_back_where_no_draft_can_be_kept(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    bench.services.drafts.trouble = ConnectionResetError()
    bench.diary.error = ConnectionResetError()
    long = "Ligne *une*\n" * 300
    await ada.fill(opened, {**TYPED, "body": long})
    await ada.eventually(lambda: _count(ada, 4))
    seen = await ada.sees("général")
    assert "indisponible" in seen[0].text
    assert seen[0].buttons == []
    assert "Budget participatif" in seen[1].text
    returned = "".join(message.text for message in seen[2:])
    assert returned.count("Ligne *une*") == 300


async def _count(person: Person, least: int) -> bool:
    return len(await person.sees("général")) >= least


async def test_a_stranger_gets_their_text_back(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    bench.services.members.trouble = NotSetUp()
    bench.diary.error = NotSetUp()
    answer = await ada.fill(opened, {"title": "Une idée"})
    assert "pas encore installé" in answer.text
    await ada.eventually(lambda: _count(ada, 2))
    assert "Une idée" in (await ada.sees("général"))[-1].text


async def test_a_stranger_keeps_no_draft(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    bench.services.members.role = Role.STRANGER
    bench.diary.error = NotFound(kind="theme")
    answer = await ada.fill(opened, TYPED)
    assert answer.buttons == []
    assert bench.services.drafts.kept == {}


async def test_a_form_that_comes_too_late_offers_a_button(bench: Bench, ada: Person) -> None:
    late = await ada.slash("form", name="trial.slow", pause=0.6)
    assert "Le formulaire est prêt" in late.text
    assert late.buttons == ["Ouvrir"]
    opened = await ada.click(late, "Ouvrir")
    assert "Reçu" in (await ada.fill(opened, {"title": "x"})).text


async def test_what_fills_a_form_may_refuse_to_open_it(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    bench.diary.error = NotFound(kind="resource")
    answer = await ada.click(panel, "Proposer")
    assert answer.modal is None
    assert "cette ressource" in answer.text


async def test_a_form_may_change_the_message_it_came_from(bench: Bench, ada: Person) -> None:
    panel = await ada.slash("panel")
    opened = await ada.click(panel, "Modifier")
    assert opened.modal is not None
    answer = await ada.fill(opened, {"title": "Mieux", "pick": "guide", "boxes": ["guide", "tool"]})
    assert answer.outcome == "update"
    assert "Mieux" in (await ada.refresh(panel)).text
    assert bench.diary.submits == [
        ("edit", 7, {"title": "Mieux", "pick": "guide", "boxes": ["guide", "tool"]})
    ]


async def test_a_form_of_another_time_is_explained(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.slow")
    await bench.restart(doors=False)
    assert "ne sert plus" in (await ada.fill(opened, {"title": "x"})).text


async def test_a_choice_that_the_table_lost_is_refused_and_the_rest_kept(bench: Bench, ada: Person) -> None:
    opened = await ada.slash("form", name="trial.propose")
    folder = bench.words.root
    for path in folder.glob("*/labels/trial.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace('tool = "Outil"\n', ""), encoding="utf-8")
    bench.words = Words(folder)
    await bench.restart()
    answer = await ada.fill(opened, TYPED)
    assert "À corriger\u00a0: Genre" in answer.text
    assert answer.buttons == ["Corriger"]
    assert bench.diary.submits == []


async def test_a_form_whose_filling_takes_too_long_is_offered_again(
    bench: Bench, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened empty, an edit would look like a loss."""
    monkeypatch.setattr(forms, "PATIENCE", 0.05)
    await bench.restart(patience=2.0)
    panel = await ada.slash("panel")
    bench.diary.pause = 0.3
    answer = await ada.click(panel, "Proposer")
    assert answer.modal is None
    assert answer.buttons == ["Ouvrir"]
    bench.diary.pause = 0.0
    assert (await ada.click(answer, "Ouvrir")).modal is not None
