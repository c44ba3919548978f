"""投稿箱 as owners and operators meet it: what is shown, decided, paid, and told to the author."""

from datetime import timedelta

import pytest

from bot.members.submissions.submission import State
from bot.settings.schema.rewards import RewardsFile
from tests.support.events import DAY, HOUR
from tests.support.stores import read_value

from .support import OTHER_TEXT, TEXT, Town


async def test_the_box_shows_what_waits_and_one_with_its_pictures(town: Town) -> None:
    assert "空" in await town.tell("ayun", "投稿箱")
    await town.send_in()
    box = await town.tell("ayun", "投稿箱")
    assert "1 号" in box
    assert "晒单" in box
    one = await town.tell("ayun", "投稿箱 1")
    assert TEXT in one
    assert "署名" in one
    (path,) = await town.pictures_to("ayun")
    assert path == str(town.files.path((await town.one()).number, (await town.one()).pictures[0]))


async def test_in_the_group_the_box_is_sent_in_private(town: Town) -> None:
    await town.send_in()
    assert TEXT not in await town.say("tangyuan", "投稿箱")
    assert any("面霜" in letter for letter in await town.letters("tangyuan"))


async def test_members_see_no_box(town: Town) -> None:
    await town.send_in()
    for typed in ("投稿箱", "通过投稿 1", "退回投稿 1 不好", "精华 1"):
        answer = await town.say("aqing", typed)
        assert "面霜" not in answer
    assert (await town.one()).state is State.WAITING


async def test_who_does_not_want_to_be_named_is_named_to_nobody(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    await town.say("xiaolu", "匿名授权")
    told = [
        await town.tell("ayun", typed) for typed in ("投稿箱", "投稿箱 1", "通过投稿 1", "精华 1")
    ]
    assert all("一位群友" in one and "xiaolu" not in one for one in told), told


async def test_what_nobody_agreed_to_is_not_shown(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    assert "空" in await town.tell("ayun", "投稿箱")
    assert "没有 1 号" in await town.tell("ayun", "投稿箱 1")
    assert "没有 1 号" in await town.tell("ayun", "通过投稿 1")


async def test_a_yes_puts_it_into_the_library_and_pays_its_author_who_is_told(town: Town) -> None:
    await town.send_in()
    assert "80" in await town.tell("ayun", "通过投稿 1")
    assert await town.points("xiaolu") == 80
    assert [item.key for item in await town.submissions.adopted()] == ["ugc-1"]
    (letter,) = await town.letters("xiaolu")
    assert "80 积分" in letter


async def test_a_second_yes_says_how_it_stands_and_pays_nothing(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "通过投稿 1")
    assert "通过了" in await town.tell("tangyuan", "通过投稿 1")
    assert "通过了" in await town.tell("tangyuan", "退回投稿 1 不好")
    assert await town.points("xiaolu") == 80


async def test_a_crash_between_the_yes_and_its_answer_repeats_neither(town: Town) -> None:
    await town.send_in()
    await town.crash_while("ayun", "通过投稿 1", "event/yes")
    assert await town.points("xiaolu") == 80
    assert await town.letters("xiaolu") == []
    assert "80" in await town.tell("ayun", "通过投稿 1", key="event/yes")
    assert await town.points("xiaolu") == 80
    assert len(await town.letters("xiaolu")) == 1


@pytest.mark.parametrize("typed", ["授权", "授权 1"])
async def test_a_crash_between_a_members_word_and_its_answer_changes_nothing(
    town: Town, typed: str
) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    await town.crash_while("xiaolu", typed, "event/word")
    assert "署" in await town.tell("xiaolu", typed, key="event/word")
    assert len(await town.letters("ayun")) == 1


async def test_the_chosen_one_is_paid_once_more(town: Town) -> None:
    await town.send_in()
    assert "等同事看" in await town.tell("ayun", "精华 1")
    await town.tell("ayun", "通过投稿 1")
    assert "200" in await town.tell("ayun", "精华 1")
    assert await town.points("xiaolu") == 280
    assert "精华" in await town.tell("tangyuan", "精华 1")
    assert await town.points("xiaolu") == 280
    assert "200 积分" in (await town.letters("xiaolu"))[-1]


async def test_a_no_needs_a_reason_which_is_told_and_nothing_is_kept(town: Town) -> None:
    await town.send_in()
    assert "退回投稿 12" in await town.tell("ayun", "退回投稿 1")
    assert "退回了" in await town.tell("ayun", "退回投稿 1 图太糊了")
    assert "图太糊了" in (await town.letters("xiaolu"))[0]
    assert (await town.one()).text == ""
    assert town.on_disk() == []
    assert await town.points("xiaolu") == 0
    assert "图太糊了" in await town.tell("xiaolu", "我的投稿")


async def test_nobody_decides_on_his_own(town: Town) -> None:
    await town.send_in("ayun")
    assert "另一位" in await town.tell("ayun", "通过投稿 1")
    assert "80" in await town.tell("tangyuan", "通过投稿 1")


async def test_a_copy_is_marked_and_earns_nothing(town: Town) -> None:
    await town.send_in()
    await town.send_in("aqing", TEXT + "！！", "red")
    assert "1 号很像" in await town.tell("ayun", "投稿箱 2")
    assert "太像" in await town.tell("ayun", "通过投稿 2")
    assert await town.points("aqing") == 0
    assert "太像" in (await town.letters("aqing"))[0]
    assert "80" in await town.tell("ayun", "通过投稿 1"), "the first one is no copy"


async def test_who_takes_it_back_and_sends_it_in_again_is_not_paid_twice(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "通过投稿 1")
    await town.say("xiaolu", "撤回投稿 1")
    town.wait(2 * DAY)
    await town.send_in()
    await town.tell("ayun", "通过投稿 2")
    assert await town.points("xiaolu") == 80


async def test_what_was_mended_after_a_no_is_paid(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "退回投稿 1 图太糊了")
    await town.send_in("xiaolu", TEXT, "red")
    await town.tell("ayun", "通过投稿 2")
    assert await town.points("xiaolu") == 80


async def test_an_order_is_shown_once(town: Town) -> None:
    await town.send_in()
    await town.send_in("aqing", OTHER_TEXT, "red")
    await town.tell("ayun", "通过投稿 1 A20261101")
    assert "1 号" in await town.tell("ayun", "通过投稿 2 a20261101")
    assert await town.points("aqing") == 0
    kept = await read_value(town.store, "SELECT shown_order FROM submission WHERE id = 1")
    assert "20261101" not in str(kept), "only its digest is kept"
    await town.tell("ayun", "通过投稿 2 A20261102")
    assert await town.points("aqing") == 80


async def test_above_the_cap_it_is_taken_in_without_points_and_says_why(town: Town) -> None:
    await town.send_in()
    await town.send_in("xiaolu", OTHER_TEXT, "red")
    await town.tell("ayun", "通过投稿 1")
    assert "次数" in await town.tell("ayun", "通过投稿 2")
    assert await town.points("xiaolu") == 80
    assert len(await town.submissions.adopted()) == 2


async def test_without_a_rule_nothing_is_paid(town: Town) -> None:
    town.pipeline.live.change(rewards=RewardsFile())
    await town.send_in()
    assert "没有这一项" in await town.tell("ayun", "通过投稿 1")


@pytest.mark.parametrize("typed", ["通过投稿", "通过投稿 好的", "通过投稿 1 很好看"])
async def test_what_is_typed_wrongly_is_told_how(town: Town, typed: str) -> None:
    await town.send_in()
    assert "通过投稿 12" in await town.tell("ayun", typed)
    assert (await town.one()).state is State.WAITING


async def test_the_liked_ones_are_shown_to_who_decides(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "通过投稿 1")
    for who in ("aqing", "tangyuan"):
        await town.say(who, "赞 1")
    assert "1 号 2 个赞" in await town.tell("ayun", "投稿箱")


async def test_after_a_day_the_operators_are_reminded_once(town: Town) -> None:
    await town.send_in()
    await town.send_in("aqing", OTHER_TEXT, "red")
    before = len(await town.letters("ayun"))
    await town.run_for(timedelta(hours=23, minutes=59))
    assert len(await town.letters("ayun")) == before
    await town.run_for(24 * HOUR)
    reminder = (await town.letters("ayun"))[-1]
    assert "1、2" in reminder
    await town.run_for(30 * DAY)
    assert len(await town.letters("ayun")) == before + 1
