"""The capability table does not contradict itself."""

import pytest

from bot.core.messages import TargetKind
from bot.core.ports import Capabilities
from bot.platforms.table import CAPABILITIES

each_kind = pytest.mark.parametrize("table", CAPABILITIES.values(), ids=CAPABILITIES.keys())


@each_kind
def test_a_target_is_reached_by_the_bot_or_by_an_employee_not_by_both(table: Capabilities) -> None:
    assert not table.pushes_to & table.tasks_to


@each_kind
def test_what_is_said_of_sends_is_of_targets_that_are_sent_to(table: Capabilities) -> None:
    assert table.repeat_is_safe_to <= table.pushes_to | table.tasks_to
    assert table.cards <= table.pushes_to
    for rate in table.rates:
        assert (rate.kinds or frozenset()) <= table.pushes_to | table.tasks_to


@each_kind
def test_windows_are_opened_by_people_who_can_be_heard(table: Capabilities) -> None:
    if table.windows or table.first_word:
        assert table.hears_in_private
        assert TargetKind.PERSON in table.pushes_to


@each_kind
def test_media_that_go_with_a_text_can_be_shown(table: Capabilities) -> None:
    if table.attachments:
        assert table.media
        assert table.text_bytes


@each_kind
def test_limits_are_positive(table: Capabilities) -> None:
    for rate in table.rates:
        assert rate.limit > 0
        assert rate.seconds > 0
    for window in table.windows.values():
        assert window.limit > 0
        assert window.seconds > 0
