"""When a link is well, doubtful or dead. Pure: what was known, what the visit met, the instant.

A server that refuses us (403, a robots.txt) still answers people: its pages are not dead. One that asks for
patience (429) has told nothing. A page is dead only after several failures over several days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from community import text
from community.ports import Outcome, Visit
from storage.links import LinkState

# How long a failure must last, and how often it must be seen, before the link is called dead.
DEAD_AFTER = {Outcome.GONE: timedelta(days=3), Outcome.FAILING: timedelta(days=7)}
FAILURES_NEEDED = 3
AGAIN = {
    LinkState.OK: timedelta(days=14),
    LinkState.DOUBTFUL: timedelta(days=1),
    LinkState.DEAD: timedelta(days=7),
}
AGAIN_WHEN_BUSY = timedelta(days=1)
_SPREAD = timedelta(days=2)  # links imported on one day are not all due on one day again


@dataclass(frozen=True)
class Health:
    """What is known of a link."""

    state: LinkState = LinkState.OK
    failures: int = 0
    failing_since: datetime | None = None


def judged(before: Health, outcome: Outcome, now: datetime) -> Health:
    """The health after a visit."""
    if outcome in (Outcome.OK, Outcome.REFUSED, Outcome.UNASKED):
        return Health()
    if outcome is Outcome.BUSY:
        return before
    since = before.failing_since or now
    failures = before.failures + 1
    dead = failures >= FAILURES_NEEDED and now - since >= DEAD_AFTER[outcome]
    # Once dead, only an answer revives it: a page that was gone is not less so when its server fails too.
    dead = dead or before.state is LinkState.DEAD
    return Health(LinkState.DEAD if dead else LinkState.DOUBTFUL, failures, since)


def next_visit(health: Health, outcome: Outcome, now: datetime, resource_id: int) -> datetime:
    """When to look again; links that are well are spread over the days."""
    if outcome is Outcome.BUSY:
        return now + AGAIN_WHEN_BUSY
    spread = _SPREAD * (resource_id % 97) / 97 if health.state is LinkState.OK else timedelta()
    return now + AGAIN[health.state] + spread


def correction(url: str, visit: Visit) -> str | None:
    """The address to propose instead: where the page moved for good, if that says anything new.

    The same page under another scheme or with a final slash is no news; a whole site that sends every old
    page to its front page has not moved that page.
    """
    if visit.outcome is not Outcome.OK or not visit.moved_to:
        return None
    moved = text.address(visit.moved_to)
    if moved is None or text.address_key(moved) == text.address_key(url):
        return None
    front = urlsplit(moved).path.strip("/") == "" and not urlsplit(moved).query
    return None if front and urlsplit(url).path.strip("/") else moved
