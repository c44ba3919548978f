"""The stories of invitations that went wrong elsewhere, each as it goes here; on a real store."""

import asyncio
import random
from datetime import datetime

import pytest

from bot.core.ids import ChannelKey, MemberId
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.growth.invites import Invites, day_began, give_codes
from bot.growth.referrals import Accepted, Again, News, Rejected, Rejection
from bot.outbox.models import OutboxRow
from bot.settings.schema.members import Act
from bot.store.db import Store
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, SECOND
from tests.support.stores import execute, memory_database, read_value

from .support import ZONE, Pair, Town, bring_friend, settled_pair


@pytest.fixture
def town(store: Store) -> Town:
    return Town(store)


async def both(town: Town, pair: Pair) -> tuple[int, int]:
    return await town.points(pair.inviter), await town.points(pair.friend)


# ---- codes


async def test_a_members_code_is_made_once_and_belongs_to_him_alone(town: Town) -> None:
    one, other = await town.found("xiaolu"), await town.found("momo")

    first = await town.code(one)
    assert await asyncio.gather(*[town.code(one) for _ in range(5)]) == [first] * 5
    assert await town.code(other) != first


async def test_a_drawn_code_that_is_taken_is_drawn_again(store: Store, town: Town) -> None:
    one, other = await town.found("xiaolu"), await town.found("momo")
    first = await Invites(store, random.Random(3)).code_of(one, NOW)

    second = await Invites(store, random.Random(3)).code_of(other, NOW)

    assert second != first
    assert await read_value(store, "SELECT count(DISTINCT code) FROM invite_code") == 2


@pytest.mark.usefixtures("engine")
def test_the_lane_of_codes_says_which_drawn_code_was_taken() -> None:
    connection = memory_database()
    connection.execute("INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0)")
    one, other = MemberId(1), MemberId(2)

    given = give_codes(
        connection, [(one, "AAAAAA", NOW), (other, "AAAAAA", NOW), (one, "BBBBBB", NOW)]
    )

    assert given == ["AAAAAA", None, "AAAAAA"]
    connection.close()


# ---- entering


async def test_a_code_entered_too_late_after_joining_does_not_count(town: Town) -> None:
    code = await town.code(await town.found("xiaolu"))
    friend = await town.join("yoyo")
    town.wait(30 * MINUTE + SECOND)

    assert await town.enter(friend, code) == Rejected(Rejection.LATE)
    assert await town.states() == []


async def test_nobody_invites_himself(town: Town) -> None:
    me = await town.join("yoyo")

    assert await town.enter(me, await town.code(me)) == Rejected(Rejection.SELF)


async def test_one_friend_who_joins_five_groups_counts_once(town: Town) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    friend = await town.join("yoyo")
    verdicts = [await town.enter(friend, code)]
    for number in range(4):
        await town.join("yoyo", f"group{number}")
        verdicts.append(await town.enter(friend, code, group=f"group{number}"))
    await town.act(friend)
    town.wait(DAY)

    assert verdicts == [Accepted(inviter, held=False), *[Again(inviter)] * 4]
    assert await town.settle() == 1
    assert await town.points(inviter) == 100


async def test_who_is_in_another_group_of_the_brand_is_not_new(town: Town) -> None:
    code = await town.code(await town.found("xiaolu"))
    await town.found("yoyo", "another")
    friend = await town.join("yoyo")

    assert await town.enter(friend, code) == Rejected(Rejection.NOT_NEW)


async def test_new_friends_only_means_new_and_not_the_opposite(town: Town) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    old = await town.found("momo")
    new = await town.join("yoyo")

    assert await town.enter(old, code) == Rejected(Rejection.NOT_NEW)
    assert await town.enter(new, code) == Accepted(inviter, held=False)


async def test_who_left_and_came_back_is_not_new(town: Town) -> None:
    code = await town.code(await town.found("xiaolu"))
    friend = await town.join("yoyo")
    await town.leave("yoyo")
    await town.join("yoyo")

    assert await town.enter(friend, code) == Rejected(Rejection.NOT_NEW)


async def test_who_is_not_in_the_group_enters_nothing(town: Town) -> None:
    code = await town.code(await town.found("xiaolu"))
    friend = await town.join("yoyo")
    await town.leave("yoyo")

    assert await town.enter(friend, code) == Rejected(Rejection.NOT_NEW)


async def test_the_code_of_an_inviter_who_left_does_not_count(town: Town) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    await town.leave("xiaolu")
    friend = await town.join("yoyo")

    assert await town.enter(friend, code) == Rejected(Rejection.INVITER_GONE)


async def test_the_code_of_a_blocked_inviter_does_not_count(town: Town, store: Store) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    await execute(store, "UPDATE member SET blocked_at = 1")
    friend = await town.join("yoyo")

    assert await town.enter(friend, code) == Rejected(Rejection.INVITER_GONE)


async def test_a_made_up_code_is_unknown(town: Town) -> None:
    friend = await town.join("yoyo")

    assert await town.enter(friend, "AAAAAA") == Rejected(Rejection.UNKNOWN_CODE)


@pytest.mark.parametrize("length", [2, 3, 6])
async def test_invitations_in_a_circle_do_not_count_whatever_its_length(
    town: Town, length: int
) -> None:
    people = [await town.join(f"person{number}") for number in range(length)]
    codes = [await town.code(member) for member in people]
    for number in range(1, length):
        verdict = await town.enter(people[number], codes[number - 1])
        assert verdict == Accepted(people[number - 1], held=False)

    assert await town.enter(people[0], codes[-1]) == Rejected(Rejection.LOOP)
    assert len(await town.states()) == length - 1


async def test_the_first_code_wins_and_the_second_inviter_is_told_who_was_first(
    town: Town,
) -> None:
    first, second = await town.found("xiaolu"), await town.found("momo")
    friend = await town.join("yoyo")
    await town.enter(friend, await town.code(first))

    assert await town.enter(friend, await town.code(second)) == Again(first)
    assert len(await town.states()) == 1


async def test_the_same_event_twice_is_one_referral_with_one_answer(town: Town) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    friend = await town.join("yoyo")

    verdicts = await asyncio.gather(*[town.enter(friend, code, key="same") for _ in range(3)])

    assert verdicts == [Accepted(inviter, held=False)] * 3
    assert len(await town.states()) == 1


async def test_more_joins_with_one_code_in_a_minute_than_allowed_are_held_and_not_paid(
    town: Town,
) -> None:
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    verdicts = []
    for number in range(12):
        friend = await town.join(f"friend{number}")
        verdicts.append(await town.enter(friend, code))
        town.wait(SECOND)
        await town.act(friend)

    assert verdicts == [Accepted(inviter, held=number >= 10) for number in range(12)]
    town.wait(2 * DAY)
    assert await town.settle() == 10
    assert await town.points(inviter) == 1000


async def test_more_joins_with_one_code_in_an_hour_than_allowed_are_held(store: Store) -> None:
    town = Town(store, hold_joins_an_hour=3)
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    verdicts = []
    for number in range(5):
        verdicts.append(await town.enter(await town.join(f"friend{number}"), code))
        town.wait(10 * MINUTE)
    town.wait(HOUR)
    verdicts.append(await town.enter(await town.join("late"), code))

    held = [False, False, False, True, True, False]
    assert verdicts == [Accepted(inviter, held=flag) for flag in held]


async def test_the_pace_of_one_code_does_not_hold_up_another(store: Store) -> None:
    town = Town(store, hold_joins_a_minute=1)
    one, other = await town.found("xiaolu"), await town.found("momo")
    await town.enter(await town.join("a"), await town.code(one))

    verdict = await town.enter(await town.join("b"), await town.code(other))

    assert verdict == Accepted(other, held=False)


# ---- settling


async def test_both_sides_are_paid_when_the_friend_stayed_a_day_and_acted(town: Town) -> None:
    pair = await bring_friend(town)
    town.wait(DAY - 2 * SECOND)
    assert await town.settle() == 0
    assert await town.invites.next_due(town.now) == NOW + DAY

    town.wait(SECOND)
    assert await town.settle() == 1
    assert await both(town, pair) == (100, 50)
    assert await town.invites.next_due(town.now) is None
    assert await town.invites.count_settled(GROUP, NOW) == 1


async def test_both_sides_are_paid_exactly_once_however_often_the_job_runs(town: Town) -> None:
    pair = await bring_friend(town)
    town.wait(DAY)

    settled = await asyncio.gather(*[town.settle() for _ in range(5)])
    settled.append(await town.settle())

    assert sum(settled) == 1
    assert await both(town, pair) == (100, 50)


async def test_two_processes_of_the_job_pay_once(town: Town, store: Store) -> None:
    pair = await bring_friend(town)
    town.wait(DAY)
    second = Invites(store, random.Random(1))

    settled = await asyncio.gather(
        town.settle(), second.settle(town.now, town.rules, ZONE), town.settle()
    )

    assert sum(settled) == 1
    assert await both(town, pair) == (100, 50)


async def test_a_friend_who_only_typed_the_code_has_not_acted(town: Town) -> None:
    inviter = await town.found("xiaolu")
    friend = await town.join("yoyo")
    await town.enter(friend, await town.code(inviter), key="the code")
    await town.act(friend, Act.MESSAGE, key="the code")
    await town.act(friend, Act.COMMAND)
    await town.act(friend, Act.JOIN)
    town.wait(2 * DAY)

    assert await town.settle() == 0
    await town.act(friend, Act.CHECKIN)
    assert await town.settle() == 1


@pytest.mark.parametrize("act", [Act.MESSAGE, Act.CHECKIN, Act.CLAIM, Act.QUESTION])
async def test_one_real_act_is_enough(town: Town, act: Act) -> None:
    inviter = await town.found("xiaolu")
    friend = await town.join("yoyo")
    await town.enter(friend, await town.code(inviter))
    await town.act(friend, act)
    town.wait(DAY)

    assert await town.settle() == 1


async def test_a_friend_who_never_acts_does_not_count_after_a_week(town: Town) -> None:
    inviter = await town.found("xiaolu")
    friend = await town.join("yoyo")
    await town.enter(friend, await town.code(inviter))
    town.wait(7 * DAY)

    assert await town.settle() == 0
    assert await town.states() == [("rejected", "inactive")]
    await town.act(friend)
    assert await town.settle() == 0
    assert await town.points(inviter) == 0


async def test_what_is_over_the_days_cap_is_paid_the_next_day(store: Store) -> None:
    town = Town(store, most_a_day=2)
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    for number in range(5):
        friend = await town.join(f"friend{number}")
        await town.enter(friend, code)
        await town.act(friend)
    town.wait(DAY)

    assert await town.settle() == 2
    assert await town.settle() == 0
    next_day = await town.invites.next_due(town.now)
    assert next_day == datetime.fromisoformat("2026-11-27T04:00:00+08:00")
    news = [told.news for told in await town.invites.read_news()]
    assert news == [News.SETTLED] * 2 + [News.CAPPED] * 3

    town.wait(next_day - town.now - SECOND)
    assert await town.settle() == 0
    town.wait(SECOND)
    assert await town.settle() == 2
    town.wait(DAY)
    assert await town.settle() == 1
    assert await town.points(inviter) == 500


async def test_what_is_over_the_months_cap_is_paid_in_the_next_month(store: Store) -> None:
    town = Town(store, most_a_month=1)
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    for number in range(2):
        friend = await town.join(f"friend{number}")
        await town.enter(friend, code)
        await town.act(friend)
    town.wait(DAY)
    settled = []
    for _ in range(6):  # 26 November to 1 December
        settled.append(await town.settle())
        town.wait(DAY)

    assert settled == [1, 0, 0, 0, 0, 1]


async def test_the_cap_of_one_inviter_does_not_hold_up_another(store: Store) -> None:
    town = Town(store, most_a_day=1)
    await bring_friend(town, "a", "xiaolu")
    await bring_friend(town, "b", "momo")
    town.wait(DAY)

    assert await town.settle() == 2


async def test_a_cap_is_told_once_and_the_payment_after_it_too(store: Store) -> None:
    town = Town(store, most_a_day=1)
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    for number in range(3):
        friend = await town.join(f"friend{number}")
        await town.enter(friend, code)
        await town.act(friend)
    town.wait(DAY)
    heard = []
    for _ in range(3):
        await town.settle()
        for told in await town.invites.read_news():
            heard.append((told.friend_id - inviter, told.news))
            await town.invites.tell(told, [], town.now)
        town.wait(DAY)

    settled, capped = News.SETTLED, News.CAPPED
    assert heard == [(1, settled), (2, capped), (3, capped), (2, settled), (3, settled)]


async def test_what_was_told_is_enqueued_and_not_told_again(town: Town) -> None:
    await settled_pair(town)
    (told,) = await town.invites.read_news()
    message = Outgoing("k", ChannelKey("posts"), Target(TargetKind.GROUP, "hejian"), Text("paid"))

    await town.invites.tell(told, [message], town.now)
    await town.invites.tell(told, [message], town.now)

    assert (told.news, told.inviter_points, told.friend_points) == (News.SETTLED, 100, 50)
    assert await town.invites.read_news() == ()
    assert await OutboxRow.all().count() == 1


async def test_a_rule_that_pays_nothing_settles_without_a_payment(store: Store) -> None:
    town = Town(store, inviter_points=0, friend_points=0)
    pair = await settled_pair(town)

    assert await both(town, pair) == (0, 0)
    await town.leave("yoyo")
    assert await town.states() == [("reversed", "left after the payment")]


async def test_the_communitys_day_begins_at_its_own_hour(town: Town) -> None:
    for local, began in (
        ("2026-11-25T03:59:59+08:00", "2026-11-24T04:00:00+08:00"),
        ("2026-11-25T04:00:00+08:00", "2026-11-25T04:00:00+08:00"),
    ):
        now = datetime.fromisoformat(local)
        assert day_began(now, town.rules, ZONE) == datetime.fromisoformat(began)


# ---- leaving


async def test_a_friend_who_leaves_before_the_payment_brings_nothing(town: Town) -> None:
    pair = await bring_friend(town)
    await town.leave("yoyo")
    town.wait(DAY)

    assert await town.settle() == 0
    assert await town.states() == [("reversed", "left early")]
    assert await both(town, pair) == (0, 0)
    assert [told.news for told in await town.invites.read_news()] == [News.REVERSED]


async def test_what_a_friend_brought_is_taken_back_on_both_sides_when_he_leaves_within_a_week(
    town: Town,
) -> None:
    pair = await settled_pair(town)
    town.wait(7 * DAY - SECOND)
    await town.leave("yoyo")

    assert await both(town, pair) == (0, 0)
    assert await town.states() == [("reversed", "left after the payment")]


async def test_what_was_spent_is_taken_back_too_and_later_earnings_repay_it(town: Town) -> None:
    pair = await settled_pair(town)
    await town.spend(pair.inviter, 100)
    await town.leave("yoyo")
    assert await both(town, pair) == (-100, 0)

    await town.earn(pair.inviter, 30)
    assert await town.points(pair.inviter) == -70
    await town.earn(pair.inviter, 80)
    assert await town.points(pair.inviter) == 10


async def test_a_friend_who_leaves_after_the_week_takes_nothing_with_him(town: Town) -> None:
    pair = await settled_pair(town)
    town.wait(7 * DAY)
    await town.leave("yoyo")

    assert await both(town, pair) == (100, 50)
    assert await town.states() == [("settled", "")]


async def test_leaving_is_taken_back_once_however_often_it_is_reported(town: Town) -> None:
    pair = await settled_pair(town)
    friend = await town.leave("yoyo")
    await asyncio.gather(
        *[town.invites.left(friend, GROUP, town.now, town.rules) for _ in range(3)]
    )

    assert await both(town, pair) == (0, 0)


async def test_leaving_another_group_takes_nothing_back(town: Town) -> None:
    pair = await settled_pair(town)
    await town.join("yoyo", "another")
    await town.leave("yoyo", "another")

    assert await both(town, pair) == (100, 50)


async def test_an_inviter_who_leaves_loses_nothing_that_his_friends_staying_earned(
    town: Town,
) -> None:
    pair = await settled_pair(town)
    await town.leave("xiaolu")

    assert await both(town, pair) == (100, 50)


async def test_a_held_friend_who_leaves_ends_his_referral(store: Store) -> None:
    town = Town(store, hold_joins_a_minute=1)
    inviter = await town.found("xiaolu")
    code = await town.code(inviter)
    await town.enter(await town.join("a"), code)
    assert await town.enter(await town.join("b"), code) == Accepted(inviter, held=True)

    await town.leave("b")
    assert (await town.states())[1] == ("reversed", "left early")


async def test_who_comes_back_with_another_code_makes_no_second_referral(town: Town) -> None:
    pair = await settled_pair(town)
    other = await town.found("momo")
    await town.leave("yoyo")
    town.wait(HOUR)
    await town.join("yoyo")

    assert await town.enter(pair.friend, await town.code(other)) == Again(pair.inviter)
    await town.act(pair.friend)
    town.wait(2 * DAY)
    assert await town.settle() == 0
    assert await town.points(other) == 0
    assert len(await town.states()) == 1


async def test_taking_back_and_paying_at_the_same_moment_leave_the_books_right(
    town: Town,
) -> None:
    pair = await bring_friend(town)
    town.wait(DAY)

    await asyncio.gather(town.leave("yoyo"), town.settle(), town.settle())

    assert await both(town, pair) == (0, 0)


async def test_the_news_is_what_became_of_it_last(town: Town) -> None:
    pair = await settled_pair(town)
    await town.leave("yoyo")

    (told,) = await town.invites.read_news()
    assert (told.news, told.inviter_id, told.friend_id) == (
        News.REVERSED,
        pair.inviter,
        pair.friend,
    )


async def test_a_late_report_that_a_friend_left_takes_nothing_while_he_is_there(
    town: Town,
) -> None:
    pair = await settled_pair(town)

    await town.invites.left(pair.friend, GROUP, town.now, town.rules)

    assert await both(town, pair) == (100, 50)
    assert await town.states() == [("settled", "")]
