"""Rate limits: buckets, headers, the global limit, the ban."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.ratelimit import Buckets, Settings, Size, bucket_name, refusal

POST = ("POST", "/channels/{channel_id}/messages")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def buckets(hand: Hand) -> Buckets:
    return Buckets(Settings(global_size=None), hand)


def test_headers_count_down_and_the_sixth_is_refused(buckets: Buckets, hand: Hand) -> None:
    left = [buckets.take("bot", *POST, "room").headers["X-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    hand.move(1)
    refused = buckets.take("bot", *POST, "room")
    assert refused.allowed is False
    assert refused.body == {"message": "You are being rate limited.", "retry_after": 4.0, "global": False}
    assert refused.headers["Retry-After"] == "4"
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.headers["Via"] == "1.1 google"
    assert refused.headers["X-RateLimit-Reset"] == f"{(START + timedelta(seconds=5)).timestamp():.3f}"
    hand.move(4)
    assert buckets.take("bot", *POST, "room").allowed


def test_other_rooms_and_other_bots_have_their_own_bucket(buckets: Buckets) -> None:
    for _ in range(6):
        buckets.take("bot", *POST, "room")
    assert buckets.take("bot", *POST, "other").allowed
    assert buckets.take("other bot", *POST, "room").allowed
    assert not buckets.take("bot", *POST, "room").allowed


def test_a_bucket_has_a_stable_name() -> None:
    assert bucket_name(*POST) == bucket_name(*POST) != bucket_name("GET", POST[1])


def test_the_global_limit_spares_interactions(hand: Hand) -> None:
    buckets = Buckets(Settings(sizes={}, global_size=Size(2, 1.0)), hand)
    assert [buckets.take("bot", "GET", f"/{n}").allowed for n in range(3)] == [True, True, False]
    refused = buckets.take("bot", "GET", "/9")
    assert (refused.scope, refused.body and refused.body["global"]) == ("global", True)
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert buckets.take("bot", "POST", "/interactions", exempt=True).allowed


def test_switched_off_it_counts_but_never_refuses(hand: Hand) -> None:
    buckets = Buckets.off()
    assert all(buckets.take("bot", *POST, "room").allowed for _ in range(200))


def test_a_size_is_a_setting_of_one_sandbox() -> None:
    shared = Settings()
    one, other = Buckets(shared), Buckets(shared)
    one.set_size(*POST, 1, 60)
    assert [one.take("bot", *POST).allowed for _ in range(2)] == [True, False]
    assert other.size(*POST) == Size(5, 5.0)


def test_invalid_requests_lead_to_a_ban_and_shared_limits_do_not(hand: Hand) -> None:
    buckets = Buckets(Settings(invalid=Size(3, 600)), hand)
    for status, scope in ((401, None), (403, None), (429, "shared"), (404, None), (200, None)):
        buckets.invalid.note("address", status, scope=scope)
    assert (buckets.invalid.count("address"), buckets.invalid.is_banned("address")) == (2, False)
    buckets.invalid.note("address", 429, scope="user")
    assert buckets.invalid.is_banned("address")
    assert not buckets.invalid.is_banned("elsewhere")
    hand.move(600)
    assert (buckets.invalid.is_banned("address"), buckets.invalid.total()) == (False, 0)


def test_a_refusal_may_imitate_a_ban() -> None:
    assert "Via" not in refusal(1.5, scope="user", via=False).headers
    assert refusal(0, scope="shared").body == {
        "message": "You are being rate limited.", "retry_after": 0.001, "global": False,
    }  # fmt: skip


def test_a_clock_that_goes_back_does_not_lock_a_bucket(buckets: Buckets, hand: Hand) -> None:
    for _ in range(5):
        buckets.take("bot", *POST)
    hand.move(-3600)
    assert buckets.take("bot", *POST).allowed
