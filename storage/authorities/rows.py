"""A row of the shipped table: what is known of one authority."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authority:
    """A row of the national register. Populations are municipal; codes are INSEE's and SIRENE's.

    ``id`` is what we store: "commune:73065", "epci:<SIREN>", "ept:<SIREN>", "departement:73", "region:84".
    ``today`` is set for a delegated or former commune: the commune that it belongs to now.
    """

    id: str
    name: str
    type: str
    population: int
    departement: str
    region: str
    siren: str
    postal_codes: tuple[str, ...]
    epci: str
    ept: str
    today: str
    former_codes: tuple[str, ...]

    @property
    def code(self) -> str:
        """INSEE code, or SIREN for a group of communes."""
        return self.id.partition(":")[2]


def parse(row: Sequence[str]) -> Authority:
    """From the columns of the table, in their order."""
    return Authority(
        id=row[0],
        name=row[1],
        type=row[2],
        population=int(row[3] or 0),
        departement=row[4],
        region=row[5],
        siren=row[6],
        postal_codes=tuple(row[7].split()),
        epci=row[8],
        ept=row[9],
        today=row[10],
        former_codes=tuple(row[11].split()),
    )
