"""A Discord-compatible server (REST v10 and gateway) with a chat page in the browser.

It imports nothing of the other rooms: any bot, in any language, can be run against it.
"""
