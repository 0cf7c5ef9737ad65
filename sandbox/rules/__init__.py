"""What Discord accepts in a JSON body: pure functions that raise ``ApiError`` and return the normalised
value.

No rule knows the world: what depends on it (the channel's tags, the message edited) is an argument.
"""
