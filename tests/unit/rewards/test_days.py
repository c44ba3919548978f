"""The community's day turns at its own hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.rewards.days import community_date
from tests.unit.rewards.support import SHANGHAI

FOUR = time(4, 0)


def test_one_second_before_four_still_belongs_to_yesterday() -> None:
    before = datetime(2026, 11, 22, 3, 59, 59, tzinfo=SHANGHAI)
    assert community_date(before, SHANGHAI, FOUR) == date(2026, 11, 21)


def test_at_four_the_new_day_begins() -> None:
    at_four = datetime(2026, 11, 22, 4, 0, tzinfo=SHANGHAI)
    assert community_date(at_four, SHANGHAI, FOUR) == date(2026, 11, 22)


def test_the_date_is_the_communitys_and_not_that_of_utc() -> None:
    late_in_utc = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)  # 05:00 on the 22nd in Shanghai
    assert community_date(late_in_utc, SHANGHAI, FOUR) == date(2026, 11, 22)


def test_a_day_that_starts_at_midnight_is_the_calendars() -> None:
    midnight = datetime(2026, 11, 22, 0, 0, tzinfo=SHANGHAI)
    assert community_date(midnight, SHANGHAI, time(0, 0)) == date(2026, 11, 22)


def test_an_hour_that_the_clocks_show_twice_belongs_to_the_day_that_began() -> None:
    berlin, turn = ZoneInfo("Europe/Berlin"), time(2, 30)
    first = datetime(2026, 10, 25, 2, 40, tzinfo=berlin, fold=0)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)  # 30 minutes later
    assert second.timestamp() > first.timestamp()
    assert community_date(first, berlin, turn) == date(2026, 10, 25)
    assert community_date(second, berlin, turn) == date(2026, 10, 25)


def test_an_hour_that_the_clocks_skip_still_turns_the_day() -> None:
    berlin, turn = ZoneInfo("Europe/Berlin"), time(2, 30)  # 02:30 does not exist on 29 March
    before = datetime(2026, 3, 29, 1, 59, tzinfo=berlin)
    after = datetime(2026, 3, 29, 3, 30, tzinfo=berlin)
    assert community_date(before, berlin, turn) == date(2026, 3, 28)
    assert community_date(after, berlin, turn) == date(2026, 3, 29)


@given(
    seconds=st.integers(946_684_800, 2_524_608_000),  # 2000 to 2050
    minutes=st.integers(0, 60 * 48),
    turn=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Amman"]),
)
def test_days_never_run_backwards_and_never_jump_far(
    seconds: int, minutes: int, turn: time, zone: str
) -> None:
    start = datetime.fromtimestamp(seconds, UTC)
    later = start + timedelta(minutes=minutes)
    first = community_date(start, ZoneInfo(zone), turn)
    second = community_date(later, ZoneInfo(zone), turn)
    assert timedelta(0) <= second - first <= timedelta(days=3)
