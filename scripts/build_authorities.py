"""Derive the shipped directory of local authorities from the open data package.

Source: the npm package ``@etalab/decoupage-administratif`` (data of INSEE and DGCL, Licence Ouverte 2.0).
To refresh:

    npm pack @etalab/decoupage-administratif
    python -m scripts.build_authorities etalab-decoupage-administratif-*.tgz

The result is one compressed CSV, sorted, so that a refresh shows as a small difference of rows, and beside it
the arrays in which search looks. After a change of spelling rules only the arrays are made anew:

    python -m scripts.build_authorities --index
"""

import csv
import gzip
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from storage.authorities.layout import lay_out
from storage.authorities.rows import parse

TARGET = Path(__file__).parent.parent / "storage" / "authorities" / "data"
COLUMNS = (
    "id", "name", "type", "population", "departement", "region", "siren", "postal_codes", "epci", "ept",
    "today", "former_codes",
)  # fmt: skip

# In no file of the register: it exercises the powers of two départements since 2021 (law 2019-816).
BY_HAND = [
    {"id": "departement:67A", "name": "Collectivité européenne d'Alsace", "type": "CEA", "region": "44",
     "siren": "200094332"},
]  # fmt: skip


def main(archive: str) -> None:
    """Read the package's archive, write ``authorities.csv.gz`` and the vintage beside it."""
    with tarfile.open(archive) as package:
        files = {
            name: _load(package, name) for name in ("communes", "epci", "ept", "departements", "regions")
        }
        version = json.load(_member(package, "package/package.json"))["version"]
    rows = sorted(_rows(**files), key=lambda row: row["id"])
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    # No time stamp in the archive: the same data gives the same bytes.
    (TARGET / "authorities.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    (TARGET / "vintage.txt").write_text(f"@etalab/decoupage-administratif {version}\n")
    print(f"{len(rows)} authorities written")
    index()


def index() -> None:
    """Lay the table out for search."""
    text = gzip.decompress((TARGET / "authorities.csv.gz").read_bytes()).decode()
    arrays = lay_out([parse(row) for row in list(csv.reader(text.splitlines()))[1:]])
    np.savez_compressed(TARGET / "index.npz", allow_pickle=False, **arrays)


def _rows(
    communes: list[Any], epci: list[Any], ept: list[Any], departements: list[Any], regions: list[Any]
) -> Iterator[dict[str, Any]]:
    in_epci = {member["code"]: group["code"] for group in epci for member in group["membres"]}
    in_ept = {member["code"]: group["code"] for group in ept for member in group["membres"]}
    current = {row["code"]: row for row in communes if row["type"] == "commune-actuelle"}
    for row in communes:
        yield _commune(row, current, in_epci, in_ept)
    for kind, groups in (("epci", epci), ("ept", ept)):
        for group in groups:
            members = [current[member["code"]] for member in group["membres"] if member["code"] in current]
            seat: dict[str, Any] = max(members, key=lambda member: member.get("population", 0), default={})
            yield {
                "id": f"{kind}:{group['code']}",
                "name": group["nom"],
                "type": group["type"],
                "population": group.get("populationMunicipale")
                or sum(m.get("population", 0) for m in members),
                "departement": seat.get("departement", ""),
                "region": seat.get("region", ""),
                "siren": group["code"],
            }
    people = _population_by(current.values(), "departement")
    for row in departements:
        kind = "departement" if row["zone"] != "com" else "collectivite-outre-mer"
        yield _territory("departement", kind, row, people) | {
            "departement": row["code"],
            "region": row["region"],
        }
    people = _population_by(current.values(), "region")
    for row in regions:
        if row["zone"] != "com":  # the eight overseas collectivities already stand among the départements
            yield _territory("region", "region", row, people) | {"region": row["code"]}
    for row in BY_HAND:
        yield row | {
            "population": sum(_population_by(current.values(), "departement")[code] for code in ("67", "68"))
        }


def _commune(
    row: dict[str, Any], current: dict[str, Any], in_epci: dict[str, str], in_ept: dict[str, str]
) -> dict[str, Any]:
    former = row["type"] != "commune-actuelle"
    today = row.get("chefLieu") or row.get("commune") if former else ""
    home = current.get(today or row["code"], row)
    kind = {"commune-actuelle": "commune", "arrondissement-municipal": "arrondissement"}.get(
        row["type"], row["type"]
    )
    return {
        # A delegated commune can bear the code of the commune it belongs to.
        "id": f"commune:{row['code']}" if not former else f"{kind}:{row['code']}",
        "name": row["nom"],
        "type": kind,
        "population": row.get("population", ""),
        "departement": row.get("departement") or home.get("departement", ""),
        "region": row.get("region") or home.get("region", ""),
        "siren": row.get("siren", ""),
        "postal_codes": " ".join(row.get("codesPostaux", [])),
        "epci": in_epci.get(home["code"], ""),
        "ept": in_ept.get(home["code"], ""),
        "today": f"commune:{today}" if today else "",
        "former_codes": " ".join(row.get("anciensCodes", [])),
    }


def _territory(prefix: str, kind: str, row: dict[str, Any], people: dict[str, int]) -> dict[str, Any]:
    return {
        "id": f"{prefix}:{row['code']}",
        "name": row["nom"],
        "type": kind,
        "population": people.get(row["code"], ""),
    }


def _population_by(communes: Any, field: str) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in communes:
        totals[row.get(field, "")] = totals.get(row.get(field, ""), 0) + row.get("population", 0)
    return totals


def _load(package: tarfile.TarFile, name: str) -> list[Any]:
    loaded: list[Any] = json.load(_member(package, f"package/data/{name}.json"))
    return loaded


def _member(package: tarfile.TarFile, name: str) -> Any:
    found = package.extractfile(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


if __name__ == "__main__":
    index() if sys.argv[1] == "--index" else main(sys.argv[1])
