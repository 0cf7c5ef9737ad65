"""The words of a message as a document of its own: Markdown, plain text, or a page to print."""

from typing import Literal

from prompts.html import Pages
from prompts.marks import to_markdown, to_text
from prompts.text import Text

Form = Literal["md", "txt", "html"]


def plain_document(markdown: str) -> str:
    """A part of a message as plain text."""
    return to_text(markdown)


def document(text: Text, form: str, locale: str, pages: Pages) -> str:
    """The whole message. ``form`` is "md", "txt" or "html"."""
    if form == "html":
        return pages.render("common/document", locale, heading=to_text(text.title), text=text)
    parts = [part for part in (text.body, text.note) if part]
    if form == "txt":
        return "\n\n".join([to_text(text.title).upper(), *map(to_text, parts)]) + "\n"
    return "\n\n".join([f"# {to_markdown(text.title)}", *map(to_markdown, parts)]) + "\n"
