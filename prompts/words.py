"""Templates and labels, filled."""

from typing import Any

from prompts.text import Text


class Words:
    """Every sentence of the bot. Thread-safe, without state: one instance for the process."""

    def render(self, name: str, locale: str, /, **values: Any) -> Text:
        """Fill ``prompts/<locale>/<name>.md.j2``; everything printed is escaped unless a filter made it Safe.

        ``timezone`` among the values (default Europe/Paris) is what ``when`` and ``day`` write dates in.
        """
        raise NotImplementedError

    def label(self, key: str, locale: str, /, **values: Any) -> str:
        """Plain text for a button, a field, a choice. KeyError when there is none."""
        raise NotImplementedError

    def table(self, prefix: str, locale: str) -> dict[str, str]:
        """The labels right below ``prefix``, in the order of the file: key -> text."""
        raise NotImplementedError
