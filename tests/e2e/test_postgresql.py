"""The main conversations once more, with the bot on PostgreSQL."""

import pytest

from tests.e2e.test_bad_input import test_many_proposals_at_once
from tests.e2e.test_charges import test_a_facilitator_turns_to_their_own_themes_and_back
from tests.e2e.test_checklists import test_a_consultation_step_by_step
from tests.e2e.test_joining import (
    test_a_neighbour_vouches_and_no_private_message_is_needed,
    test_taking_ones_data_along_then_erasing_it,
)
from tests.e2e.test_library import (
    library,
    test_a_double_click_publishes_once,
    test_from_a_search_to_a_published_proposal,
    test_pages_follow_one_another_without_repeating,
    test_two_facilitators_at_once_decide_once,
)
from tests.e2e.test_members import test_admitting_by_the_command_opens_the_channels
from tests.e2e.test_team_messages import test_from_the_first_word_to_the_last_one_sent
from tests.e2e.test_themes import (
    test_a_role_deleted_by_hand_is_missed_and_put_back_on_its_wearers,
    test_roles_are_taken_by_buttons_before_and_after_a_restart,
)

__all__ = [
    "library",
    "test_a_consultation_step_by_step",
    "test_a_double_click_publishes_once",
    "test_a_facilitator_turns_to_their_own_themes_and_back",
    "test_a_neighbour_vouches_and_no_private_message_is_needed",
    "test_a_role_deleted_by_hand_is_missed_and_put_back_on_its_wearers",
    "test_admitting_by_the_command_opens_the_channels",
    "test_from_a_search_to_a_published_proposal",
    "test_from_the_first_word_to_the_last_one_sent",
    "test_many_proposals_at_once",
    "test_pages_follow_one_another_without_repeating",
    "test_roles_are_taken_by_buttons_before_and_after_a_restart",
    "test_taking_ones_data_along_then_erasing_it",
    "test_two_facilitators_at_once_decide_once",
]


@pytest.fixture
def sqlite_url(postgresql_url: str) -> str:
    """The stage asks for its database by this name."""
    return postgresql_url
