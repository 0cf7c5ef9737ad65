"""The French names of commands, options and choices, for discord.py's synchronisation."""

from typing import Any

from discord import Locale, app_commands

from prompts import Words


class LabelTranslator(app_commands.Translator):
    """Translates what ``localized`` made. English is the base, so only French is sent beside it."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        key = string.extras.get("key")
        if key is None or locale is not Locale.french:
            return None
        return self._words.label(key, "fr")
