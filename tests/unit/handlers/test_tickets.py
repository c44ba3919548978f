"""Calls for a person, as members, staff and the job meet them; the platform's own people too."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.events import Place
from bot.core.messages import HandOver, Message, Text
from bot.core.metrics import Metrics
from bot.handlers.ticket_words import cut, moment, span
from bot.handlers.tickets.calling import CallHandlers
from bot.handlers.tickets.desk import DeskHandlers
from bot.handlers.tickets.follow_up import TicketJob
from bot.members.tickets.tickets import Tickets
from bot.store.db import Store
from tests.support.brand import brand
from tests.support.events import APP, DAY, GROUP, HOUR, MINUTE, NOW, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import read_value


class Town:
    """小鹿 and 阿晴 are in the group, 汤圆 owns it, 阿云 is the operator."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.pipeline = Pipeline(store)
        place = self.pipeline
        self.metrics = Metrics()
        self.tickets = Tickets(store)
        calls = CallHandlers(place.voice, self.tickets)
        desk = DeskHandlers(place.voice, self.tickets, place.roster, place.choices, self.metrics)
        routes = (*calls.first_routes(), *calls.routes(), *desk.routes(), *place.routes)
        place.dispatcher._routes = routes
        self.job = TicketJob(self.tickets, place.roster, place.choices, place.voice, place.live)

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.pipeline.live.current, NOW)
        for user in ("xiaolu", "aqing", "ayun", "tangyuan"):
            await self.pipeline.join(user)

    async def tell(self, user: str, typed: str) -> str:
        """Somebody writes to the app; its answer."""
        return words(await self.pipeline.ask(make_event(typed, user=user, place=Place.PRIVATE)))

    async def say(self, user: str, typed: str) -> str:
        """Somebody writes in the group; the robot's answer."""
        return words(await self.pipeline.ask(make_event(typed, user=user)))

    async def letters(self, to: str) -> list[str]:
        """What was written to somebody in private beside answers."""
        return [
            words(one.message) for one in await self.pipeline.outbox() if one.target.address == to
        ]

    async def run_for(self, span: timedelta) -> None:
        """Let the job do everything that is due until so long after the start."""
        while (due := await self.job.next_due(NOW)) is not None and due <= NOW + span:
            await self.job.run(due)


def words(message: Message | None) -> str:
    return message.text if isinstance(message, Text | HandOver) else ""


@pytest.fixture
async def town(store: Store) -> Town:
    town = Town(store)
    await town.open()
    return town


async def test_the_operators_are_told_until_others_are_named_for_duty(town: Town) -> None:
    await town.tell("xiaolu", "人工")
    assert (len(await town.letters("ayun")), len(await town.letters("tangyuan"))) == (1, 0)

    live = town.pipeline.live
    manners = live.current.persona.manners
    tickets = manners.tickets.model_copy(update={"on_duty": ("tangyuan",)})
    manners = manners.model_copy(update={"tickets": tickets})
    live.change(persona=live.current.persona.model_copy(update={"manners": manners}))
    await town.tell("aqing", "人工")

    assert (len(await town.letters("ayun")), len(await town.letters("tangyuan"))) == (1, 1)


async def test_what_was_asked_in_the_group_is_answered_in_private(town: Town) -> None:
    await town.say("xiaolu", "人工 少了一件")
    told = await town.tell("ayun", "回复 1 明天补发")
    assert "1 号" in told
    (answer,) = await town.letters("xiaolu")
    assert "明天补发" in answer
    assert "同事 ayun" in answer, "marked as a colleague's"


async def test_who_cannot_be_written_to_is_not_counted_as_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.say("xiaolu", "人工")
    settings = town.pipeline.live.current
    monkeypatch.setattr(type(settings), "private_place", lambda *_: None)
    monkeypatch.setattr(type(settings), "remark_place", lambda *_: None)
    assert "没有路" in await town.tell("ayun", "回复 1 你好")
    assert await read_value(town.store, "SELECT state FROM ticket") == "open"


async def test_without_a_private_road_the_group_is_told_naming_the_member(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.say("xiaolu", "人工")
    monkeypatch.setattr(type(town.pipeline.live.current), "private_place", lambda *_: None)
    await town.tell("ayun", "回复 1 你好")
    (post,) = [one for one in await town.pipeline.outbox() if "answer_to" in one.key]
    assert isinstance(post.message, Text)
    assert post.message.mentions == ("xiaolu",)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("接单", "接单 12"),
        ("接单 第一个", "接单 12"),
        ("回复 1", "回复 12"),
        ("回复 你好", "回复 12"),
        ("结单 99", "没有这个编号"),
        ("接单 99", "没有这个编号"),
        ("回复 99 你好", "没有这个编号"),
    ],
)
async def test_what_the_staff_types_wrongly_is_told_how(town: Town, typed: str, hint: str) -> None:
    assert hint in await town.tell("ayun", typed)


@pytest.mark.parametrize(
    "typed", ["回复 1 好的", "回复 1号 好的", "回复 #1：好的", "回复1 好的", "回复 1，“好的”"]
)
async def test_a_number_is_read_however_it_is_written(town: Town, typed: str) -> None:
    await town.tell("xiaolu", "人工")
    await town.tell("ayun", typed)
    assert any("好的" in letter for letter in await town.letters("xiaolu"))


async def test_the_first_answer_is_measured_once(town: Town) -> None:
    await town.tell("xiaolu", "人工")
    town.pipeline.clock.advance(10 * MINUTE)
    for text in ("在的", "还有吗"):
        await town.tell("ayun", f"回复 1 {text}")
    metrics = town.metrics.render().decode()
    assert "yutang_ticket_first_answer_seconds_count 1.0" in metrics
    assert "yutang_ticket_first_answer_seconds_sum 600.0" in metrics
    numbers = await town.tickets.read_numbers(GROUP, NOW - DAY)
    assert (numbers.opened, numbers.answered, numbers.first_answer_seconds) == (1, 1, 600)


async def test_who_took_a_call_is_reminded_of_it_alone(town: Town) -> None:
    await town.tell("xiaolu", "人工")
    await town.tell("tangyuan", "接单 1")
    before = len(await town.letters("ayun"))
    await town.run_for(20 * MINUTE)
    assert len(await town.letters("ayun")) == before
    assert "还在等" in (await town.letters("tangyuan"))[-1]


async def test_a_crash_between_two_looks_repeats_nothing(town: Town) -> None:
    await town.tell("xiaolu", "人工")
    due = await town.job.next_due(NOW)
    assert due is not None
    await town.job.run(due)
    told = len(await town.pipeline.outbox())
    await town.job.run(due)
    assert len(await town.pipeline.outbox()) == told


async def test_what_is_answered_or_over_asks_nobody(town: Town) -> None:
    await town.tell("xiaolu", "人工")
    await town.tell("ayun", "回复 1 好了")
    told = len(await town.pipeline.outbox())
    await town.run_for(10 * DAY)
    assert len(await town.pipeline.outbox()) == told
    assert await read_value(town.store, "SELECT state FROM ticket") == "closed"
    assert await town.job.next_due(NOW + 10 * DAY) is None


async def test_words_of_danger_are_kept_with_the_ticket_alone(town: Town) -> None:
    assert "12356" in await town.tell("xiaolu", "我不想活了")
    assert town.pipeline.seen.texts == []
    stored = await read_value(town.store, "SELECT event FROM inbox")
    assert "不想活" not in str(stored)
    assert await read_value(town.store, "SELECT text FROM ticket_line") == "我不想活了"
    assert await read_value(town.store, "SELECT urgent FROM ticket") == 1


async def test_where_the_platform_has_people_they_take_over(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = town.pipeline.live.current
    table = replace(settings.table(APP), hands_over=True)
    monkeypatch.setattr(type(settings), "table", lambda *_: table)
    event = make_event("人工", place=Place.PRIVATE)
    assert isinstance(await town.pipeline.ask(event), HandOver)
    assert await read_value(town.store, "SELECT count(*) FROM ticket") == 0
    assert "想找真人" in (await town.letters("ayun"))[-1]


# ---- how moments and waits are named


def say(template: str, **slots: object) -> str:
    return brand().persona.templates[template][0].format(**slots)


@pytest.mark.parametrize(
    ("at", "named"),
    [
        (NOW, "今天 12:00"),
        (NOW + 11 * HOUR, "今天 23:00"),
        (NOW + 12 * HOUR, "明天 00:00"),
        (NOW + 2 * DAY, "11月27日 12:00"),
    ],
)
def test_a_moment_is_named_as_people_do(at: datetime, named: str) -> None:
    assert moment(say, brand(), at, NOW) == named


@pytest.mark.parametrize(
    ("seconds", "named"),
    [(5, "1 分钟"), (60 * 45, "45 分钟"), (60 * 119, "119 分钟"), (3600 * 2, "2 小时")],
)
def test_a_wait_is_named_in_minutes_then_in_hours(seconds: float, named: str) -> None:
    assert span(say, seconds) == named


def test_long_words_are_cut_in_a_list() -> None:
    assert cut("短") == "短"
    assert len(cut("长" * 200)) == 61
