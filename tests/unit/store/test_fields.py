"""Instants are kept as whole microseconds and come back as they went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.members.models import MemberRow, MembershipRow
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_micros, to_micros
from tests.support.stores import read_value

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(INSTANTS)
def test_an_instant_survives_the_way_into_the_database_and_back(instant: datetime) -> None:
    back = from_micros(to_micros(instant))

    assert back == instant
    assert back.tzinfo is UTC


@given(st.integers(-6 * 10**16, 25 * 10**16))
def test_microseconds_survive_the_way_into_python_and_back(micros: int) -> None:
    assert to_micros(from_micros(micros)) == micros


@given(INSTANTS, INSTANTS)
def test_microseconds_keep_the_order_of_instants(one: datetime, other: datetime) -> None:
    assert (to_micros(one) < to_micros(other)) == (one < other)


def test_the_first_instant_of_1970_is_zero_and_what_is_empty_stays_empty() -> None:
    assert to_micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert maybe_micros(None) is None
    assert maybe_micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1_000_000


def test_an_instant_without_its_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001


async def test_a_models_instant_is_a_number_in_the_table_and_can_be_searched_for(
    store: Store,
) -> None:
    moment = datetime(2026, 11, 25, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=8)))
    await MemberRow.create(created_at=moment)

    assert await read_value(store, "SELECT created_at FROM member") == to_micros(moment)
    row = await MemberRow.get(created_at=moment)
    assert row.created_at == moment
    later = moment + timedelta(microseconds=1)
    assert await MemberRow.filter(created_at__lt=later).count() == 1
    assert await MemberRow.filter(created_at__lt=moment).count() == 0


async def test_an_instant_that_may_be_empty_is_empty_in_the_table(store: Store) -> None:
    member = await MemberRow.create(created_at=from_micros(5))
    await MembershipRow.create(group_key="pond", member_id=member.id)

    assert await read_value(store, "SELECT joined_at FROM membership") is None
    assert (await MembershipRow.get(member_id=member.id)).joined_at is None
