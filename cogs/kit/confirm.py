"""« Are you sure? » without memory: the two buttons carry everything, so a restart between changes nothing."""

from community.ports import Button


def confirmation(action: str, subject_id: int = 0, extra: int = 0) -> list[Button]:
    """A row with ``<action>.confirm`` (yours to handle) and ``<action>.cancel`` (handled by the kit)."""
    raise NotImplementedError
