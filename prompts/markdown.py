"""Discord's Markdown: cut it without breaking it, or take it away."""


def plain(markdown: str) -> str:
    """The words without the marks."""
    raise NotImplementedError


def clip(markdown: str, limit: int) -> str:
    """At most ``limit`` characters, cut between graphemes, ending in … and with every mark closed."""
    raise NotImplementedError
