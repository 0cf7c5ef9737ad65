"""The words: Jinja2 templates and labels, in French and in English, and the small renderer that fills them.

Every sentence that the bot says is here; none is in Python.
"""

from prompts.markdown import clip, plain
from prompts.text import Text
from prompts.words import Words

__all__ = ["Text", "Words", "clip", "plain"]
