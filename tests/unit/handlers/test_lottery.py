"""抽奖 as members meet it: by words alone, by a tap, at its time, with the proof."""

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.events import EventKind, Place
from bot.core.messages import Card, CardUpdate, plain_text
from bot.handlers.lottery import LotteryHandlers, choose, judge
from bot.handlers.lottery_job import LotteryJob
from bot.handlers.purchases import Teller
from bot.handlers.shop import ShopHandlers
from bot.handlers.shop_desk import ShopDeskHandlers
from bot.handlers.shop_job import ShopJob
from bot.members.roster import MoveKind
from bot.platforms.limits import CARD_TASK_ID
from bot.rewards.ledger.statement import Statements
from bot.rewards.levels import Levels
from bot.rewards.lottery.lotteries import Lotteries, QuizAnswer
from bot.rewards.lottery.promises import Promises
from bot.rewards.lottery.rounds import Round
from bot.rewards.lottery.terms import hash_of
from bot.rewards.redemption.redemptions import Redemptions
from bot.settings.pages import Pages
from bot.settings.schema.rewards.lottery import Lottery, Quiz
from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, NOW, make_event
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import read_value
from tests.unit.rewards.lottery.support import blank, gift, lottery, prize

ENDS = NOW + 3 * DAY


class Stage:
    """A group with some members, and lotteries that run there."""

    def __init__(self, store: Store, *running: Lottery) -> None:
        settings = brand()
        rewards = settings.rewards.model_copy(update={"lotteries": running})
        self.live = Live(replace(settings, rewards=rewards))
        self.lotteries = Lotteries(store, random.Random(1))
        pages = Pages(self.live, "http://127.0.0.1")
        pipeline = Pipeline(store, live=self.live)
        shop, teller = Redemptions(store, random.Random(2)), Teller(pipeline.voice, pipeline.roster)
        books = Statements(store), Levels(store)
        routes = (
            *LotteryHandlers(pipeline.voice, self.lotteries, shop, pages).routes(),
            *ShopHandlers(pipeline.voice, shop, *books, teller).routes(),
            *ShopDeskHandlers(pipeline.voice, shop, teller).routes(),
        )
        self.pipeline = Pipeline(store, *routes, live=self.live)
        self.shop_job = ShopJob(store, shop, teller, self.live)
        promises = Promises(self.lotteries, self.pipeline.clock)
        self.job = LotteryJob(
            store, self.lotteries, promises, pipeline.roster, pipeline.voice, pages, self.live
        )

    async def open(self, *members: str) -> None:
        await self.pipeline.roster.mark_synced(GROUP, NOW)
        for member in members:
            await self.pipeline.join(member, MoveKind.FOUND)
        await self.job.run(NOW)

    async def say(self, text: str, user: str = "xiaolu", **more: Any) -> str:
        answer = await self.pipeline.ask(make_event(text, user=user, **more))
        return "" if answer is None else plain_text(answer)

    async def tell(self, text: str, user: str = "xiaolu", **more: Any) -> str:
        return await self.say(text, user, place=Place.PRIVATE, **more)

    async def notes_to(self, user: str) -> list[str]:
        outbox = await self.pipeline.outbox()
        return [plain_text(it.message) for it in outbox if it.target.address == user]

    async def pass_to(self, now: datetime) -> None:
        self.pipeline.clock.advance(now - self.pipeline.clock.now())
        await self.job.run(now)
        await self.shop_job.run(now)

    async def posts(self) -> list[str]:
        outbox = await self.pipeline.outbox()
        return [plain_text(it.message) for it in outbox if it.key.startswith("lottery/")]

    async def round(self) -> Round:
        found = await self.lotteries.find_round("box", None)
        assert found is not None
        return found


def sure(**changes: Any) -> Lottery:
    """A lottery whose every draw wins ten points."""
    settings = {"groups": [GROUP], "ends_at": "2026-11-28 12:00"} | changes
    return lottery(prize(stock=50), **settings)


def cream(**changes: Any) -> Lottery:
    """A gift that is drawn among entrants."""
    settings = {"groups": [GROUP], "ends_at": "2026-11-28 12:00", "draws": 1} | changes
    return lottery(gift("cream", weight=0, stock=1), **({"mode": "at_time"} | settings))


async def test_without_a_lottery_it_says_so(store: Store) -> None:
    stage = Stage(store)
    await stage.open("xiaolu")
    said = (await stage.say("抽奖")).splitlines()[0]
    assert said in texts_of(stage.pipeline, "lottery.none", name="xiaolu")


async def test_the_start_is_announced_once_with_the_seeds_hash(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("xiaolu")
    await stage.job.run(NOW)
    found = await stage.round()
    (post,) = await stage.posts()
    assert found.seed_hash in post
    assert found.seed not in post
    assert "小样盲盒" in post


async def test_a_lottery_is_found_and_drawn_by_words_alone(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("xiaolu")
    listed = await stage.say("抽奖")
    assert "1. 小样盲盒" in listed
    assert "奖品 ten 50 份（100%）" in listed
    assert f"/m/{GROUP}/lottery/box/1" in listed
    assert "10 分" in await stage.say("抽奖 1")
    assert "20 分" in await stage.say("抽奖 盲盒")
    assert ("draw", "lottery 1") in await stage.pipeline.acts()


async def test_a_tap_draws_and_changes_the_members_card(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("xiaolu")
    card = await stage.pipeline.ask(make_event("抽奖"))
    assert isinstance(card, Card)
    assert CARD_TASK_ID.fullmatch(card.task_id), "the platform refuses other ids"
    tap = make_event(kind=EventKind.TAPPED, button=card.buttons[0].key, task_id=card.task_id)
    changed = await stage.pipeline.ask(tap)
    assert isinstance(changed, CardUpdate)
    assert "奖品 ten" in changed.card.title
    assert changed.card.task_id == card.task_id


async def test_the_same_message_again_draws_nothing_more(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("xiaolu")
    await stage.pipeline.bring(*[make_event("抽奖 1", key="once") for _ in range(3)])
    assert await read_value(store, "SELECT count(*) FROM lottery_draw") == 1


async def test_a_name_that_fits_nothing_gets_the_list(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("xiaolu")
    assert "1. 小样盲盒" in await stage.say("抽奖 汽车")


async def test_the_owner_does_not_draw_and_is_told_why(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open("tangyuan")
    await stage.pipeline.roster.appoint(stage.live.current, NOW)
    assert "小样盲盒" in await stage.say("抽奖 1", user="tangyuan")
    assert await read_value(store, "SELECT count(*) FROM lottery_draw") == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fee_points": 7}, "7 分"),
        ({"mode": "checkin"}, "签到"),
        ({"starts_at": "2026-11-26 09:30"}, "11-26 09:30"),
    ],
)
async def test_a_refusal_says_why_and_when_it_will_work(
    store: Store, changes: dict[str, Any], told: str
) -> None:
    stage = Stage(store, sure(**changes))
    await stage.open("xiaolu")
    assert told in await stage.say("抽奖 1")


async def test_the_second_draw_of_a_day_is_told_when_the_next_one_is(store: Store) -> None:
    stage = Stage(store, sure(draws_a_day=1))
    await stage.open("xiaolu")
    await stage.say("抽奖 1")
    assert "11-26 04:00" in await stage.say("抽奖 1")


QUIZ = {
    "mode": "quiz",
    "quiz": {"question": "先看什么？", "choices": ["价格", "成分"], "answers": ["B"]},
}


async def test_a_right_answer_draws(store: Store) -> None:
    stage = Stage(store, sure(**QUIZ))
    await stage.open("xiaolu")
    asked = await stage.say("抽奖 1")
    assert "先看什么？" in asked
    assert "B. 成分" in asked
    assert "10 分" in await stage.say("抽奖 1 b")


async def test_a_wrong_answer_says_when_to_come_again(store: Store) -> None:
    stage = Stage(store, sure(**QUIZ))
    await stage.open("xiaolu")
    assert "11-26 04:00" in await stage.say("抽奖 1 A")
    assert "11-26 04:00" in await stage.say("抽奖 1 B")


async def test_winners_are_named_with_the_proof_and_only_once(store: Store) -> None:
    stage = Stage(store, cream())
    await stage.open("xiaolu", "aqing")
    entered = await stage.say("抽奖 1")
    assert "11-28 12:00" in entered
    assert "11-28 12:00" in await stage.say("抽奖 1"), "that he is in it already"
    await stage.say("抽奖 1", user="aqing")
    await stage.job.run(ENDS)
    await stage.job.run(ENDS)
    found, posts = await stage.round(), await stage.posts()
    assert len(posts) == 2
    assert hash_of(found.seed) == found.seed_hash
    for part in (found.seed, found.seed_hash, found.entrants_hash, "奖品 sample"[:2]):
        assert part in posts[1]
    assert ("xiaolu" in posts[1]) is not ("aqing" in posts[1])


async def test_a_crash_between_drawing_and_telling_is_made_up(store: Store) -> None:
    stage = Stage(store, cream())
    await stage.open("xiaolu")
    await stage.say("抽奖 1")
    settings = stage.live.current
    await stage.lotteries.settle(ENDS, rules=settings.rewards, zone=settings.zone)
    assert len(await stage.posts()) == 1
    await stage.job.run(ENDS)
    assert len(await stage.posts()) == 2


async def test_nothing_is_said_in_the_quiet_hours_and_it_is_said_after(store: Store) -> None:
    stage = Stage(store, sure())
    night = NOW + timedelta(hours=12)
    await stage.job.run(night)
    assert await stage.posts() == []
    morning = await stage.job.next_due(night)
    assert morning == night + timedelta(hours=8)
    await stage.job.run(morning)
    assert len(await stage.posts()) == 1
    assert await stage.job.next_due(morning) == ENDS


ADDRESS = "小鹿 13912345678 上海市徐汇区漕溪北路 1 号 502"


async def won_cream(stage: Stage) -> None:
    """小鹿 alone takes part and wins, win 1; a day later she is back."""
    await stage.open("xiaolu", "ayun")
    await stage.pipeline.roster.appoint(stage.live.current, NOW)
    await stage.say("抽奖 1")
    await stage.pass_to(ENDS)
    await stage.pass_to(ENDS + DAY)


async def test_a_gift_is_claimed_addressed_in_private_sent_and_told(store: Store) -> None:
    stage = Stage(store, cream())
    await won_cream(stage)
    now: dict[str, Any] = {"at": ENDS + DAY}
    assert "领奖 1" in await stage.say("我的奖品", **now)
    assert "编号" in await stage.say("领奖 99", **now)
    claimed = await stage.say("领奖", **now)
    assert "奖品 cream" in claimed
    assert "12-05 12:00" in claimed, "until when the address is waited for"
    (asked,) = await stage.notes_to("xiaolu")
    assert "收件人 手机 详细地址" in asked
    assert "已领" in await stage.say("我的奖品", **now)
    assert "奖品 cream" in await stage.tell(ADDRESS, **now)
    (order,) = await stage.notes_to("ayun")
    assert "奖品 cream" in order
    assert ADDRESS not in order
    assert "在准备" in (again := await stage.say("领奖 1", **now)) or "我的兑换" in again
    assert "1 号 奖品 cream" in await stage.tell("待发货", "ayun", **now)
    assert "SF1" in await stage.tell("发货 1 SF1", "ayun", **now)
    assert "SF1" in (await stage.notes_to("xiaolu"))[-1]
    assert_stored_books_are_right(store)


async def test_who_claims_again_without_an_address_is_asked_again(store: Store) -> None:
    stage = Stage(store, cream())
    await won_cream(stage)
    for _ in range(2):
        assert "收件人 手机 详细地址" in await stage.tell("领奖 1", at=ENDS + DAY)


async def test_without_an_address_the_gift_goes_and_the_winner_is_told(store: Store) -> None:
    stage = Stage(store, cream())
    await won_cream(stage)
    await stage.say("领奖", at=ENDS + DAY)
    await stage.pass_to(ENDS + 7 * DAY)
    told = (await stage.notes_to("xiaolu"))[-1]
    assert "12-05 12:00" in told
    assert "分" not in told.replace("积分", ""), "there are no points to give back"
    await stage.job.run(ENDS + 7 * DAY)
    assert "过时没领" in await stage.say("我的奖品", at=ENDS + 7 * DAY)
    assert_stored_books_are_right(store)


async def test_a_claim_that_is_cancelled_can_be_made_again(store: Store) -> None:
    stage = Stage(store, cream())
    await won_cream(stage)
    await stage.say("领奖", at=ENDS + DAY)
    assert "领奖 1" in await stage.say("取消兑换 1", at=ENDS + DAY)
    assert "没寄" in await stage.tell("我的兑换", at=ENDS + DAY)
    assert "奖品 cream" in await stage.say("领奖", at=ENDS + DAY)


async def test_the_staff_is_told_of_a_gift_that_it_owes_and_the_gift_stays(store: Store) -> None:
    stage = Stage(store, cream())
    await won_cream(stage)
    await stage.say("领奖", at=ENDS + DAY)
    await stage.tell(ADDRESS, at=ENDS + DAY)
    due = ENDS + DAY + timedelta(days=stage.live.current.rewards.shop.ship_days)
    assert await stage.shop_job.next_due(ENDS + DAY) == due
    for _ in range(2):
        await stage.pass_to(due)
    assert len(await stage.notes_to("ayun")) == 2, "the order, and once that it is late"
    assert await stage.shop_job.next_due(due) is None
    assert "1 号 奖品 cream" in await stage.tell("待发货", "ayun", at=due)
    given_back = await stage.tell("退回 1 没货了", "ayun", at=due)
    assert "没有积分要退" in given_back
    assert "没货了" in (await stage.notes_to("xiaolu"))[-1]


async def test_a_coupon_that_was_won_arrives_as_a_code_in_private_and_lapses_aloud(
    store: Store,
) -> None:
    off = prize("off", kind="coupon", amount=1, value_fen=2000, stock=1)
    stage = Stage(store, lottery(off, groups=[GROUP], ends_at="2026-11-28 12:00"))
    await stage.open("xiaolu")
    await stage.say("抽奖 1")
    assert await stage.shop_job.next_due(NOW) == NOW
    for _ in range(2):
        await stage.pass_to(NOW)
    (given,) = await stage.notes_to("xiaolu")
    assert "减 20 元" in given
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", given)
    assert code
    assert code[0] in await stage.tell("我的兑换")
    await stage.pass_to(NOW + 30 * DAY)
    assert "过期" in (await stage.notes_to("xiaolu"))[-1]
    assert_stored_books_are_right(store)


async def test_what_nobody_claims_is_told_to_go_to_the_next(store: Store) -> None:
    stage = Stage(store, cream(claim_days=2))
    await stage.open("xiaolu", "aqing")
    await stage.say("抽奖 1")
    await stage.say("抽奖 1", user="aqing")
    await stage.job.run(ENDS)
    await stage.job.run(ENDS + 2 * DAY)
    await stage.job.run(ENDS + 2 * DAY)
    *_, ended, second = await stage.posts()
    assert ("xiaolu" in ended) is not ("xiaolu" in second)
    assert "11-29" not in second
    assert "12-02 12:00" in second


async def test_a_weekly_lottery_begins_anew_with_another_seed(store: Store) -> None:
    weekly = lottery(
        prize(), blank(), groups=[GROUP], ends_at=None, weekly={"day": "sat", "at": "12:00"}
    )
    stage = Stage(store, weekly)
    await stage.open()
    first = await stage.round()
    assert first.terms.ends_at == ENDS
    await stage.job.run(ENDS)
    second = await stage.round()
    assert (second.number, second.terms.ends_at) == (2, ENDS + 7 * DAY)
    assert second.seed != first.seed


async def test_an_edit_while_it_runs_changes_no_draw_unless_it_is_fair(store: Store) -> None:
    stage = Stage(store, sure())
    await stage.open()
    for stock, version in ((49, 1), (60, 2), (50, 2)):
        changed = lottery(prize(stock=stock), groups=[GROUP], ends_at="2026-11-28 12:00")
        rewards = stage.live.current.rewards.model_copy(update={"lotteries": (changed,)})
        stage.live.change(rewards=rewards)
        await stage.job.run(NOW)
        assert (await stage.round()).version == version


def test_an_answer_counts_by_its_letter_or_its_words() -> None:
    quiz = Quiz.model_validate(QUIZ["quiz"])
    assert judge(quiz, "b。") is QuizAnswer.RIGHT
    assert judge(quiz, "成分") is QuizAnswer.RIGHT
    assert judge(quiz, "A") is QuizAnswer.WRONG
    assert judge(quiz, "") is QuizAnswer.NONE
    free = Quiz.model_validate({"question": "?", "answers": ["烟酰胺"]})
    assert judge(free, "烟酰胺!") is QuizAnswer.RIGHT


async def test_the_number_of_a_lottery_is_its_place_in_the_file_whatever_was_published_first(
    store: Store,
) -> None:
    evening = sure(key="evening", title="周六晚局")
    stage = Stage(store, evening)
    await stage.open("xiaolu")
    rewards = stage.live.current.rewards.model_copy(update={"lotteries": (sure(), evening)})
    stage.live.change(rewards=rewards)
    await stage.job.run(NOW)

    listed = await stage.say("抽奖")

    assert listed.index("1. 小样盲盒") < listed.index("2. 周六晚局")
    assert "周六晚局" in await stage.say("抽奖 2")


async def test_a_lottery_keeps_its_number_when_the_one_before_it_does_not_run(store: Store) -> None:
    elsewhere = sure().model_copy(update={"groups": ("owners",)})
    stage = Stage(store, elsewhere, sure(key="evening", title="周六晚局"))
    await stage.open("xiaolu")

    assert "2. 周六晚局" in await stage.say("抽奖")
    assert "例如：抽奖 2\n2. 周六晚局" in await stage.say("抽奖 1")


async def test_one_is_chosen_by_number_or_by_a_part_of_its_title(store: Store) -> None:
    stage = Stage(store, sure(), sure(key="evening", title="周六晚局"))
    await stage.open()
    running = dict(enumerate(await stage.lotteries.read_open(), start=1))
    assert choose(running, "2 B") == (2, "B")
    assert choose(running, "晚局") == (2, "")
    assert choose(running, "3") is None
    assert choose(running, "") is None
