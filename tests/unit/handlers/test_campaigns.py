"""Campaigns as members and staff meet them: what is on, seats, the door, perks, and their money."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.campaigns.funds import Funds
from bot.campaigns.perk_desk import Perks
from bot.campaigns.signups import Signups
from bot.core.events import Place
from bot.core.messages import Text
from bot.handlers.campaigns.clock import CampaignJob
from bot.handlers.campaigns.funds import FundHandlers
from bot.handlers.campaigns.perks import PerkHandlers
from bot.handlers.campaigns.seats import SeatHandlers
from bot.handlers.campaigns.showing import CampaignShow
from bot.handlers.checkin import CheckInHandlers
from bot.handlers.packets.sending import PacketSending
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.pipeline.proposals import Proposals
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.statement import Statements
from bot.rewards.packets.packets import Packets
from bot.settings.pages import Pages
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right
from tests.support.brand import Live, brand
from tests.support.events import DAY, HOUR, MINUTE, make_event
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import execute, read_value

CAMPAIGN: dict[str, Any] = {
    "name": "冷静清单",
    "type": "signup",
    "on": "2026-11-26",
    "first_day": -1,
    "last_day": 1,
    "groups": ["hejian"],
    "products": [{"name": "谷雨面霜", "price_fen": 12900, "lowest_fen": 13900}],
    "gifts": ["cream_sample"],
    "points": {"checkin": 200, "talk": 150},
    "budget": {"points": 300, "fen": 20000},
    "perks": [
        {"key": "early", "name": "提前购", "text": "下单时报口令", "code": "HEJIAN12", "quota": 1},
        {"key": "talk", "name": "答疑", "text": "周五直接来问", "quota": 9},
    ],
    "signup": {
        "opens": -1, "closes": 0, "quota": 1, "waitlist": 1, "code": "冷静", "code_day": 0,
        "code_at": "20:00", "code_minutes": 60, "points": 20,
    },
    "posts": [
        {
            "phase": 0, "at": "20:00", "title": "开场", "pillar": "user", "kind": "activity",
            "text": "来啦",
        }
    ],
}  # fmt: skip
RUN = "calm-2026"
T0_EVENING = timedelta(days=1, hours=8)
"""From the beginning of a test, at noon of the campaign's first day, to the opening of the door."""


class Hall:
    """A group with 小鹿, 阿晴 and 沫沫; 阿云 and 汤圆 are operators; 冷静清单 is on."""

    def __init__(self, store: Store, **changes: Any) -> None:
        settings = brand()
        bot = settings.bot.model_copy(update={"operators": ("ayun", "tangyuan")})
        rewards = RewardsFile.model_validate(
            {"packets": {"cash": True}, "shop": settings.rewards.shop.model_dump()}
        )
        file = CampaignFile.model_validate(CAMPAIGN | changes)
        self.live = Live(replace(settings, bot=bot, rewards=rewards, campaigns={"calm": file}))
        self.store = store
        voice = Voice(self.live, random.Random(1))
        self.signups, perks, self.funds = Signups(store), Perks(store), Funds(store)
        roster = Pipeline(store, live=self.live).roster
        pages = Pages(self.live, "http://localhost")
        packets = Packets(store, random.Random(1))
        topics = (
            CampaignShow(voice, self.signups, perks),
            SeatHandlers(voice, self.signups, roster),
            PerkHandlers(voice, perks),
            FundHandlers(voice, self.funds),
            CheckInHandlers(voice, CheckIns(store), Statements(store)),
            PacketSending(voice, packets, Proposals(store), roster, pages),
        )
        routes = [route for topic in topics for route in topic.routes()]
        self.pipeline = Pipeline(store, *routes, live=self.live)
        self.job = CampaignJob(store, self.funds, self.signups, roster, voice, self.live)

    async def open(self) -> None:
        for user in ("xiaolu", "aqing", "momo", "ayun", "tangyuan"):
            await self.pipeline.join(user, MoveKind.FOUND)
        await self.pipeline.roster.appoint(self.live.current, self.pipeline.clock.now())
        await self.tick()

    async def tick(self, span: timedelta = timedelta()) -> None:
        """Time passes, and the clock does its work."""
        self.pipeline.clock.advance(span)
        await self.job.run(self.pipeline.clock.now())

    async def say(self, text: str, user: str = "xiaolu", **more: Any) -> str:
        """What is answered where it was asked."""
        event = make_event(text, user=user, at=self.pipeline.clock.now(), **more)
        answer = await self.pipeline.ask(event)
        assert isinstance(answer, Text), answer
        return answer.text

    async def letters(self) -> list[str]:
        """What was sent elsewhere, in order."""
        sent = await self.pipeline.outbox()
        return [note.message.text for note in sent if isinstance(note.message, Text)]

    def said(self, template: str, user: str = "xiaolu", **slots: object) -> list[str]:
        return list(texts_of(self.pipeline, template, name=user, **slots))

    async def account(self, currency: str = "points") -> int:
        """What the campaign's account holds."""
        query = "SELECT coalesce(max(balance), 0) FROM account WHERE kind = 'campaign'"
        return int(str(await read_value(self.store, f"{query} AND currency = ?", currency)))


@pytest.fixture
async def hall(store: Store) -> Hall:
    hall = Hall(store)
    await hall.open()
    return hall


async def test_a_campaign_is_shown_with_all_that_it_gives(hall: Hall) -> None:
    shown = await hall.say("活动")

    assert "冷静清单（11-25 到 11-27）" in shown
    assert "签到按 200% 得分" in shown
    assert "谷雨面霜 129.00 元" in shown
    assert "神经酰胺面霜小样" in shown
    assert "还有 1 个名额" in shown
    assert "专属福利 2 样" in shown


async def test_before_a_campaign_its_first_day_is_told_and_after_it_nothing(store: Store) -> None:
    coming = Hall(store, on="2026-12-12")
    await coming.open()
    told = coming.said("campaign.next", campaign="冷静清单", day="12-11")
    assert await coming.say("活动") in told
    over = Hall(store, on="2026-11-12")
    await over.open()
    assert await over.say("活动") in over.said("campaign.none")


async def test_a_seat_is_taken_and_the_next_one_waits_and_is_told_when_he_moves_up(
    hall: Hall,
) -> None:
    at = "11-26 20:00"
    taken = await hall.say("我要报名")
    assert taken in hall.said("seat.taken", campaign="冷静清单", number=1, at=at)
    queued = await hall.say("报名", "aqing")
    assert queued in hall.said("seat.queued", "aqing", campaign="冷静清单", place=1)
    full = await hall.say("报名", "momo")
    assert full in hall.said("seat.full", "momo", campaign="冷静清单", quota=1, at=at)

    given_up = await hall.say("取消报名")
    await hall.tick()
    await hall.tick()

    assert given_up in hall.said("seat.given_up", campaign="冷静清单")
    moved = hall.said("seat.moved", "aqing", campaign="冷静清单", number=1, at=at)
    letters = await hall.letters()
    assert len(letters) == 1
    assert letters[0] in moved
    assert ("signed_up", RUN) in await hall.pipeline.acts()


async def test_who_leaves_the_group_frees_his_seat(hall: Hall) -> None:
    await hall.say("报名")
    await hall.say("报名", "aqing")

    await hall.pipeline.join("xiaolu", MoveKind.LEFT)
    assert await hall.job.next_due(hall.pipeline.clock.now()) == hall.pipeline.clock.now()
    await hall.tick()

    (seat,) = await hall.signups.read_held(RUN)
    assert seat.number == 1
    assert len(await hall.letters()) == 1


async def test_the_word_at_the_door_is_worth_points_once(hall: Hall) -> None:
    await hall.say("报名")
    early = await hall.say("活动签到 冷静")
    assert early in hall.said("arrival.not_open", campaign="冷静清单", at="11-26 20:00")
    await hall.tick(T0_EVENING)

    assert await hall.say("活动签到 着急") in hall.said("arrival.wrong", left=4)
    done = await hall.say("活动签到　冷静！")
    assert done in hall.said("arrival.done", campaign="冷静清单", points=20)
    again = await hall.say("活动签到 冷静")
    assert again in hall.said("arrival.already", campaign="冷静清单")
    stranger = await hall.say("活动签到 冷静", "aqing")
    assert stranger in hall.said("arrival.no_seat", "aqing", campaign="冷静清单")
    assert await hall.account() == 280
    assert_stored_books_are_right(hall.store)


async def test_what_is_missing_behind_a_word_is_told(hall: Hall) -> None:
    assert await hall.say("活动签到") in hall.said("arrival.bad_form")
    assert await hall.say("领福利") in hall.said("perk.which")
    assert await hall.say("领福利 7") in hall.said("perk.which")
    listed = hall.said("seat.which", names="1 冷静清单", command="报名")
    assert await hall.say("报名 别的") in listed


async def test_the_owner_sees_who_comes_and_the_group_does_not(hall: Hall) -> None:
    await hall.say("报名")
    await hall.say("报名", "aqing")
    await hall.tick(T0_EVENING)
    await hall.say("活动签到 冷静")

    told = await hall.say("报名名单", "tangyuan")

    assert told in hall.said("campaign.sent", "tangyuan")
    (letter,) = await hall.letters()
    assert "报名 1/1，已到 1" in letter
    assert "1 号 xiaolu，已到" in letter
    assert "候补：aqing" in letter


async def test_a_perk_is_told_to_its_taker_alone(hall: Hall) -> None:
    shown = await hall.say("专属福利")
    assert "1. 提前购，还剩 1 份" in shown
    assert "HEJIAN12" not in shown

    told = await hall.say("领福利 1")

    assert told in hall.said("perk.sent", perk="提前购", left=0)
    (letter,) = await hall.letters()
    assert "HEJIAN12" in letter
    assert await hall.say("领福利 提前购", "aqing") in hall.said(
        "perk.gone", "aqing", perk="提前购", quota=1
    )


async def test_a_code_is_told_again_on_asking_in_private(hall: Hall) -> None:
    await hall.say("领福利 early")

    again = await hall.say("领福利 early", place=Place.PRIVATE)
    listed = await hall.say("专属福利", place=Place.PRIVATE)

    assert "HEJIAN12" in again
    assert "HEJIAN12" in listed


async def test_a_perk_is_not_told_to_who_has_left(hall: Hall) -> None:
    await hall.pipeline.join("xiaolu", MoveKind.LEFT)

    answer = await hall.say("领福利 1", place=Place.PRIVATE)

    assert "HEJIAN12" not in answer
    assert await read_value(hall.store, "SELECT count(*) FROM campaign_perk") == 0


async def test_a_check_in_pays_more_while_the_campaign_has_it(hall: Hall) -> None:
    answer = await hall.say("签到")

    assert any(line in answer for line in hall.said("checkin.boosted", extra=10))
    assert await hall.account() == 290
    await hall.tick(3 * DAY)
    assert await hall.account() == 0, "when it is over the rest goes back"
    later = await hall.say("签到")
    assert not any(line in later for line in hall.said("checkin.boosted", extra=10))
    assert_stored_books_are_right(hall.store)


async def test_a_packet_is_paid_by_the_campaign_that_is_on(hall: Hall) -> None:
    unknown = await hall.say("发红包 100 4 预算 spring", "tangyuan")
    assert unknown in hall.said("packet.unknown_campaign", "tangyuan", campaign="spring")

    proposed = await hall.say("发红包 100 4 预算 calm", "tangyuan")
    await hall.pipeline.ask(make_event("确认", user="tangyuan", at=hall.pipeline.clock.now()))

    assert "活动预算出，那里现在有 300 分" in proposed
    assert await hall.account() == 200
    short = await hall.say("发红包 300 4 预算 calm", "tangyuan")
    assert "不够发 300 分" in short


async def test_cash_takes_two_steps_and_a_large_sum_two_people(hall: Hall) -> None:
    await hall.say("活动资金 calm 50 元", "ayun")
    await hall.say("活动资金 冷静清单 120.5", "ayun")
    assert await hall.account("fen") == 0

    await hall.say("确认资金 1", "ayun")
    own = await hall.say("确认资金 2", "ayun")
    await hall.say("确认资金 2", "tangyuan")
    again = await hall.say("确认资金 2", "tangyuan")

    assert own in hall.said("fund.same_person", "ayun")
    assert again in hall.said("fund.no_such", "tangyuan")
    assert await hall.account("fen") == 17050
    letters = await hall.letters()
    assert "1 号：给「冷静清单」放 50.00 元现金" in letters[0]
    assert "另一位运营" in letters[1]
    assert "现在有 170.50 元" in letters[3]


@pytest.mark.parametrize(
    ("said", "template", "slots"),
    [
        ("活动资金 spring 5", "packet.unknown_campaign", {"campaign": "spring"}),
        ("活动资金 calm", "fund.bad_form", {}),
        ("活动资金 calm 0", "fund.bad_form", {}),
        ("确认资金 一", "fund.no_such", {}),
        ("确认资金 9", "fund.no_such", {}),
    ],
)
async def test_money_that_makes_no_sense_is_refused_with_the_form(
    hall: Hall, said: str, template: str, slots: dict[str, object]
) -> None:
    assert await hall.say(said, "ayun") in hall.said(template, "ayun", **slots)


async def test_more_cash_than_the_budget_is_refused_with_what_is_left(hall: Hall) -> None:
    await hall.say("活动资金 calm 200.01", "ayun")

    (letter,) = await hall.letters()
    assert letter in hall.said("fund.over_budget", "ayun", budget="200.00", left="200.00")


async def test_the_money_of_campaigns_is_for_operators(hall: Hall) -> None:
    answer = await hall.say("活动资金", "xiaolu")

    assert "活动资金" not in await hall.letters()
    assert answer in hall.said("refused.not_owner", command="活动资金")
    await hall.say("活动资金", "ayun")
    (letter,) = await hall.letters()
    assert "冷静清单（calm）：积分还有 300/300" in letter


async def test_a_cash_packet_that_the_day_does_not_allow_says_when_it_will(hall: Hall) -> None:
    rewards = hall.live.current.rewards
    tight = rewards.budgets.model_copy(
        update={"fen": rewards.budgets.fen.model_copy(update={"a_day": 3000})}
    )
    hall.live.change(rewards=rewards.model_copy(update={"budgets": tight}))
    await hall.say("活动资金 calm 50", "ayun")
    await hall.say("确认资金 1", "ayun")
    for fen in ("2000", "2000"):
        await hall.say(f"发红包 {fen} 4 预算 calm 现金", "tangyuan")
        event = make_event("确认", user="tangyuan", at=hall.pipeline.clock.now())
        answer = await hall.pipeline.ask(event)

    assert isinstance(answer, Text)
    assert answer.text in hall.said(
        "packet.budget_spent", "tangyuan", left="10.00", points="20.00", at="11-26 04:00"
    )


async def test_after_a_crash_everything_is_done_once(hall: Hall) -> None:
    await hall.say("报名", key="same")
    await execute(hall.store, "DELETE FROM inbox WHERE event_key = 'same'")
    await hall.say("报名", key="same")

    assert await read_value(hall.store, "SELECT count(*) FROM campaign_seat") == 1
    restarted = CampaignJob(
        hall.store, Funds(hall.store), hall.signups, hall.pipeline.roster,
        hall.pipeline.voice, hall.live,
    )  # fmt: skip
    await restarted.run(hall.pipeline.clock.now() + MINUTE)
    assert await hall.account() == 300
    assert await read_value(hall.store, "SELECT count(*) FROM campaign_fund") == 1


async def test_the_clock_is_next_needed_when_the_day_turns(hall: Hall) -> None:
    due = await hall.job.next_due(hall.pipeline.clock.now())

    assert due == hall.pipeline.clock.now() + 16 * HOUR, "04:00 of the next day"


async def test_nobody_signs_up_for_what_is_over(store: Store) -> None:
    signup = CAMPAIGN["signup"] | {"closes": 1}
    hall = Hall(store, signup=signup)
    await hall.open()
    await hall.tick(T0_EVENING + HOUR)

    answer = await hall.say("报名")

    assert answer in hall.said("seat.closed", campaign="冷静清单", at="11-26 21:00")
