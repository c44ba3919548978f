"""A member who never read a manual: plain words, slips and half sentences are enough.

Whatever cannot be done is refused with the reason, and with when or how it will work.
"""

import re

from tests.scenario.town import Town, books_are_clean

MEMBER = "xiaolu"


async def earn(town: Town, who: str, *, days: int) -> None:
    """Check in on so many mornings in a row."""
    for _ in range(days):
        await town.say(who, "签到")
        await town.pass_time(days=1)


# Checking in


async def test_a_wish_to_check_in_is_one_however_it_is_put(town: Town) -> None:
    ways = {"xiaolu": "我要签到!", "aqing": "帮我签到一下", "momo": "我来打卡啦～"}
    for who, typed in ways.items():
        await town.say(who, typed)
        assert await town.balance(who) == 10, typed
    again = await town.say(MEMBER, "签到")
    assert re.search("今天|一天一次", again), again
    assert await town.balance(MEMBER) == 10
    await books_are_clean(town)


async def test_a_slip_checks_nobody_in_and_is_told_the_word(town: Town) -> None:
    for typed in ("签道", "签到签到", "千到"):
        answer = await town.say(MEMBER, typed)
        assert "“签到”" in answer, (typed, answer)
    assert "每日签到" not in await town.say(MEMBER, "明细")


async def test_a_missed_day_is_found_priced_and_made_up_by_words_alone(town: Town) -> None:
    await earn(town, MEMBER, days=4)
    await town.pass_time(days=1)
    await town.say(MEMBER, "签到")
    before = await town.balance(MEMBER)
    offer = await town.say(MEMBER, "我要补签")
    assert "11-27" in offer
    assert "50 分" in offer, "the price is told before anything is paid"
    assert await town.balance(MEMBER) == before
    (example,) = re.findall(r"补签 \d\d-\d\d", offer)
    done = await town.say(MEMBER, example)
    assert "6 天" in done, done
    assert await town.balance(MEMBER) == before - 50
    assert "不用补" in (nothing := await town.say(MEMBER, "补签")) or "没有要补" in nothing
    assert "补签：27" in await town.say(MEMBER, "签到日历")
    await books_are_clean(town)


async def test_what_a_card_cannot_do_is_refused_with_the_reason_and_the_way(town: Town) -> None:
    never = await town.say(MEMBER, "补签 昨天")
    assert "“签到”" in never, never
    await town.say(MEMBER, "签到")
    await town.pass_time(days=2)
    short = await town.say(MEMBER, "补签 昨天")
    assert "还差 40 分" in short, short
    assert "7 天" in short, "so long there is time to earn them"
    assert "“签到”" in await town.say(MEMBER, "补签 今天")
    assert "补签 昨天" in await town.say(MEMBER, "补签 哪天都行")
    await town.pass_time(days=8)
    late = await town.say(MEMBER, "补签 24号")
    assert "11-26" in late, "the earliest day that a card still reaches"


async def test_a_freeze_saves_a_streak_and_says_so(town: Town) -> None:
    await earn(town, MEMBER, days=6)
    assert "冻结卡" in await town.say(MEMBER, "签到"), "the seventh day brings one"
    await town.pass_time(days=2)
    back = await town.say(MEMBER, "签到")
    assert "8 天" in back or "第 8 天" in back, back
    assert "冻结卡" in back


async def test_the_calendar_tells_the_month_in_words_and_as_a_picture(town: Town) -> None:
    await earn(town, MEMBER, days=2)
    await town.say(MEMBER, "签到")
    before = await town.last_id()
    answer = await town.say(MEMBER, "签到日历")
    assert "23–25" in answer, answer
    assert "连签 3 天" in answer
    (shown,) = [m for m in await town.messages(before) if m["from_kind"] == "robot"]
    assert [part["kind"] for part in shown["media"]] == ["image"]
    assert "“签到日历”" in await town.say(MEMBER, "看看日历")


# Red packets


async def test_a_packet_is_grabbed_by_a_plain_wish_and_each_end_is_explained(town: Town) -> None:
    none = await town.say(MEMBER, "我要抢红包")
    assert re.search("没有|还没", none), none
    assert re.search("会发|签到|群主发了", none), "and when there will be one"
    await town.open_packet("20 2 普通")
    assert "10" in await town.say(MEMBER, "我要抢红包！")
    assert "10" in await town.say(MEMBER, "抢"), "the same share, not another"
    await town.say("aqing", "抢")
    empty = await town.say("momo", "抢")
    assert re.search("抢完|空啦|领走", empty), empty
    assert re.search("下次|下回|签到", empty), "and what is left to do"
    assert await town.balance(MEMBER) == 10
    await books_are_clean(town)


# Lotteries and the shop


async def test_a_member_finds_the_lottery_and_draws(town: Town) -> None:
    assert "“抽奖”" in await town.say("aqing", "怎么抽奖")
    shown = await town.say(MEMBER, "我要抽奖")
    assert "抽奖 1" in shown
    assert "小样盲盒" in shown
    short = await town.say(MEMBER, "抽奖 盲盒")
    assert "5 分" in short, "what it costs"
    assert "0 分" in short, "what he has"
    assert "签到" in short, "and how to get there"
    await town.say(MEMBER, "签到")
    drawn = await town.say(MEMBER, "抽奖 盲盒")
    assert "还能抽 2 次" in drawn, "drawn, whatever came out"
    assert await town.balance(MEMBER) != 10, drawn
    assert "周六面霜局" in await town.say("aqing", "抽奖 周六")
    assert "周六面霜局" in await town.say("aqing", "抽奖 周六"), "once is enough, and until when"
    assert "抽奖 1" in await town.say("aqing", "抽奖 月球旅行")
    await books_are_clean(town)


async def test_the_shop_is_found_by_any_word_that_means_it_and_refuses_with_reasons(
    town: Town,
) -> None:
    for typed in ("商城", "积分商城", "兑换", "我要兑换"):
        assert "神经酰胺面霜小样" in await town.say(MEMBER, typed), typed
    assert "“商城”" in await town.say(MEMBER, "商诚")
    await town.say(MEMBER, "签到")
    short = await town.say(MEMBER, "兑换 1")
    assert "790" in short, "how many points are missing"
    assert "签到" in short, "and how to earn them"
    assert "商城" in await town.say(MEMBER, "兑换 月球旅行")
    assert await town.balance(MEMBER) == 10


async def test_points_are_redeemed_by_the_name_of_the_thing(town: Town) -> None:
    await earn(town, MEMBER, days=14)
    before = await town.balance(MEMBER)
    assert before >= 300
    await town.say(MEMBER, "兑换 成分课代表头衔")
    assert await town.balance(MEMBER) == before - 300
    await town.say(MEMBER, "我的兑换")
    await town.settle()
    assert any("成分课代表" in note for note in await town.notes_to(MEMBER))
    await books_are_clean(town)


# Finding one's way


async def test_help_lists_by_what_one_wants_and_explains_a_single_word(town: Town) -> None:
    shown = await town.say(MEMBER, "帮助")
    for want in ("攒积分：签到", "抢红包：抢红包", "抽奖：抽奖", "换东西：商城"):
        assert want in shown, shown
    assert "发红包" not in shown
    assert "每天一次" in await town.say(MEMBER, "帮助 签到")
    assert "每天一次" in await town.say(MEMBER, "帮助 怎么签到")
    for unknown in ("发红包", "飞天"):
        assert f"没有“{unknown}”" in await town.say(MEMBER, f"帮助 {unknown}")
    assert "拼手气" in await town.say("tangyuan", "帮助 发红包")


async def test_help_fits_into_one_message_of_every_platform(town: Town) -> None:
    for who in (MEMBER, "tangyuan"):
        assert len((await town.say(who, "帮助")).encode()) <= 2048
