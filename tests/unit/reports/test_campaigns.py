"""The review of a campaign, counted by hand."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.ids import GroupKey, MemberId
from bot.core.money import Currency
from bot.reports.campaigns import Review, change_percent, read_review_from
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.schedules.campaign_days import Occurrence, next_occurrence
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.settings import Settings
from bot.store.sql import Dialect
from tests.support.brand import brand
from tests.support.stores import in_transaction, memory_database

from .support import DAY, HOUR, MINUTE, Book

T0 = datetime(2026, 12, 12, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""

NOW = T0 + 4 * DAY
RUN = "tea-2026"

FILE = CampaignFile.model_validate(
    {
        "name": "茶会",
        "type": "signup",
        "node": "double_12",
        "groups": ["hejian"],
        "budget": {"points": 1000, "fen": 500},
        "perks": [{"key": "early", "name": "早鸟", "text": "t", "quota": 5}],
        "signup": {"opens": -7, "closes": -1, "quota": 3, "code": "c", "points": 5},
        "posts": [
            {
                "phase": phase,
                "at": "12:00",
                "title": f"day {phase}",
                "pillar": "user",
                "kind": "story",
                "text": "text",
            }
            for phase in (-1, 0, 1)
        ],
    }
)


@pytest.fixture
def book(engine: Dialect) -> Iterator[Book]:
    del engine
    with closing(memory_database()) as connection:
        yield Book(connection)


def settings(**parts: Any) -> Settings:
    return replace(brand(), campaigns={"tea": FILE.model_copy(update=parts)})


def run_of(setting: Settings) -> Occurrence:
    run = next_occurrence("tea", setting, date(2026, 12, 1))
    assert run is not None
    return run


def review(book: Book, now: datetime = NOW, **parts: Any) -> Review:
    setting = settings(**parts)
    return read_review_from(book.connection, setting, run_of(setting), now)


def test_posts_are_told_with_what_became_of_them(book: Book) -> None:
    book.post(T0 - DAY, group="hejian", item="tea/T-1-1200", campaign="tea", step="code.1")
    book.post(T0, group="hejian", item="tea/T0-1200", campaign="tea", state="skipped", step="")
    book.post(T0 - 365 * DAY, group="hejian", item="tea/T+1-1200", campaign="tea", step="code.1")

    found = review(book)

    assert [(post.title, post.state, post.is_done) for post in found.posts] == [
        ("day -1", "published", True),
        ("day 0", "skipped", False),
        ("day 1", "", False),
    ]
    assert found.done == 1


def test_speakers_and_replies_of_members_are_counted_in_the_days_and_the_weeks_before(
    book: Book,
) -> None:
    book.members(1, 2, 3, group="hejian")
    book.staff(3, group="hejian")
    for member, at in (
        (1, T0),
        (1, T0 + HOUR),
        (1, T0 + DAY),
        (2, T0),
        (3, T0),  # staff
        (1, T0 - 8 * DAY),
        (2, T0 - 34 * DAY),
        (1, T0 - 40 * DAY),  # too long ago
    ):
        book.act(member, at, group="hejian")
    book.act(1, T0, group="owners")  # another group

    found = review(book)

    assert (found.during.days, found.during.replies) == (11, 4)
    assert (found.during.speakers, found.during.speaker_days) == (2, 3)
    assert (found.before.days, found.before.replies, found.before.speakers) == (28, 2, 2)


def test_a_speakers_day_is_that_of_the_community(book: Book) -> None:
    book.members(1, group="hejian")
    midnight = datetime(2026, 12, 11, 16, 0, tzinfo=UTC)
    book.act(1, midnight - MINUTE, group="hejian")
    book.act(1, midnight + MINUTE, group="hejian")

    assert review(book).during.speaker_days == 2


def test_joins_and_leaves_are_counted(book: Book) -> None:
    book.members(1, 2, group="hejian", joined_at=T0)
    book.members(3, group="hejian", joined_at=T0 - 10 * DAY)
    book.members(4, group="hejian")
    book.leaves(2, T0 + DAY, group="hejian")

    found = review(book)

    assert (found.during.joins, found.during.leaves) == (2, 1)
    assert (found.before.joins, found.before.leaves) == (1, 0)


def test_a_run_that_goes_on_has_the_days_so_far(book: Book) -> None:
    assert review(book, T0).during.days == 8


def pay(book: Book, *transfers: Transfer) -> None:
    in_transaction(
        book.connection, lambda: post_all(book.connection, [(one,) for one in transfers])
    )


def transfer(
    key: str, giver: AccountRef, taker: AccountRef, amount: int, reason: Reason
) -> Transfer:
    return Transfer(
        key=key,
        debit=giver,
        credit=taker,
        amount=amount,
        reason=reason,
        reference=key,
        actor="clock",
        at=T0,
    )


def test_what_was_given_is_told_by_its_reasons_and_what_came_in_is_not(book: Book) -> None:
    book.members(1, group="hejian")
    purse = AccountRef.campaign(RUN)
    issuance = AccountRef.issuance()
    member = AccountRef.member(MemberId(1))
    pay(
        book,
        transfer("in", issuance, purse, 1000, Reason.BUDGET),
        transfer("a", purse, member, 30, Reason.CAMPAIGN_EXTRA),
        transfer("b", purse, member, 20, Reason.CAMPAIGN_EXTRA),
        transfer("c", purse, member, 5, Reason.CAMPAIGN_ARRIVAL),
        transfer("out", purse, issuance, 945, Reason.BUDGET_RETURN),
    )

    found = review(book)

    assert [(one.reason, one.amount, one.times) for one in found.given] == [
        ("campaign_arrival", 5, 1),
        ("campaign_extra", 50, 2),
    ]
    assert (found.total(Currency.POINTS), found.total(Currency.FEN)) == (55, 0)


def seat(book: Book, member: int, state: str, number: int | None, *, arrived: bool = False) -> None:
    book.members(member, group="hejian")
    waits = number is None
    book.connection.execute(
        "INSERT INTO campaign_seat (campaign, member_id, group_key, event_key, at, state, quota,"
        " number, line, ended_at, arrived_at, arrived_key)"
        " VALUES (?, ?, 'hejian', ?, 0, ?, 3, ?, ?, ?, ?, ?)",
        (
            *(RUN, member, f"seat-{member}", state, number, int(waits)),
            0 if state in ("cancelled", "left") else None,
            0 if arrived else None,
            f"arrived-{member}" if arrived else None,
        ),
    )


def test_sign_ups_and_perks_are_counted(book: Book) -> None:
    seat(book, 1, "seated", 1, arrived=True)
    seat(book, 2, "seated", 2)
    seat(book, 3, "cancelled", 3)
    seat(book, 4, "waiting", None)
    for number, member in ((1, 1), (2, 2)):
        book.connection.execute(
            "INSERT INTO campaign_perk (campaign, perk, member_id, group_key, event_key, at, code,"
            " quota, number, most_each, own)"
            " VALUES (?, 'early', ?, 'hejian', ?, 0, '', 5, ?, 1, 1)",
            (RUN, member, f"perk-{member}", number),
        )

    found = review(book)

    seats = found.attendance
    assert seats is not None
    assert (seats.signed_up, seats.seated, seats.arrived, seats.gone) == (4, 3, 1, 1)
    assert [(perk.name, perk.taken, perk.people, perk.quota) for perk in found.perks] == [
        ("早鸟", 2, 2, 5)
    ]


def test_without_a_sign_up_there_is_no_attendance(book: Book) -> None:
    assert review(book, signup=None).attendance is None


def test_another_run_of_the_campaign_is_not_counted(book: Book) -> None:
    seat(book, 1, "seated", 1)
    book.connection.execute("UPDATE membership SET group_key = 'owners'")
    setting = settings()
    next_year = next_occurrence("tea", setting, date(2027, 1, 1))
    assert next_year is not None

    found = read_review_from(book.connection, setting, next_year, NOW + timedelta(days=365))

    assert found.attendance is not None
    assert found.attendance.signed_up == 0


@pytest.mark.parametrize(
    ("count", "days", "before", "days_before", "percent"),
    [
        (60, 10, 60, 20, 100),
        (30, 10, 60, 10, -50),
        (29, 10, 60, 10, None),
        (60, 10, 29, 10, None),
        (60, 0, 60, 10, None),
    ],
)
def test_a_change_is_told_only_when_there_is_enough_of_it(
    count: int, days: int, before: int, days_before: int, percent: int | None
) -> None:
    assert change_percent(count, days, before, days_before) == percent


def test_groups_that_the_campaign_does_not_reach_do_not_count(book: Book) -> None:
    book.members(1, group="friends")
    book.act(1, T0, group="friends")

    assert review(book).during.replies == 0
    assert review(book, groups=()).during.replies == 1
    assert GroupKey("friends") in brand().scheduled
