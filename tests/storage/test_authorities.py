"""The directory of local authorities: what people type finds the place they mean."""

from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.authorities import Register, find, load
from storage.authorities.layout import lay_out
from storage.authorities.spelling import fold


@pytest.fixture(scope="module")
def register() -> Register:
    return load()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Chambéry", "commune:73065"),
        ("mairie de chambery", "commune:73065"),
        ("73065", "commune:73065"),
        ("vandoeuvre les nancy", "commune:54547"),
        ("st remy les chevreuse", "commune:78575"),
        ("mel", "epci:200093201"),
        ("gpsea", "ept:200058006"),
        ("gpso", "ept:200057974"),
        ("ems", "epci:246700488"),
        ("chappes 63", "commune:63089"),
        ("bey saone et loire", "commune:71033"),
        ("pays pouzauges", "epci:248500464"),
        ("lile delle", "commune:85111"),
        ("labqergement foigney", "commune:21330"),
        ("lyno", "commune:69123"),  # two letters swapped, and no name begins so
        ("chatele", "commune:86066"),  # a letter is missing of Châtellerault; Le Châtelet is far smaller
        ("savoie", "departement:73"),
        ("nouvelle caledonie", "departement:988"),
    ],
)
def test_what_people_type_finds_the_place(register: Register, typed: str, expected: str) -> None:
    assert find(register, typed)[0].authority.id == expected


@pytest.mark.parametrize("typed", ["popi", "redi", "pars", "rour"])
def test_four_letters_are_a_beginning_before_they_are_a_mistake(register: Register, typed: str) -> None:
    """« pars » is Parsac or Pars-lès-Romilly: Paris, a letter away, is far larger and not meant."""
    names = [fold(one.authority.name) for one in find(register, typed)]
    assert names
    assert all(name.startswith(typed) or f" {typed}" in name for name in names)


def test_the_letter_that_begins_a_word_is_seldom_the_wrong_one(register: Register) -> None:
    """« le mre » is Le Mée with a slip, before it is Le Crès or Le Kremlin-Bicêtre, which is larger."""
    found = [one.authority.name for one in find(register, "le mre")]
    assert found.index("Le Mée-sur-Seine") < found.index("Le Kremlin-Bicêtre")
    assert found.index("Le Mée-sur-Seine") < 5


def test_the_first_word_offers_the_city(register: Register) -> None:
    assert "commune:63113" in [one.authority.id for one in find(register, "clermont", limit=3)]


def test_a_postal_code_offers_all_its_communes(register: Register) -> None:
    found = find(register, "73000", limit=50)
    assert "commune:73065" in {one.authority.id for one in found}
    assert all("73000" in one.authority.postal_codes for one in found)


def test_homonyms_are_told_apart_by_their_departement(register: Register) -> None:
    labels = [register.label(one.authority) for one in find(register, "saint-denis", limit=25)]
    mine = [label for label in labels if label.startswith("Saint-Denis (")]
    assert len(mine) == len(set(mine)) >= 3


def test_a_delegated_commune_resolves_to_todays(register: Register) -> None:
    found = next(
        one.authority for one in find(register, "arbignieu") if one.authority.type == "commune-deleguee"
    )
    assert register.today(found).id == "commune:01015"
    assert register.today(found).type == "commune"


def test_the_whole_register_is_there(register: Register) -> None:
    rows = list(register)
    assert rows == [register.row(at) for at in range(len(register))]
    kinds = [row.id.partition(":")[0] for row in rows]
    assert kinds.count("commune") == 34_969
    assert kinds.count("epci") == 1_255
    assert kinds.count("region") == 18
    assert len({row.id for row in rows}) == len(rows)


@given(typed=st.text(max_size=60))
def test_any_text_is_answered(typed: str) -> None:
    found = find(load(), typed, limit=7)
    assert len(found) <= 7
    assert found == sorted(found, key=lambda one: (-one.score, one.authority.id))


def test_the_shipped_arrays_are_those_of_the_table(register: Register) -> None:
    """Whoever changes a rule of spelling lays the table out again: scripts/build_authorities.py --index."""
    folder = resources.files("storage.authorities") / "data"
    with (folder / "index.npz").open("rb") as file, np.load(file, allow_pickle=False) as packed:
        fresh = lay_out(list(register))
        assert set(packed.files) == set(fresh)
        for name, array in fresh.items():
            assert np.array_equal(packed[name], array), name


def test_an_id_that_nobody_has(register: Register) -> None:
    for unknown in ("", "commune:", "commune:99999", "région:84", "x" * 500):
        assert register.get(unknown) is None
    for known in ("commune:73065", "region:84", "arrondissement:13201", "departement:67A"):
        found = register.get(known)
        assert found is not None
        assert found.id == known
