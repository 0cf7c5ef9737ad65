"""The Discord doors: slash commands, buttons and modals, one module per capability.

A door turns a Discord event into an actor and plain values, calls one use case of ``community``
and hands the answer to ``prompts``. It holds no rule and no sentence.
"""
