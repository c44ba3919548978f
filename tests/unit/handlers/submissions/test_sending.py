"""晒单 and 投稿 as members meet them: what is taken, what is refused and why, and their word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.events import EventKind, MediaKind, MediaRef, Place
from bot.core.ports import Hears
from bot.members.submissions.submission import Consent, State, SubmissionKind
from tests.support.events import HOUR, MINUTE, ROBOT, make_event
from tests.support.stores import read_value

from .support import OTHER_TEXT, TEXT, Town, photo


async def test_a_picture_with_words_is_taken_and_its_author_asked_what_may_be_done(
    town: Town,
) -> None:
    answer = await town.say("xiaolu", f"晒单 {TEXT}", "green")
    assert "朋友圈" in answer, "told what will happen with it"
    for way_out in ("授权", "匿名授权", "撤回投稿 1", "72"):
        assert way_out in answer
    one = await town.one()
    assert (one.state, one.kind, one.text) == (State.ASKED, SubmissionKind.SHOW, TEXT)
    assert town.on_disk() == ["1"]


@pytest.mark.parametrize(
    "typed",
    [
        f"#晒单 {TEXT}",
        f"#晒单# {TEXT}",
        f"#晒单#{TEXT}",
        f"#晒单{TEXT}",
        f"＃晒单 {TEXT}",
        f"晒单\n{TEXT}",
        f"晒单：{TEXT}",
    ],
)
async def test_the_sign_may_be_written_in_many_ways(town: Town, typed: str) -> None:
    await town.say("xiaolu", typed, "green")
    assert (await town.one()).text == TEXT


async def test_talk_about_it_is_none(town: Town) -> None:
    for typed in ("晒单了吗大家最近都买了什么好东西呀", "我看到你的投稿了写得真好哦", "#话题 今天"):
        await town.say("xiaolu", typed)
    assert await town.all() == []


async def test_what_is_overheard_is_taken_where_the_channel_hears_it(town: Town) -> None:
    town.pipeline.dispatcher._hears = {ROBOT: Hears.EVERYTHING}
    await town.say("xiaolu", f"#投稿{TEXT}")
    assert (await town.one()).kind is SubmissionKind.STORY


async def test_a_story_needs_no_picture(town: Town) -> None:
    assert "授权" in await town.say("xiaolu", f"投稿 {TEXT}")
    assert "署" in await town.say("xiaolu", "授权")
    assert (await town.one()).state is State.WAITING


async def test_without_words_it_is_told_how(town: Town) -> None:
    assert "15" in await town.say("xiaolu", "晒单")
    assert "15" in await town.say("xiaolu", "我要投稿")
    assert await town.all() == []


async def test_what_is_too_short_or_too_long_is_refused_with_the_numbers(town: Town) -> None:
    short = await town.say("xiaolu", "投稿 真好用哈哈哈哈哈哈哈哈哈哈哈哈")
    assert "15" in short
    assert "6" in short or "4" in short, short
    assert "500" in await town.say("xiaolu", f"投稿 {'好用的面霜' * 101}")
    assert await town.all() == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("想要的加我手机 13812345678 聊聊怎么用", "13812345678"),
        ("这是全网第一好用的面霜，大家快去买一瓶试试", "第一"),
        ("详情看 http://evil.example/x 里面写得很清楚哦", "evil.example"),
    ],
)
async def test_what_we_may_not_show_is_refused_with_the_reason_and_not_kept(
    town: Town, bad: str, why: str
) -> None:
    answer = await town.say("xiaolu", f"投稿 {bad}")
    assert "再发" in answer, answer
    assert await town.all() == []
    kept = str(await read_value(town.store, "SELECT event FROM inbox ORDER BY id DESC LIMIT 1"))
    assert why not in kept, "what he wrote is not kept with the event either"


async def test_what_was_taken_is_kept_with_the_submission_alone(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    kept = str(await read_value(town.store, "SELECT event FROM inbox ORDER BY id DESC LIMIT 1"))
    assert "面霜" not in kept


async def test_the_same_message_twice_is_sent_in_once(town: Town) -> None:
    first = await town.say("xiaolu", f"晒单 {TEXT}", "green", key="same")
    again = await town.say("xiaolu", f"晒单 {TEXT}", "green", key="same")
    assert first == again
    assert len(await town.all()) == 1


async def test_only_so_many_wait(town: Town) -> None:
    for _ in range(3):
        await town.say("xiaolu", f"投稿 {TEXT}")
    assert "我的投稿" in await town.say("xiaolu", f"投稿 {TEXT}")
    assert len(await town.all()) == 3


# ---- pictures


async def test_a_picture_may_follow_in_private_within_ten_minutes(town: Town) -> None:
    assert "图" in await town.say("xiaolu", f"晒单 {TEXT}")
    town.wait(9 * MINUTE)
    assert "匿名授权" in await town.tell("xiaolu", "", "green")
    assert len((await town.one()).pictures) == 1


async def test_a_picture_that_comes_later_or_elsewhere_is_not_taken(town: Town) -> None:
    await town.say("xiaolu", f"晒单 {TEXT}")
    assert await town.say("xiaolu", "", "green") == ""
    assert await town.tell("aqing", "", "green") == ""
    town.wait(11 * MINUTE)
    assert await town.tell("xiaolu", "", "green") == ""
    assert (await town.one()).pictures == ()
    assert town.on_disk() == []


async def test_his_word_before_the_picture_asks_for_it_and_waits_anew(town: Town) -> None:
    await town.say("xiaolu", f"晒单 {TEXT}")
    town.wait(HOUR)
    assert "图" in await town.say("xiaolu", "授权")
    assert (await town.one()).state is State.ASKED
    await town.tell("xiaolu", "", "green")
    await town.say("xiaolu", "授权")
    assert (await town.one()).state is State.WAITING


async def test_the_same_picture_twice_is_one_and_too_many_are_not_kept(town: Town) -> None:
    town.shelf.files["yellow"] = photo("yellow")
    await town.say("xiaolu", f"晒单 {TEXT}", "green", "green", "red", "blue")
    assert len((await town.one()).pictures) == 3
    assert "3 张" in await town.tell("xiaolu", "", "yellow")
    assert town.on_disk() == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("body", "hint"),
    [(None, "单独发"), (b"GIF89a not ours", "JPEG"), (b"\xff" * (5 * 1024 * 1024 + 1), "JPEG")],
    ids=["gone", "another kind", "too large"],
)
async def test_a_picture_that_is_of_no_use_is_told_why_and_may_come_again(
    town: Town, body: bytes | None, hint: str
) -> None:
    if body is not None:
        town.shelf.files["bad"] = body
    answer = await town.say("xiaolu", f"晒单 {TEXT}", "bad")
    assert hint in answer, answer
    assert "授权" not in answer, "nothing to agree to yet"
    assert "授权" in await town.tell("xiaolu", "", "green")


async def test_a_film_in_private_is_not_ours(town: Town) -> None:
    await town.say("xiaolu", f"晒单 {TEXT}")
    event = make_event(kind=EventKind.MEDIA, place=Place.PRIVATE)
    await town.pipeline.ask(replace(event, media=(MediaRef(MediaKind.VIDEO, "green"),)))
    assert (await town.one()).pictures == ()


# ---- the author's word


async def test_his_word_sends_it_to_the_reviewers_who_are_told_once(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    assert await town.letters("ayun") == []
    await town.say("xiaolu", "匿名授权")
    assert (await town.one()).consent is Consent.ANONYMOUS
    await town.say("xiaolu", "授权 1")
    assert (await town.one()).consent is Consent.NAMED
    for staff in ("ayun", "tangyuan"):
        (letter,) = await town.letters(staff)
        assert "投稿箱 1" in letter
        assert "面霜" not in letter, "his words are shown to who asks for them"


async def test_of_several_the_one_is_named(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    await town.say("xiaolu", f"投稿 {OTHER_TEXT}")
    assert "授权 1" in await town.say("xiaolu", "授权")
    await town.say("xiaolu", "授权 2")
    assert [one.state for one in await town.all()] == [State.ASKED, State.WAITING]


@pytest.mark.parametrize("typed", ["授权 给你们用啦", "授权 1 但是别发朋友圈", "授权 不同意"])
async def test_a_sentence_is_not_taken_for_a_yes(town: Town, typed: str) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    assert "授权 12" in await town.say("xiaolu", typed)
    assert (await town.one()).consent is None


async def test_who_has_sent_nothing_in_agrees_to_nothing(town: Town) -> None:
    await town.say("xiaolu", f"投稿 {TEXT}")
    for typed in ("授权", "授权 1", "匿名授权 7"):
        assert "没有" in await town.say("aqing", typed)
    assert (await town.one()).consent is None


async def test_a_named_author_may_become_nobody_later(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "通过投稿 1")
    (item,) = await town.submissions.adopted()
    assert "xiaolu" not in item.text
    await town.say("xiaolu", "匿名授权 1")
    (item,) = await town.submissions.adopted()
    assert "一位群友" in item.text


async def test_my_submissions_are_told_in_private_with_how_they_stand(town: Town) -> None:
    assert "没有投过" in await town.say("xiaolu", "我的投稿")
    await town.say("xiaolu", f"投稿 {TEXT}")
    assert "单独" in await town.say("xiaolu", "我的投稿")
    (told,) = await town.letters("xiaolu")
    assert "1 号" in told
    assert "等你点头" in told


# ---- withdrawing


async def test_a_withdrawn_one_is_gone_with_its_pictures(town: Town) -> None:
    await town.send_in()
    await town.tell("ayun", "通过投稿 1")
    answer = await town.say("xiaolu", "撤回投稿 1")
    assert "已经发" in answer or "以前发出去" in answer, "what was posted stays, and he is told"
    assert await town.submissions.adopted() == ()
    assert town.on_disk() == []
    assert (await town.one()).text == ""
    assert "没有可以撤回" in await town.say("xiaolu", "撤回投稿 1")


async def test_nobody_else_withdraws_it(town: Town) -> None:
    await town.send_in()
    assert "没有可以撤回" in await town.say("aqing", "撤回投稿 1")
    assert (await town.one()).state is State.WAITING
    assert "12" in await town.say("xiaolu", "撤回投稿")


async def test_all_are_withdrawn_by_one_word(town: Town) -> None:
    await town.send_in()
    await town.send_in("xiaolu", OTHER_TEXT, "red")
    await town.send_in("aqing", "我在北方，冬天的时候会多用一层面霜，很舒服", "blue")
    assert "2 条" in await town.say("xiaolu", "撤回全部投稿")
    assert [one.state for one in await town.all()] == [
        State.WITHDRAWN,
        State.WITHDRAWN,
        State.WAITING,
    ]
    assert town.on_disk() == ["3"]


# ---- likes


async def test_others_like_what_is_in_the_library(town: Town) -> None:
    await town.send_in()
    assert "没有 1 号" in await town.say("aqing", "赞 1")
    await town.tell("ayun", "通过投稿 1")
    assert "1 号" in await town.say("aqing", "赞 1")
    assert "1 号" in await town.say("aqing", "赞1")
    assert "自己" in await town.say("xiaolu", "赞 1")
    assert await read_value(town.store, "SELECT count(*) FROM submission_like") == 1


async def test_praise_without_a_number_is_talk(town: Town) -> None:
    for typed in ("赞", "赞！", "赞 真好", "点赞", "精华怎么用", "精华", "精华 30ml 多少钱"):
        await town.say("xiaolu", typed)
    assert len(town.pipeline.seen.texts) == 7


# ---- the clock


async def test_without_a_word_in_time_it_is_dropped_and_he_is_told(town: Town) -> None:
    await town.say("xiaolu", f"晒单 {TEXT}", "green")
    await town.run_for(timedelta(hours=71, minutes=59))
    assert (await town.one()).state is State.ASKED
    await town.run_for(timedelta(hours=72))
    one = await town.one()
    assert (one.state, one.text) == (State.DROPPED, "")
    assert town.on_disk() == []
    (letter,) = await town.letters("xiaolu")
    assert "72" in letter
    await town.run_for(timedelta(hours=200))
    assert len(await town.letters("xiaolu")) == 1
