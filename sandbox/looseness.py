"""Where Discord's OpenAPI description ("Preview") and the real thing part ways: the one table, each with
its reason.

An entry silences one kind of problem at one kind of place. Nothing is listed for the bot's convenience: a
bot that deviates is mended, a sandbox that deviates too.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loose:
    """``side``: "request", "answer" or "both"; ``route``: "METHOD /path" with * as in file names;
    ``place``: a regular expression for the dotted path in the body; ``says``: a part of the problem's
    message."""

    side: str
    route: str
    place: str
    says: str
    reason: str


LOOSENESS: tuple[Loose, ...] = (
    Loose(
        "request", "*", r"(?:.*\.)?(?:\w*_id|id|users\.\d+|roles\.\d+|applied_tags\.\d+)", "is not string",
        "discord.py sends ids as integers in some bodies; Discord takes both",
    ),
    Loose(
        "request", "*", r"(?:.*\.)?(?:allow|deny|permissions|default_member_permissions)", "is not integer",
        "bit sets travel as text, since they need more than 32 bits; the description says integer",
    ),
    Loose(
        "request", "*", r"(?:.*\.)?embeds\.\d+\..*(?:title|description|name|value|text)", " characters",
        "Discord trims the texts of embeds before it counts; the description counts before",
    ),
    Loose(
        "answer", "*", r"errors\._errors", "is not object",
        "a complaint about the whole body stands at the root, as in the documentation's own example",
    ),
    Loose(
        "answer", "*", r"errors\..*_errors\.\d+\.code", "is not integer",
        "the codes of a form's leaves are words (BASE_TYPE_REQUIRED), as the documentation shows",
    ),
    Loose(
        "answer", "*", r"code", "required, and not there",
        "the documentation shows 429 bodies without code, and says that it is there sometimes",
    ),
    Loose(
        "answer", "GET /guilds/*/threads/active", r"has_more", "required, and not there",
        "active threads come all at once: the documentation lists threads and members only",
    ),
    Loose(
        "request", "POST /oauth2/token*", r"", "no such route",
        "the token endpoint is RFC 6749's: documented in words, not in the description",
    ),
    Loose(
        "request", "POST /channels/*/threads", r"query\.use_nested_fields", "",
        "discord.py asks for the nested message this way; Discord takes it without describing it",
    ),
)  # fmt: skip
