"""Previous and next under a list. The page number travels in the button's ``extra``."""

from community.ports import Button


def pages(action: str, subject_id: int, page: int, count: int) -> list[Button]:
    """The buttons ``<action>.previous`` and ``<action>.next`` that make sense on ``page`` (from 1) of ``count``.

    Handle both: ``@acts("x.page.previous", updates=True)`` and ``@acts("x.page.next", updates=True)`` on one method.
    """
    raise NotImplementedError
