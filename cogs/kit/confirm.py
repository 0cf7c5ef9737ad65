"""« Are you sure? » without memory: the two buttons carry everything, so a restart changes nothing."""

from community.ports import Button

CANCEL = ".cancel"


def confirmation(action: str, subject_id: int = 0, extra: int = 0) -> list[Button]:
    """A row with ``<action>.confirm`` (yours to handle) and ``<action>.cancel`` (handled by the kit)."""
    return [
        Button(f"{action}.confirm", subject_id, extra, style="danger"),
        Button(f"{action}{CANCEL}", subject_id, extra),
    ]
