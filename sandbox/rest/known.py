"""Every route that Discord publishes (OpenAPI description of 2026-07-18): tells a route that the sandbox
lacks (501) from one that nobody has (404).
"""

# One line a path, with `*` for a parameter.
_PATHS = """
/applications/* GET PATCH
/applications/*/activity-instances/* GET
/applications/*/attachment POST
/applications/*/commands GET POST PUT
/applications/*/commands/* DELETE GET PATCH
/applications/*/emojis GET POST
/applications/*/emojis/* DELETE GET PATCH
/applications/*/entitlements GET POST
/applications/*/entitlements/* DELETE GET
/applications/*/entitlements/*/consume POST
/applications/*/guilds/*/commands GET POST PUT
/applications/*/guilds/*/commands/* DELETE GET PATCH
/applications/*/guilds/*/commands/*/permissions GET PUT
/applications/*/guilds/*/commands/permissions GET
/applications/*/role-connections/metadata GET PUT
/applications/@me GET PATCH
/channels/* DELETE GET PATCH
/channels/*/followers POST
/channels/*/invites GET POST
/channels/*/messages GET POST
/channels/*/messages/* DELETE GET PATCH
/channels/*/messages/*/crosspost POST
/channels/*/messages/*/reactions DELETE
/channels/*/messages/*/reactions/* DELETE GET
/channels/*/messages/*/reactions/*/* DELETE
/channels/*/messages/*/reactions/*/@me DELETE PUT
/channels/*/messages/*/threads POST
/channels/*/messages/bulk-delete POST
/channels/*/messages/pins GET
/channels/*/messages/pins/* DELETE PUT
/channels/*/permissions/* DELETE PUT
/channels/*/pins GET
/channels/*/pins/* DELETE PUT
/channels/*/polls/*/answers/* GET
/channels/*/polls/*/expire POST
/channels/*/recipients/* DELETE PUT
/channels/*/send-soundboard-sound POST
/channels/*/thread-members GET
/channels/*/thread-members/* DELETE GET PUT
/channels/*/thread-members/@me DELETE PUT
/channels/*/threads POST
/channels/*/threads/archived/private GET
/channels/*/threads/archived/public GET
/channels/*/threads/search GET
/channels/*/typing POST
/channels/*/users/@me/threads/archived/private GET
/channels/*/voice-status PUT
/channels/*/webhooks GET POST
/gateway GET
/gateway/bot GET
/guilds/* GET PATCH
/guilds/*/audit-logs GET
/guilds/*/auto-moderation/rules GET POST
/guilds/*/auto-moderation/rules/* DELETE GET PATCH
/guilds/*/bans GET
/guilds/*/bans/* DELETE GET PUT
/guilds/*/bulk-ban POST
/guilds/*/channels GET PATCH POST
/guilds/*/emojis GET POST
/guilds/*/emojis/* DELETE GET PATCH
/guilds/*/incident-actions PUT
/guilds/*/integrations GET
/guilds/*/integrations/* DELETE
/guilds/*/invites GET
/guilds/*/members GET
/guilds/*/members/* DELETE GET PATCH PUT
/guilds/*/members/*/roles/* DELETE PUT
/guilds/*/members/@me PATCH
/guilds/*/members/search GET
/guilds/*/messages/search GET
/guilds/*/new-member-welcome GET
/guilds/*/onboarding GET PUT
/guilds/*/preview GET
/guilds/*/prune GET POST
/guilds/*/regions GET
/guilds/*/requests GET
/guilds/*/requests/* PATCH
/guilds/*/roles GET PATCH POST
/guilds/*/roles/* DELETE GET PATCH
/guilds/*/roles/member-counts GET
/guilds/*/scheduled-events GET POST
/guilds/*/scheduled-events/* DELETE GET PATCH
/guilds/*/scheduled-events/*/*/users GET
/guilds/*/scheduled-events/*/exceptions POST
/guilds/*/scheduled-events/*/exceptions/* DELETE PATCH
/guilds/*/scheduled-events/*/users GET
/guilds/*/scheduled-events/*/users/counts GET
/guilds/*/soundboard-sounds GET POST
/guilds/*/soundboard-sounds/* DELETE GET PATCH
/guilds/*/stickers GET POST
/guilds/*/stickers/* DELETE GET PATCH
/guilds/*/templates GET POST
/guilds/*/templates/* DELETE PATCH PUT
/guilds/*/threads/active GET
/guilds/*/vanity-url GET
/guilds/*/voice-states/* GET PATCH
/guilds/*/voice-states/@me GET PATCH
/guilds/*/webhooks GET
/guilds/*/welcome-screen GET PATCH
/guilds/*/widget GET PATCH
/guilds/*/widget.json GET
/guilds/*/widget.png GET
/guilds/templates/* GET
/interactions/*/*/callback POST
/invites/* DELETE GET
/invites/*/target-users GET PUT
/invites/*/target-users/job-status GET
/lobbies POST PUT
/lobbies/* DELETE GET PATCH
/lobbies/*/channel-linking PATCH
/lobbies/*/members/* DELETE PUT
/lobbies/*/members/*/invites POST
/lobbies/*/members/@me DELETE
/lobbies/*/members/@me/invites POST
/lobbies/*/members/bulk POST
/lobbies/*/messages GET POST
/lobbies/*/messages/*/moderation-metadata PUT
/oauth2/@me GET
/oauth2/applications/@me GET
/oauth2/keys GET
/oauth2/userinfo GET
/partner-sdk/dms/*/*/messages/*/moderation-metadata PUT
/partner-sdk/provisional-accounts/unmerge POST
/partner-sdk/provisional-accounts/unmerge/bot POST
/partner-sdk/token POST
/partner-sdk/token/bot POST
/skus/*/subscriptions GET
/skus/*/subscriptions/* GET
/soundboard-default-sounds GET
/stage-instances POST
/stage-instances/* DELETE GET PATCH
/sticker-packs GET
/sticker-packs/* GET
/stickers/* GET
/users/* GET
/users/@me GET PATCH
/users/@me/applications/*/entitlements GET
/users/@me/applications/*/role-connection DELETE GET PUT
/users/@me/channels POST
/users/@me/connections GET
/users/@me/guilds GET
/users/@me/guilds/* DELETE
/users/@me/guilds/*/member GET
/voice/regions GET
/webhooks/* DELETE GET PATCH
/webhooks/*/* DELETE GET PATCH POST
/webhooks/*/*/github POST
/webhooks/*/*/messages/* DELETE GET PATCH
/webhooks/*/*/messages/@original DELETE GET PATCH
/webhooks/*/*/slack POST
"""


def _table() -> dict[int, list[tuple[list[str], set[str]]]]:
    table: dict[int, list[tuple[list[str], set[str]]]] = {}
    for line in _PATHS.split("\n"):
        if line:
            path, *methods = line.split()
            parts = path.strip("/").split("/")
            table.setdefault(len(parts), []).append((parts, set(methods)))
    return table


_TABLE = _table()


def is_known(method: str, path: str) -> bool:
    """Whether Discord has this route."""
    parts = path.strip("/").split("/")
    return any(
        method in methods and all(known in ("*", part) for known, part in zip(template, parts, strict=True))
        for template, methods in _TABLE.get(len(parts), ())
    )
