"""Whatever can fail has words in both languages."""

import pytest

from community.planners import planners
from community.ports import Failure
from community.undelivered import NOTICE
from prompts import Words

REASONS = {"retries", "defect", "late", "no_account", "no_place", *(str(failure) for failure in Failure)}


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_kind_and_every_reason_has_words(locale: str) -> None:
    words = Words()
    kinds = {NOTICE, *planners(words)}
    assert all(words.label(f"delivery.kinds.{kind}", locale) for kind in kinds)
    assert all(words.label(f"delivery.reasons.{reason}", locale) for reason in REASONS)
