"""What a list says against what we know: the steps, and what is left in doubt."""

from datetime import datetime

from bot.members.reconciliation import LAG, Known, Shown, Step, StepKind, compare
from bot.members.spans import SLACK
from tests.support.events import DAY, HOUR, NOW, SECOND

BEGAN, ENDED, DATED, FOUND = StepKind.BEGAN, StepKind.ENDED, StepKind.DATED, StepKind.FOUND


def steps(
    known: Known | None,
    shown: Shown | None,
    *,
    first_read_at: datetime | None = NOW - DAY,
    unheard: bool = False,
    events: bool = True,
) -> tuple[Step, ...] | None:
    """What one person's comparison gives; None when he is in doubt."""
    comparison = compare(
        {} if known is None else {"he": known},
        {} if shown is None else {"he": shown},
        now=NOW,
        first_read_at=first_read_at,
        unheard={"he"} if unheard else (),
        events=events,
    )
    return None if comparison.doubtful else comparison.steps.get("he", ())


def test_who_is_in_the_list_and_unknown_began_when_the_platform_says_and_else_now() -> None:
    assert steps(None, Shown(NOW - HOUR, "A")) == (Step(BEGAN, NOW - HOUR, "A"),)
    assert steps(None, Shown()) == (Step(BEGAN, NOW),)


def test_who_is_known_and_missing_has_ended_now() -> None:
    assert steps(Known(NOW - HOUR), None) == (Step(ENDED, NOW),)
    assert steps(Known(None), None) == (Step(ENDED, NOW),)
    assert steps(Known(NOW - DAY, NOW - HOUR), None) == ()


def test_who_is_known_and_in_the_list_needs_nothing() -> None:
    assert steps(Known(NOW - HOUR, source="A"), Shown(NOW - HOUR, "A")) == ()
    assert steps(Known(NOW - HOUR, source="A"), Shown(NOW - HOUR)) == ()
    assert steps(Known(None), Shown()) == ()


def test_at_the_first_reading_people_are_found_and_dated() -> None:
    assert steps(None, Shown(), first_read_at=None) == (Step(FOUND, NOW),)
    assert steps(None, Shown(NOW - DAY, "A"), first_read_at=None) == (
        Step(FOUND, NOW - DAY, "A"),
        Step(DATED, NOW - DAY),
    )


def test_who_is_known_by_an_event_at_the_first_reading_came_and_was_not_found() -> None:
    known = Known(NOW - HOUR)
    assert steps(known, Shown(NOW - HOUR, "A"), first_read_at=None) == (
        Step(BEGAN, NOW - HOUR, "A"),
    )


def test_people_of_whom_no_event_shall_tell_are_found_and_dated_at_any_reading() -> None:
    assert steps(None, Shown(NOW - HOUR), unheard=True) == (
        Step(FOUND, NOW - HOUR),
        Step(DATED, NOW - HOUR),
    )
    assert steps(Known(NOW - DAY), Shown(NOW - HOUR), unheard=True) == (
        Step(ENDED, NOW - HOUR),
        Step(FOUND, NOW - HOUR),
        Step(DATED, NOW - HOUR),
    )


def test_a_little_difference_corrects_the_instant_and_a_greater_one_is_a_return() -> None:
    began = NOW - HOUR
    assert steps(Known(began), Shown(began + SLACK)) == (Step(DATED, began + SLACK),)
    back = began + SLACK + SECOND
    assert steps(Known(began), Shown(back, "B")) == (Step(ENDED, back), Step(BEGAN, back, "B"))
    assert steps(Known(began), Shown(began - DAY)) == (Step(DATED, began - DAY),)


def test_who_was_found_is_dated_and_who_came_after_that_reading_is_a_return() -> None:
    assert steps(Known(None), Shown(NOW - 2 * DAY)) == (Step(DATED, NOW - 2 * DAY),)
    assert steps(Known(None), Shown(NOW - HOUR)) == (
        Step(ENDED, NOW - HOUR),
        Step(BEGAN, NOW - HOUR),
    )
    assert steps(Known(None), Shown(NOW - HOUR), first_read_at=None) == (Step(DATED, NOW - HOUR),)


def test_a_way_that_is_told_now_is_told_as_his_coming() -> None:
    began = NOW - HOUR
    assert steps(Known(began), Shown(began, "A")) == (Step(BEGAN, began, "A"),)
    assert steps(Known(began, source="B"), Shown(began, "A")) == (Step(BEGAN, began, "A"),)
    assert steps(Known(began), Shown(began + SECOND, "A")) == (
        Step(DATED, began + SECOND),
        Step(BEGAN, began + SECOND, "A"),
    )
    assert steps(Known(began), Shown(None, "A")) == (Step(BEGAN, began, "A"),)


def test_who_left_and_is_in_the_list_since_then_or_later_is_back() -> None:
    left = NOW - HOUR
    for since in (left, left + SECOND):
        assert steps(Known(NOW - DAY, left), Shown(since)) == (Step(BEGAN, since),)
    assert steps(Known(NOW - DAY, left), Shown()) == (Step(BEGAN, NOW),)


def test_an_end_that_the_list_still_disproves_after_a_while_is_taken_back() -> None:
    began = NOW - DAY
    assert steps(Known(began, NOW - HOUR), Shown(began)) == (Step(DATED, began),)
    assert steps(Known(began, NOW - HOUR), Shown(began, "A")) == (
        Step(DATED, began),
        Step(BEGAN, began, "A"),
    )


def test_what_he_ended_himself_stays_so_until_he_comes_again() -> None:
    past = Known(NOW - DAY, NOW - HOUR, final=True)
    assert steps(past, Shown(NOW - DAY)) == ()
    assert steps(past, Shown(NOW - SECOND)) == (Step(BEGAN, NOW - SECOND),)


def test_a_list_that_lacks_who_has_just_come_or_shows_who_has_just_left_may_be_old() -> None:
    just_now = NOW - LAG + SECOND
    assert steps(Known(just_now), None) is None
    assert steps(Known(NOW - DAY, just_now), Shown(NOW - DAY)) is None
    assert steps(Known(NOW - LAG), None) == (Step(ENDED, NOW),)
    assert steps(Known(NOW - DAY, NOW - LAG), Shown(NOW - DAY)) == (Step(DATED, NOW - DAY),)


def test_where_the_list_is_all_that_tells_it_is_never_behind() -> None:
    assert steps(Known(NOW - SECOND), None, events=False) == (Step(ENDED, NOW),)
