"""The words: Jinja2 templates and labels in French and English, and the renderer that fills them.

Every sentence that a person reads is here; none is in Python.
"""

from prompts.graphemes import shorten
from prompts.labels import LOCALES, locale_of
from prompts.markdown import clip, plain
from prompts.safe import Safe, clean, escape
from prompts.text import Text
from prompts.words import Words

__all__ = ["LOCALES", "Safe", "Text", "Words", "clean", "clip", "escape", "locale_of", "plain", "shorten"]
