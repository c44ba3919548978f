"""内容数据 for a group's owner, and the Monday letter to operators."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.messages import Outgoing, Text
from bot.growth.links import KEEP_VISITORS, Links
from bot.handlers.reports import ReportHandlers, ReportJob
from bot.reports.letters import PostLetters
from bot.settings.schema.experiments import Experiment, Outcome
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, make_event
from tests.support.pipeline import Pipeline
from tests.unit.reports.support import Book

MONDAY = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai; the letter tells of 22 to 28 November."""

SUNDAY = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
"""The first post of that week, 08:30 in Shanghai."""

OWNER, MEMBER = "tangyuan", "xiaolu"


class Stage:
    """The example group on a database that a test writes, the handlers and the job."""

    def __init__(self, store: Store) -> None:
        self.live = Live(brand())
        self.store = store
        self._write = store.lane("book", self._run)
        plain = Pipeline(store, live=self.live)
        self.handlers = ReportHandlers(store, plain.voice)
        self.pipeline = Pipeline(store, *self.handlers.routes(), live=self.live)
        self.links = Links(store)
        self.job = self.new_job()

    def new_job(self) -> ReportJob:
        """The job as a program that has just started has it."""
        voice = self.pipeline.voice
        return ReportJob(self.store, PostLetters(self.store), self.links, voice, self.live)

    async def write(self, fill: Callable[[Book], None]) -> None:
        await self._write.submit(fill)

    @staticmethod
    def _run(connection: Connection, fills: Sequence[Callable[[Book], None]]) -> list[None]:
        for fill in fills:
            fill(Book(connection))
        return [None] * len(fills)

    async def ask(self, user: str = OWNER) -> str:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        answer = await self.pipeline.ask(make_event("内容数据", user=user))
        assert isinstance(answer, Text), answer
        return answer.text

    async def letters(self) -> list[Outgoing]:
        return [one for one in await self.pipeline.outbox() if one.key.startswith("reports/")]

    async def letter(self, at: datetime = MONDAY) -> str:
        await self.job.run(at)
        (one,) = await self.letters()
        assert isinstance(one.message, Text)
        return one.message.text


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def days_of_posts(first: datetime, count: int) -> Callable[[Book], None]:
    """A lesson a day, after which two speak."""

    def fill(book: Book) -> None:
        book.members(*range(101, 121), group=GROUP)
        for day in range(count):
            at = first + day * DAY
            book.post(at, group=GROUP)
            for member in (101, 102):
                book.act(member, at + MINUTE, group=GROUP)

    return fill


def well(at: datetime) -> Callable[[Book], None]:
    """Ten more speak after what was posted at ``at``."""

    def fill(book: Book) -> None:
        for member in range(103, 113):
            book.connection.execute(
                "INSERT INTO interaction (member_id, group_key, act, at, event_key)"
                f" VALUES (?, ?, 'message', ?, 'well-{member}')",
                (member, GROUP, int((at + HOUR).timestamp() * 1_000_000)),
            )

    return fill


# ---- 内容数据


async def test_an_owner_reads_what_became_of_the_posts_of_seven_days(stage: Stage) -> None:
    await stage.write(days_of_posts(NOW - 9.5 * DAY, 9))
    await stage.write(well(NOW - 1.5 * DAY))

    told = await stage.ask()

    assert "近 7 天发了 6 条内容" in told
    assert "回应 22 次，开口 22 人次" in told
    assert "没有短链" in told
    assert "行业 6 条：开口 ≈" in told
    assert "最好：" in told
    assert "开口 12，平时 2" in told
    assert "平时是同时段同类型 8 条的中位数" in told
    assert "裂变环节 6/6 条" in told


async def test_without_a_post_that_is_over_there_is_nothing_to_tell(stage: Stage) -> None:
    await stage.write(days_of_posts(NOW - HOUR, 1))

    assert "没有发满一天的内容" in await stage.ask()


async def test_the_figures_are_the_owners(stage: Stage) -> None:
    await stage.write(days_of_posts(NOW - 5 * DAY, 3))

    assert "条内容" not in await stage.ask(MEMBER)


# ---- the letter


async def test_on_monday_the_operators_read_of_the_week_that_ended_on_saturday(
    stage: Stage,
) -> None:
    await stage.write(days_of_posts(SUNDAY - 5 * DAY, 14))
    await stage.write(well(SUNDAY + 4 * DAY))

    told = await stage.letter()

    assert told.startswith("内容周报 11-22 到 11-28，1 个群，7 条")
    assert "开口 24 人次" in told
    assert "禾间护肤小屋 11-26 08:30《title 10》" in told
    assert "开口 12，平时 2" in told
    assert "实验：没有在跑的" in told


async def test_it_is_due_at_half_past_nine_and_not_before(stage: Stage) -> None:
    await stage.write(days_of_posts(SUNDAY, 7))
    before = MONDAY - timedelta(microseconds=1)

    await stage.job.run(before)
    last_week = len(await stage.letters())

    assert await stage.job.next_due(before) == MONDAY
    await stage.job.run(MONDAY)
    assert len(await stage.letters()) == last_week + 1
    assert await stage.job.next_due(MONDAY) == MONDAY + 7 * DAY


async def test_a_week_has_one_letter_whoever_looks_and_how_often(stage: Stage) -> None:
    await stage.write(days_of_posts(SUNDAY, 7))

    for job in (stage.job, stage.job, stage.new_job(), stage.new_job()):
        await job.run(MONDAY)

    assert len(await stage.letters()) == len(stage.live.current.bot.operators)


async def test_two_processes_at_once_send_one_letter(stage: Stage) -> None:
    """Both have looked whether it was sent before either has written that it was."""
    await stage.write(days_of_posts(SUNDAY, 7))

    class Late(PostLetters):
        async def was_sent(self, week: date) -> bool:
            del week
            return False

    for _ in range(2):
        job = stage.new_job()
        job.letters = Late(stage.store)
        await job.run(MONDAY)

    assert len(await stage.letters()) == len(stage.live.current.bot.operators)


async def test_a_letter_that_was_missed_is_made_up_as_it_would_have_been(stage: Stage) -> None:
    await stage.write(days_of_posts(SUNDAY, 9))
    late = MONDAY + 2 * DAY

    assert await stage.job.next_due(late) == late
    assert (await stage.letter(late)).startswith("内容周报 11-22 到 11-28，1 个群，7 条")


async def test_where_nothing_was_ever_posted_nobody_is_written_to(stage: Stage) -> None:
    await stage.job.run(MONDAY)

    assert await stage.letters() == []
    assert await stage.job.next_due(MONDAY) == MONDAY + 7 * DAY


async def test_a_week_without_posts_is_news_where_there_were_some(stage: Stage) -> None:
    await stage.write(days_of_posts(SUNDAY - 7 * DAY, 3))

    assert "这周没有发出内容" in await stage.letter()


async def test_an_experiment_is_told_of_while_it_runs_and_once_when_it_is_over(
    stage: Stage,
) -> None:
    await stage.write(days_of_posts(SUNDAY - 21 * DAY, 50))
    experiment = Experiment(
        key="opening",
        items=("item-1",),
        measure=Outcome.SPEAKERS,
        starts=date(2026, 11, 1),
        ends=date(2026, 12, 6),
    )
    settings = stage.live.current
    stage.live.current = replace(
        settings, calendar=settings.calendar.model_copy(update={"experiments": (experiment,)})
    )
    told = []
    for week in range(4):
        await stage.job.run(MONDAY + week * 7 * DAY)
    for one in await stage.letters():
        assert isinstance(one.message, Text)
        told.append(one.message.text.partition("实验：")[2])

    assert [text.partition("，")[0] for text in told] == [
        "opening 跑到 12-06",
        "opening 跑到 12-06",
        "opening 结束了",
        "没有在跑的",
    ]


# ---- what is forgotten


async def test_visitors_are_forgotten_in_time(stage: Stage) -> None:
    def fill(book: Book) -> None:
        book.opening(book.link(book.post(NOW, group=GROUP), group=GROUP), "someone", NOW)

    await stage.write(fill)
    due = NOW + KEEP_VISITORS
    await stage.job.run(due - DAY)

    assert await stage.job.next_due(due - DAY) == due
    assert await stage.links.next_forgetting() == due
    await stage.job.run(due)
    assert await stage.links.next_forgetting() is None
