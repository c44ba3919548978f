"""排行, 隐身, 现身, and the job that keeps boards and shows them to the group."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.events import Place
from bot.core.ids import EventKey, MemberId, UserId
from bot.core.messages import Drawing, Outgoing, Text
from bot.core.pictures import BoardPicture
from bot.handlers.boards import BoardHandlers, BoardJob
from bot.members.people import PersonRef
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.rewards.boards.boards import Boards
from bot.rewards.checkin.checkins import CheckIns
from bot.settings.settings import Settings
from bot.store.db import Store
from bot.store.fields import to_micros
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, HOUR, NOW, REALM, make_event
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import read_value

MONDAY = datetime(2026, 11, 29, 20, 15, tzinfo=UTC)
"""When the week of ``NOW``, a Wednesday, is kept: a quarter of an hour after the day has turned."""


class Stage:
    """The example group with a few who check in, and the job beside it."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.live = Live(settings)
        self.voice = Voice(self.live, random.Random(1))
        self.boards = Boards(store)
        self.check_ins = CheckIns(store)
        plain = Pipeline(store, live=self.live)
        handlers = BoardHandlers(self.voice, self.boards, plain.roster)
        self.pipeline = Pipeline(store, *handlers.routes(), live=self.live)
        self.job = BoardJob(store, self.boards, plain.roster, self.voice, self.live)

    async def come(self, user: str, at: datetime = NOW) -> MemberId:
        """Somebody of the group checks in."""
        await self.pipeline.join(user, MoveKind.FOUND)
        member_id = await self.pipeline.roster.find(PersonRef(REALM, UserId(user)))
        assert member_id is not None
        await self.check_ins.check_in(
            member_id=member_id,
            key=EventKey(f"{user}/{at}"),
            now=at,
            rules=self.live.current.rewards,
            zone=self.live.current.zone,
        )
        return member_id

    async def say(self, text: str, user: str = "xiaolu") -> Drawing | Text:
        answer = await self.pipeline.ask(make_event(text, user=user, place=Place.PRIVATE))
        assert isinstance(answer, Drawing | Text)
        return answer

    async def look(self, text: str = "排行", user: str = "xiaolu") -> BoardPicture:
        drawing = await self.say(text, user)
        assert isinstance(drawing, Drawing), drawing
        assert isinstance(drawing.picture, BoardPicture)
        return drawing.picture

    async def posts(self) -> list[Outgoing]:
        return await self.pipeline.outbox()


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store, brand())


def names(picture: BoardPicture) -> list[str]:
    return [line.name for line in picture.lines]


async def test_the_board_of_the_week_is_a_picture_with_the_same_in_words(stage: Stage) -> None:
    await stage.come("xiaolu", NOW)
    await stage.come("azhe", NOW - HOUR)
    drawing = await stage.say("排行")
    assert isinstance(drawing, Drawing)
    picture = drawing.picture
    assert isinstance(picture, BoardPicture)
    assert (picture.title, picture.period) == ("积分周榜", "2026-11-23 至 2026-11-29")
    assert [(line.rank, line.name, line.score) for line in picture.lines] == [
        (1, "azhe", 10),
        (2, "xiaolu", 10),
    ]
    assert (picture.mine, picture.brand) == (2, "禾间")
    assert "1. azhe  10 分\n2. xiaolu  10 分" in drawing.text
    assert drawing.text.endswith(
        tuple(texts_of(stage.pipeline, "boards.mine_equal", rank=2, score=10, unit="分"))
    )


@pytest.mark.parametrize(
    ("words", "title", "period"),
    [
        ("排行 月", "积分月榜", "2026-11-01 至 2026-11-30"),
        ("排行 季", "积分季榜", "2026-10-01 至 2026-12-31"),
        ("排行 日", "积分日榜", "2026-11-25"),
        ("排行榜 上周", "积分周榜", "2026-11-16 至 2026-11-22"),
        ("排行 邀请", "邀请周榜", "2026-11-23 至 2026-11-29"),
        ("排行 连签 月", "连签月榜", "2026-11-01 至 2026-11-30"),
        ("排行 月连签", "连签月榜", "2026-11-01 至 2026-11-30"),
        ("排行 邀请月榜", "邀请月榜", "2026-11-01 至 2026-11-30"),
        ("榜单 双十二请友榜", "双十二请友榜", "2026-12-05 至 2026-12-12"),
    ],
)
async def test_a_board_is_asked_for_by_its_time_and_its_measure(
    store: Store, words: str, title: str, period: str
) -> None:
    stage = Stage(store, with_campaign())
    await stage.come("xiaolu")
    picture = await stage.look(words)
    assert (picture.title, picture.period) == (title, period)


def with_campaign() -> Settings:
    settings = brand()
    rules = settings.rewards.model_dump()
    rules["boards"]["campaigns"] = [
        {
            "name": "双十二请友榜",
            "measure": "invites",
            "first_day": datetime(2026, 12, 5, tzinfo=UTC).date(),
            "last_day": datetime(2026, 12, 12, tzinfo=UTC).date(),
        }
    ]
    return replace(settings, rewards=type(settings.rewards).model_validate(rules))


async def test_a_board_that_there_is_not_is_refused_with_examples(stage: Stage) -> None:
    await stage.come("xiaolu")
    answer = await stage.say("排行 颜值")
    assert isinstance(answer, Text)
    assert answer.text in texts_of(
        stage.pipeline, "boards.unknown", name="xiaolu", words="颜值", command="排行"
    )


async def test_who_is_behind_the_top_is_shown_with_his_neighbours(store: Store) -> None:
    settings = brand()
    boards = settings.rewards.boards.model_copy(update={"top": 2})
    rules = settings.rewards.model_copy(update={"boards": boards})
    stage = Stage(store, replace(settings, rewards=rules))
    for number in range(9):
        await stage.come(f"user{number}", NOW + timedelta(seconds=number))
    picture = await stage.look(user="user6")
    assert [line.rank for line in picture.lines] == [1, 2, 5, 6, 7, 8, 9]
    assert picture.mine == 7


async def test_who_is_not_on_the_board_is_told_how_to_get_there(stage: Stage) -> None:
    await stage.pipeline.join("xiaolu", MoveKind.FOUND)
    drawing = await stage.say("排行")
    assert drawing.text.endswith(tuple(texts_of(stage.pipeline, "boards.mine_none")))


async def test_who_is_behind_is_told_what_is_between_him_and_the_next(stage: Stage) -> None:
    for at in (NOW - DAY, NOW):
        await stage.come("azhe", at)
    await stage.come("xiaolu")
    drawing = await stage.say("排行")
    assert drawing.text.endswith(
        tuple(texts_of(stage.pipeline, "boards.mine", rank=2, score=10, unit="分", gap=10))
    )


async def test_the_first_is_told_that_he_is(stage: Stage) -> None:
    await stage.come("xiaolu")
    drawing = await stage.say("排行")
    assert drawing.text.endswith(
        tuple(texts_of(stage.pipeline, "boards.mine_first", score=10, unit="分"))
    )


async def test_who_hides_keeps_his_place_without_his_name_but_for_himself(stage: Stage) -> None:
    await stage.come("xiaolu")
    await stage.come("azhe", NOW + HOUR)
    hidden, again = (await stage.say("隐身")).text, (await stage.say("隐身")).text
    assert hidden in texts_of(stage.pipeline, "boards.hidden", name="xiaolu")
    assert again in texts_of(stage.pipeline, "boards.hidden_already", name="xiaolu")
    assert names(await stage.look(user="azhe")) == ["隐身鱼友", "azhe"]
    assert names(await stage.look(user="xiaolu")) == ["xiaolu", "azhe"]


async def test_who_shows_himself_again_is_named_again(stage: Stage) -> None:
    await stage.come("xiaolu")
    await stage.say("隐身")
    named, again = (await stage.say("取消隐身")).text, (await stage.say("现身")).text
    assert named in texts_of(stage.pipeline, "boards.named", name="xiaolu")
    assert again in texts_of(stage.pipeline, "boards.named_already", name="xiaolu")
    await stage.pipeline.join("azhe", MoveKind.FOUND)
    assert names(await stage.look(user="azhe")) == ["xiaolu"]


# The job


async def test_a_board_is_kept_at_its_end_and_posted_the_next_morning(
    stage: Stage, store: Store
) -> None:
    await stage.come("xiaolu")
    await stage.job.run(NOW)
    await stage.job.run(MONDAY - timedelta(seconds=1))
    assert await stage.posts() == []
    await stage.job.run(MONDAY)
    (post,) = await stage.posts()
    nine = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    assert await read_value(store, "SELECT due_at FROM outbox") == to_micros(nine)
    assert post.expires_at == nine + 12 * HOUR
    assert isinstance(post.message, Drawing)
    assert isinstance(post.message.picture, BoardPicture)
    assert post.message.picture.title == "积分周榜"
    assert names(post.message.picture) == ["xiaolu"]
    assert post.message.picture.mine is None


async def test_running_the_job_again_changes_nothing(stage: Stage) -> None:
    await stage.come("xiaolu")
    for _ in range(3):
        await stage.job.run(MONDAY)
    again = BoardJob(
        stage.pipeline.store, stage.boards, stage.pipeline.roster, stage.voice, stage.live
    )
    await again.run(MONDAY)
    assert len(await stage.posts()) == 1


async def test_what_a_crash_left_unposted_is_made_up(stage: Stage, store: Store) -> None:
    await stage.come("xiaolu")
    rules, zone = stage.live.current.rewards, stage.live.current.zone
    for due in await stage.boards.read_due([GROUP], now=MONDAY, rules=rules, zone=zone):
        if due.kept_at <= MONDAY:
            await stage.boards.keep(due, now=MONDAY, rules=rules, zone=zone)
    assert await stage.job.next_due(MONDAY) == MONDAY
    await stage.job.run(MONDAY)
    assert len(await stage.posts()) == 1
    assert await read_value(store, "SELECT count(*) FROM board WHERE announced_at IS NULL") == 0


async def test_a_board_of_nobody_and_one_of_long_ago_are_kept_and_not_posted(
    stage: Stage, store: Store
) -> None:
    await stage.job.run(NOW)
    await stage.come("xiaolu", NOW)
    await stage.job.run(MONDAY + 2 * DAY)
    assert await stage.posts() == []
    assert await read_value(store, "SELECT count(*) FROM board WHERE period = 'week'") != 0


async def test_the_next_look_is_when_the_next_board_is_over(stage: Stage) -> None:
    await stage.job.run(NOW)
    assert await stage.job.next_due(NOW) == datetime(2026, 11, 25, 20, 15, tzinfo=UTC)
    assert await stage.job.next_due(MONDAY) is not None


async def test_new_settings_are_looked_at_before_the_next_board_is_over(stage: Stage) -> None:
    await stage.come("xiaolu", NOW - 2 * DAY)
    await stage.job.run(NOW)
    settings = with_campaign()
    boards = settings.rewards.boards
    (campaign,) = boards.campaigns
    ended = campaign.model_copy(
        update={
            "measure": "streak",
            "first_day": campaign.first_day - timedelta(days=14),
            "last_day": campaign.first_day - timedelta(days=11),
        }
    )
    rules = settings.rewards.model_copy(
        update={"boards": boards.model_copy(update={"campaigns": (ended,)})}
    )
    stage.live.change(rewards=rules, fingerprint="another")
    await stage.job.run(NOW)
    (post,) = await stage.posts()
    assert isinstance(post.message, Drawing)
    assert post.message.picture.title == "双十二请友榜"
