"""``python -m bot`` is ``entrepairs``."""

from bot.cli import main

main()
