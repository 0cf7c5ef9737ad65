"""A Discord-compatible server (REST v10 and gateway) with a chat page in the browser.

It imports nothing of the other rooms: any bot, in any language, can be run against it.
"""

from sandbox.client import Answer, Person, Refused, Seen
from sandbox.clock import VirtualClock
from sandbox.server import Sandbox
from sandbox.settings import Settings
from sandbox.world import App, Channel, Guild, User, World

__all__ = [
    "Answer",
    "App",
    "Channel",
    "Guild",
    "Person",
    "Refused",
    "Sandbox",
    "Seen",
    "Settings",
    "User",
    "VirtualClock",
    "World",
]
