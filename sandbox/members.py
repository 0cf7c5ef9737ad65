"""Answers to Request Guild Members (op 8)."""

from typing import Any

from sandbox.world import Guild, Json

CHUNK = 1000


def chunks(guild: Guild, asked: dict[str, Any]) -> list[Json]:
    """The GUILD_MEMBERS_CHUNK bodies, each with the nonce of the request."""
    not_found: list[str] = []
    wanted = asked.get("user_ids")
    if wanted is not None and wanted != []:
        ids = [str(item) for item in (wanted if isinstance(wanted, list) else [wanted])][:100]
        members = [guild.members[item] for item in ids if item in guild.members]
        not_found = [item for item in ids if item not in guild.members]
    else:
        prefix = str(asked.get("query") or "").casefold()
        limit = asked.get("limit")
        members = [m for m in guild.members.values() if not prefix or named(m, prefix)]
        if prefix or limit:
            members = members[: min(int(limit), 100) if isinstance(limit, int) and limit > 0 else 100]
    pages = [members[i : i + CHUNK] for i in range(0, len(members), CHUNK)] or [[]]
    answers: list[Json] = []
    for index, page in enumerate(pages):
        body: Json = {
            "guild_id": guild.id,
            "members": page,
            "chunk_index": index,
            "chunk_count": len(pages),
            "not_found": not_found if index == 0 else [],
        }
        if asked.get("presences"):
            body["presences"] = []
        nonce = asked.get("nonce")
        if isinstance(nonce, str) and len(nonce.encode()) <= 32:
            body["nonce"] = nonce
        answers.append(body)
    return answers


def named(member: Json, prefix: str) -> bool:
    """Whether the nickname or a name of the account starts so."""
    user = member["user"]
    names = (member.get("nick"), user.get("global_name"), user["username"])
    return any(name and name.casefold().startswith(prefix) for name in names)
