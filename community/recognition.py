"""Who somebody is to a network, from what the platform shows and what the database knows. Pure."""

from community import text
from community.actors import Role, Standing
from storage.members import MemberState
from storage.networks import RoleName
from storage.recognition import Known

NAME_LONGEST = 100
_KNOWN_LOCALES = ("fr", "en")


def is_news(standing: Standing, known: Known | None, role_refs: dict[str, str]) -> bool:
    """Whether something must be written. Strangers leave no trace until they ask for access."""
    belonging = belongs(standing, role_refs)
    if known is None:
        return belonging
    if known.account_locale != standing.locale:
        return True
    if standing.server_ref is None:  # in private the platform shows neither roles nor the server's name
        return False
    adopted = belonging and known.state in (MemberState.NEWCOMER, MemberState.LEFT)
    return adopted or known.name != name_of(standing)


def belongs(standing: Standing, role_refs: dict[str, str]) -> bool:
    """Whether the platform shows a member: by a role put on by hand, or because they run the server."""
    refs = {role_refs.get(RoleName.MEMBER), role_refs.get(RoleName.FACILITATOR)}
    carries = not standing.role_refs.isdisjoint(ref for ref in refs if ref is not None)
    return carries or standing.manages_server


def role_of(standing: Standing, state: str | None, given: frozenset[str], role_refs: dict[str, str]) -> Role:
    """A suspension beats every role but that of the people who own the server."""
    if standing.manages_server:
        return Role.ADMIN
    if state in (None, MemberState.SUSPENDED, MemberState.LEFT):
        return Role.STRANGER
    carries_facilitator = role_refs.get(RoleName.FACILITATOR) in standing.role_refs
    if RoleName.FACILITATOR in given or carries_facilitator:
        return Role.FACILITATOR
    return Role.MEMBER if state == MemberState.ACTIVE else Role.NEWCOMER


def name_of(standing: Standing) -> str:
    return text.one_line(standing.display_name)[:NAME_LONGEST] or "?"


def locale_of(standing: Standing, network_locale: str) -> str:
    return standing.locale if standing.locale in _KNOWN_LOCALES else network_locale
