"""What Discord does not publish, or leaves to circumstances: each figure is a setting of the sandbox."""

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """Change them on a `Sandbox` before or while it runs."""

    #: What `GET /gateway/bot` recommends.
    shards: int = 1
    #: Direct conversations that a bot may open in ten minutes before 40003.
    dm_openings_per_10_minutes: int = 100
    #: Active threads per server before 160006.
    active_threads: int = 1000
    #: Refuse bots that do not name themselves `DiscordBot (url, version)`, as Discord's rules ask.
    strict_user_agent: bool = False
    #: Largest request, in bytes, before 40005.
    request_limit: int = 25 * 1024 * 1024
    #: Largest file, in bytes, before 40005.
    file_limit: int = 10 * 1024 * 1024
    #: Refuse forum tags of more than 20 characters (the documentation) rather than 50 (the OpenAPI file).
    strict_tags: bool = False
