"""Previous and next under a list. The page number travels in the button's ``extra``."""

from community.ports import Button


def pages(action: str, subject_id: int, page: int, count: int) -> list[Button]:
    """``<action>.previous`` and ``<action>.next``, where they make sense on ``page`` (from 1) of ``count``.

    One method may handle both: mark it twice, with ``updates=True``.
    """
    buttons = []
    if page > 1:
        buttons.append(Button(f"{action}.previous", subject_id, min(page, count + 1) - 1))
    if page < count:
        buttons.append(Button(f"{action}.next", subject_id, page + 1))
    return buttons
