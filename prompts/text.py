"""The rendered words: Markdown in three parts, ready for any door or messenger."""

from dataclasses import dataclass

from prompts.markdown import plain


@dataclass(frozen=True)
class Text:
    """Markdown. ``title`` is one line; ``body`` may have paragraphs; ``note`` is small print."""

    title: str = ""
    body: str = ""
    note: str = ""

    @property
    def plain_title(self) -> str:
        """The title for places that show no Markdown (a thread's name, a modal)."""
        return plain(self.title)
