"""Where an offer is: an address as people write it, and its coordinates if somebody knows them. Pure.

Coordinates are given by whoever has them; no service is asked, so no address leaves the network.
"""

import re
from collections.abc import Mapping

from community import text
from community.errors import Invalid

ADDRESS_LONGEST = 200
COORDINATES_LONGEST = 60
_PAIR = re.compile(r"([+-]?\d{1,3}(?:[.,]\d{1,15})?)\s*(?:[;/\s]|,\s)\s*([+-]?\d{1,3}(?:[.,]\d{1,15})?)")
_POINTS = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,15})?)\s*,\s*([+-]?\d{1,3}(?:\.\d{1,15})?)")


def checked_place(address: str, coordinates: str) -> dict[str, object]:
    """Clean what a form gives; ``coordinates`` is « 48.8566, 2.3522 » or « 48,8566 ; 2,3522 », or nothing."""
    cleaned = text.one_line(address)
    if len(cleaned) > ADDRESS_LONGEST:
        raise Invalid(field="address", problem="too_long", limit=ADDRESS_LONGEST, given=len(cleaned))
    typed = text.one_line(coordinates)
    if not typed:
        return {"address": cleaned, "latitude": None, "longitude": None}
    match = _POINTS.fullmatch(typed) or _PAIR.fullmatch(typed)
    if match is None:
        raise Invalid(field="coordinates", problem="bad_coordinates")
    latitude, longitude = (float(part.replace(",", ".")) for part in match.groups())
    if not possible(latitude, longitude):
        raise Invalid(field="coordinates", problem="bad_coordinates")
    return {"address": cleaned, "latitude": latitude, "longitude": longitude}


def possible(latitude: float, longitude: float) -> bool:
    """Whether there is such a place on Earth."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def written(latitude: float | None, longitude: float | None) -> str:
    """As ``checked_place`` reads it back."""
    return "" if latitude is None or longitude is None else f"{latitude!r}, {longitude!r}"


def feature(row: Mapping[str, object]) -> dict[str, object] | None:
    """A resource's row as GeoJSON (RFC 7946: longitude first); None where nobody knows where it is."""
    latitude, longitude = row["latitude"], row["longitude"]
    if latitude is None or longitude is None:
        return None
    named = {name: value for name, value in row.items() if name not in ("latitude", "longitude")}
    return {
        "type": "Feature",
        "id": row["id"],
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        # uMap shows "name" and "description".
        "properties": {"name": row["title"], "description": row["summary"], **named},
    }
