"""The REST API v10, as bots see it. Each module registers its routes with `router.route`."""

from sandbox.rest import (
    applications,
    channels,
    commands,
    events,
    guilds,
    hooks,
    members,
    messages,
    oauth,
    pins,
    roles,
    threads,
    users,
    webhooks,
)

__all__ = [
    "applications",
    "channels",
    "commands",
    "events",
    "guilds",
    "hooks",
    "members",
    "messages",
    "oauth",
    "pins",
    "roles",
    "threads",
    "users",
    "webhooks",
]
