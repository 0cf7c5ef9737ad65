"""What exists in the sandbox: people, bots, servers, channels, messages, scheduled events.

Every change goes through a method of `World`, which also emits the event that Discord would dispatch; the
REST API, the people API and the tests all use the same methods. No permission is checked here (see
`sandbox.rights`) and no body is validated here (see `sandbox.rules`).
"""

from sandbox.world.entities import App, Channel, Event, Guild, Json, User
from sandbox.world.world import World

__all__ = ["App", "Channel", "Event", "Guild", "Json", "User", "World"]
