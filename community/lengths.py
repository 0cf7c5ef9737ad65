"""How long what was typed may be. Pure."""

from community.errors import Invalid


def check_length(field: str, value: str, shortest: int, longest: int) -> None:
    """Refuse with the words of the field: missing, too short, too long. ``shortest`` 0: it may be empty."""
    if shortest and not value:
        raise Invalid(field=field, problem="missing")
    if len(value) < shortest:
        raise Invalid(field=field, problem="too_short", limit=shortest, given=len(value))
    if len(value) > longest:
        raise Invalid(field=field, problem="too_long", limit=longest, given=len(value))
