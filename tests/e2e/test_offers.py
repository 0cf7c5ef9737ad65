"""S11 end to end, in both languages: offers with an address, approved, exported, then left unconfirmed.

The files are read back by the standard library alone, as a spreadsheet and a map would open them.
"""

import csv
import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.e2e import test_exports
from tests.e2e.conftest import Town, read
from tests.e2e.test_exports import asked, content

TITLE = "Prêt d’une nacelle"
ADDRESS = "Atelier municipal, 12 rue de l’Œuvre, Thiers"


@dataclass(frozen=True)
class Said:
    """What the owner, who speaks one of the two languages, reads."""

    owner: str
    place: str
    approved: str
    still: str
    doubtful: str
    yes: str
    takes: test_exports.Said
    columns: tuple[str, str]
    map: str


FRENCH = Said(
    "member",
    "Préciser le lieu",
    "Votre ressource est publiée",
    "Toujours à jour ?",
    "· à vérifier",
    "Toujours à jour",
    test_exports.FRENCH,
    ("Titre", "Lieu"),
    "La carte a 1 lieu",
)
ENGLISH = Said(
    "member-en",
    "Say where it is",
    "Your resource is published",
    "Still up to date?",
    "· to be checked",
    "Still up to date",
    test_exports.ENGLISH,
    ("Title", "Address"),
    "The map has 1 place",
)


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_from_the_offer_to_the_map_then_to_be_checked(town: Town, said: Said) -> None:
    owner = town[said.owner]
    form = await owner.slash("resource propose")
    assert form.modal is not None
    theme = form.modal.fields["themes"]["options"][0]["value"]
    offer = {
        "name": TITLE,
        "summary": "Une nacelle de douze mètres, à partager entre communes, avec son guide.",
    }
    proposed = await owner.fill(form, {**offer, "kind": "offer", "themes": [theme]})
    where = await owner.click(proposed, said.place)
    await owner.fill(where, {"address": ADDRESS, "coordinates": "45,8566 ; 3,5478"})
    card = await town.waits_for("facilitator", "coin-animation", ADDRESS)  # the card follows what is added
    await town["facilitator"].click(card, "Publier")
    await town.waits_for_dm(said.owner, said.approved)

    await exports(town, said)

    town.stage.advance(timedelta(days=367))
    question = await town.waits_for_dm(said.owner, said.still)
    assert TITLE in read(question)
    town.stage.advance(timedelta(days=15))
    listed = await town.waits_for("facilitator", "coin-animation", "1 ressource à vérifier")
    assert TITLE in read(listed)
    found = await owner.slash("resource search", query="nacelle")
    assert said.doubtful in read(found)
    await owner.click(question, said.yes)
    again = await owner.slash("resource search", query="nacelle")
    assert TITLE in read(again)
    assert said.doubtful not in read(again)


async def exports(town: Town, said: Said) -> None:
    """What the facilitator gets is read back as an Excel of their language and a map would open it."""
    name, written = await content(await asked(town, said.takes, "resources"))
    assert name.endswith(".csv")
    assert written.startswith(b"\xef\xbb\xbf"), "Excel tells UTF-8 by this mark alone"
    [row] = csv.DictReader(written.decode("utf-8-sig").splitlines(), delimiter=said.takes.separator)
    assert [row[name] for name in said.columns] == [TITLE, ADDRESS]
    numbers = ("45,8566", "3,5478") if said.takes.separator == ";" else ("45.8566", "3.5478")
    assert (row["Latitude"], row["Longitude"]) == numbers
    assert written.decode("utf-8-sig").encode("cp1252"), "nothing that an older Excel could not show"
    given = await asked(town, said.takes, "places")
    assert said.map in read(given)
    name, written = await content(given)
    assert name.endswith(".geojson")
    [feature] = json.loads(written)["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [3.5478, 45.8566]}
    assert feature["properties"]["address"] == ADDRESS
