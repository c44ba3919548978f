"""Games as a group meets them: who may start what, what is a move and what is not, and the end."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.render import fits_card
from bot.core.events import EventKind, Place
from bot.core.messages import Card, CardUpdate, Drawing, plain_text
from bot.core.pictures import BoardLine, BoardPicture
from bot.core.ports import Hears
from bot.games.games import Games
from bot.games.wordbook import Riddle, Wordbook, Words
from bot.handlers.game_hours import end_of_game, quiet_until
from bot.handlers.games import GameHandlers
from bot.handlers.games_job import GamesJob
from bot.members.roster import MoveKind
from bot.platforms.table import CAPABILITIES
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import CONTACT, POND, POND_CHAT, with_customers
from tests.support.events import APP, GROUP, HOUR, MINUTE, NOW, ROBOT, SECOND, make_event
from tests.support.pipeline import Pipeline, texts_of
from tests.support.senders import capabilities
from tests.unit.games.support import IDIOMS

OWNER = "tangyuan"
WORDS = Words(IDIOMS, (Riddle("逆水行舟", ("开门见山", "不进则退")),))
QUIZ = [
    {"question": "一加一", "answers": ["二"], "source": "算术"},
    {"question": "二加二", "answers": ["四"], "source": "算术"},
]


class Stage:
    """A group with members and games of a few words."""

    def __init__(
        self, store: Store, *, words: Words | None = WORDS, live: Live | None = None, **rules: Any
    ) -> None:
        self.live = live or Live(brand())
        given = {"started_by": "members", "unfit": ["清"], "no_guess": ["吗"]}
        games = type(self.live.current.calendar.games).model_validate(
            given | {"quiz": {"questions": QUIZ}} | rules
        )
        calendar = self.live.current.calendar.model_copy(update={"games": games})
        self.live.change(calendar=calendar)
        self.games = Games(store, random.Random(1))
        shelf = Wordbook(lambda: words)
        first = Pipeline(store, live=self.live)
        handlers = GameHandlers(first.voice, self.games, shelf, first.roster)
        tables = {ROBOT: capabilities(), APP: capabilities(), CONTACT: capabilities()}
        self.pipeline = Pipeline(store, *handlers.routes(), tables=tables, live=self.live)
        self.job = GamesJob(store, self.games, shelf, first.roster, first.voice, self.live)

    async def open(self, *members: str) -> None:
        await self.pipeline.roster.mark_synced(GROUP, NOW)
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for member in members:
            await self.pipeline.join(member, MoveKind.FOUND)

    async def ask(self, text: str, user: str = "xiaolu", **more: Any) -> Any:
        at = self.pipeline.clock.now()
        return await self.pipeline.ask(make_event(text, user=user, **{"at": at, **more}))

    async def say(self, text: str, user: str = "xiaolu", **more: Any) -> str:
        answer = await self.ask(text, user, **more)
        return "" if answer is None else plain_text(answer)

    async def pass_time(self, span: timedelta) -> None:
        """Whatever is due on the way happens at its time, as with the ticker."""
        until = self.pipeline.clock.now() + span
        while (due := await self.job.next_due(self.pipeline.clock.now())) and due <= until:
            self.pipeline.clock.advance(max(timedelta(), due - self.pipeline.clock.now()))
            await self.job.run(self.pipeline.clock.now())
        self.pipeline.clock.advance(until - self.pipeline.clock.now())
        await self.job.run(until)

    async def posts(self) -> list[str]:
        outbox = await self.pipeline.outbox()
        ours = [it for it in outbox if it.key.startswith("game/")]
        return [plain_text(it.message) for it in ours if not isinstance(it.message, Drawing)]

    async def pictures(self) -> list[Any]:
        outbox = await self.pipeline.outbox()
        return [it.message.picture for it in outbox if isinstance(it.message, Drawing)]

    def texts(self, template: str, **slots: object) -> Any:
        return texts_of(self.pipeline, template, **slots)


@pytest.fixture
async def stage(store: Store) -> Stage:
    stage = Stage(store)
    await stage.open("xiaolu", "aqing", OWNER)
    return stage


# A chain


async def test_members_chain_idioms_and_the_point_is_an_act(stage: Stage) -> None:
    opened = await stage.say("接龙")
    word = next(word for word in IDIOMS.counts if word in opened)
    linked = next(after for after in IDIOMS.counts if IDIOMS.link(word, after, by_sound=True))
    assert "xiaolu" in await stage.say(linked)
    assert ("game_won", "game 1") in await stage.pipeline.acts()


async def test_a_question_during_a_game_is_for_somebody_else(stage: Stage) -> None:
    await stage.say("接龙")
    assert await stage.say("积分怎么换") == ""
    assert await stage.say("怎么签到") == ""
    assert stage.pipeline.seen.texts == ["积分怎么换", "怎么签到"]


async def test_a_move_may_stand_behind_the_command(stage: Stage) -> None:
    await stage.say("猜谜")
    assert "1" in await stage.say("猜谜 不进则退")
    assert ("game_won", "game 1") in await stage.pipeline.acts()


async def test_when_nobody_links_the_bot_does_once(stage: Stage) -> None:
    await stage.say("接龙")
    game = await stage.games.find_running(GROUP)
    assert game is not None
    before = game.current.text
    linked = next(after for after in IDIOMS.counts if IDIOMS.link(before, after, by_sound=True))
    await stage.say(linked)
    await stage.pass_time(10 * MINUTE)
    assert len(await stage.posts()) == 1
    helped = await stage.games.find_running(GROUP)
    assert helped is not None
    assert helped.current.text in (await stage.posts())[0]
    await stage.pass_time(10 * MINUTE)
    assert len(await stage.posts()) == 2, "then only the end"


async def test_the_bot_opens_with_nothing_unfit_or_rare(store: Store) -> None:
    stage = Stage(store, unfit=["山", "水", "长"])
    await stage.open("xiaolu")
    assert "入木三分" in await stage.say("接龙")


# Riddles and quizzes


async def test_the_first_who_is_right_wins_and_the_other_was_late(stage: Stage) -> None:
    await stage.say("抢答")
    game = await stage.games.find_running(GROUP)
    assert game is not None
    right = game.current.answers[0]
    first, second = await stage.say(right), await stage.say(right, "aqing")
    assert "算术" in first, "where it can be looked up"
    assert "第 2/2 题" in first
    assert second in stage.texts("guess.missed_late", name="aqing")


async def test_wrong_guesses_in_quick_succession_are_met_with_silence(stage: Stage) -> None:
    await stage.say("抢答")
    assert await stage.say("九") in stage.texts("guess.missed_wrong", name="xiaolu", left=4)
    assert await stage.say("八") == ""
    assert stage.pipeline.seen.texts == []


async def test_a_riddle_shows_how_long_its_answer_is_and_gives_hints(stage: Stage) -> None:
    assert "○○○○（4 个字）" in await stage.say("猜谜")
    await stage.pass_time(45 * SECOND)
    (hint,) = await stage.posts()
    assert "开○○○" in hint


async def test_a_question_that_nobody_answers_is_given_away_with_its_source(stage: Stage) -> None:
    await stage.say("抢答")
    await stage.pass_time(120 * SECOND)
    (given,) = await stage.posts()
    assert "算术" in given
    assert "第 2/2 题" in given
    await stage.pass_time(120 * SECOND)
    *_, last = await stage.posts()
    assert last.splitlines()[-1] in stage.texts("game.over_nobody", game="抢答")


async def test_the_last_win_ends_the_game_with_a_picture_of_the_scores(stage: Stage) -> None:
    await stage.say("抢答")
    for user in ("xiaolu", "aqing"):
        game = await stage.games.find_running(GROUP)
        assert game is not None
        answer = await stage.ask(game.current.answers[0], user)
    assert isinstance(answer, Drawing)
    assert isinstance(answer.picture, BoardPicture)
    names = {(line.rank, line.name, line.score) for line in answer.picture.lines}
    assert names == {(1, "xiaolu", 1), (1, "aqing", 1)}
    await stage.pass_time(HOUR)
    assert await stage.posts() == [], "what was said in the answer is not said again"


async def test_without_words_the_games_that_need_them_say_how_to_get_them(store: Store) -> None:
    stage = Stage(store, words=None)
    await stage.open("xiaolu")
    for command in ("接龙", "猜谜"):
        assert "yutang[games]" in await stage.say(command)
    assert "第 1/2 题" in await stage.say("抢答")


async def test_without_questions_the_quiz_says_so(store: Store) -> None:
    stage = Stage(store, quiz={"questions": []})
    await stage.open("xiaolu")
    assert await stage.say("抢答") in stage.texts("game.no_questions", name="xiaolu")


# Votes


async def test_a_vote_is_an_owners_card_and_a_tap_or_a_letter_counts(stage: Stage) -> None:
    card = await stage.ask("投票 周末去哪 爬山 还是 看海", OWNER)
    assert isinstance(card, Card)
    assert [button.label for button in card.buttons] == ["爬山", "看海"]
    assert fits_card(card)
    tapped = await stage.ask("", "aqing", kind=EventKind.TAPPED, button=card.buttons[1].key)
    assert isinstance(tapped, CardUpdate)
    assert "看海：1 票" in tapped.card.text
    assert "爬山：1 票 50%" in await stage.say("我选爬山")
    assert "爬山：2 票 100%" in await stage.say("a", "aqing")
    voted = [act for act in await stage.pipeline.acts() if act[0] == "voted"]
    assert len(voted) == 2, "thinking again is no second act"


async def test_the_vote_shows_its_counts_as_a_picture(stage: Stage) -> None:
    await stage.say("投票 周末去哪 爬山 还是 看海", OWNER)
    assert not isinstance(await stage.ask("投票"), Drawing), "nothing to see yet"
    await stage.say("B")
    shown = await stage.ask("投票")
    assert isinstance(shown, Drawing)
    assert shown.picture == BoardPicture(
        title="周末去哪",
        period="1 票，14:00 截止",
        lines=(BoardLine(1, "B. 看海", 1), BoardLine(2, "A. 爬山", 0)),
        unit="票",
        brand="禾间",
    )


async def test_the_result_of_a_vote_is_told_when_its_time_is_over(stage: Stage) -> None:
    await stage.say("投票 爬山还是看海", OWNER)
    await stage.say("A")
    await stage.pass_time(3 * HOUR)
    (result,) = await stage.posts()
    assert "100%" in result
    assert "爬山，还是看海" in result
    (picture,) = await stage.pictures()
    assert picture.lines == (BoardLine(1, "A. 爬山", 1), BoardLine(2, "B. 看海", 0))
    tapped = await stage.ask("", "aqing", kind=EventKind.TAPPED, button="vote:1:0")
    assert "100%" in tapped.card.text, "who taps too late sees the result"


async def test_a_member_cannot_put_words_into_the_bots_mouth(stage: Stage) -> None:
    refused = await stage.say("投票 谁讨厌 小鹿 还是 阿晴")
    assert refused in stage.texts("vote.refused_members", name="xiaolu", command="投票")


async def test_an_owners_vote_is_screened_and_its_form_explained(stage: Stage) -> None:
    assert "根·治" in await stage.say("投票 选哪个 根治 还是 缓解", OWNER)
    assert await stage.say("投票 去哪", OWNER) in stage.texts("vote.form", name=OWNER)
    assert await stage.games.find_last(GROUP) is None


# Manners


async def test_one_game_at_a_time_and_whoever_comes_is_told_how_to_join(stage: Stage) -> None:
    await stage.say("抢答")
    shown = await stage.say("接龙", "aqing")
    assert "抢答" in shown
    assert "第 1/2 题" in shown


async def test_only_who_started_it_or_an_owner_ends_a_game(stage: Stage) -> None:
    await stage.say("抢答")
    assert "xiaolu" in await stage.say("结束游戏", "aqing")
    assert await stage.games.find_running(GROUP) is not None
    await stage.say("结束游戏", OWNER)
    assert await stage.games.find_running(GROUP) is None
    assert await stage.say("结束游戏") in stage.texts("game.nothing_runs", name="xiaolu")


async def test_after_a_game_members_rest_and_owners_need_not(stage: Stage) -> None:
    await stage.say("抢答")
    await stage.say("结束游戏")
    assert await stage.say("抢答") in stage.texts(
        "game.refused_resting", name="xiaolu", until="12:10"
    )
    assert "第 1/2 题" in await stage.say("抢答", OWNER)


async def test_where_owners_start_games_a_member_is_told_so(store: Store) -> None:
    stage = Stage(store, started_by="owners")
    await stage.open("xiaolu")
    refused = stage.texts("refused.not_owner", name="xiaolu", command="抢答")
    assert await stage.say("抢答") in refused


async def test_in_private_there_are_no_games(stage: Stage) -> None:
    private = await stage.say("抢答", place=Place.PRIVATE)
    assert private in stage.texts("refused.only_in_group", name="xiaolu", command="抢答")


async def test_in_a_customer_group_the_reason_is_told(store: Store) -> None:
    stage = Stage(store, live=Live(with_customers(brand())))
    await stage.open()
    await stage.pipeline.join("wmLan", MoveKind.FOUND, POND)
    refused = await stage.say("抢答", "wmLan", channel=CONTACT, chat_id=POND_CHAT)
    expected = stage.texts("game.refused_customer_group", name="wmLan", game="抢答")
    assert refused in expected


async def test_talk_that_was_not_addressed_to_the_bot_is_a_move_only_when_it_surely_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = capabilities(hears=Hears.EVERYTHING)
    monkeypatch.setitem(CAPABILITIES, "wecom_robot", everything)
    stage = Stage(store)
    await stage.open("xiaolu", "aqing")
    stage.pipeline.dispatcher._hears = {"robot": Hears.EVERYTHING}  # type: ignore[dict-item]
    await stage.say("抢答")
    game = await stage.games.find_running(GROUP)
    assert game is not None
    assert await stage.say("九") == ""
    assert await stage.say("我觉得是" + game.current.answers[0]) == ""
    assert "第 2/2 题" in await stage.say(game.current.answers[0])
    assert list(await stage.pipeline.store.read("SELECT * FROM game_miss")) == []


@pytest.mark.parametrize(
    ("local", "ends"),
    [("12:00", "12:15"), ("22:20", "22:29"), ("22:29", None), ("23:00", None), ("08:00", "08:15")],
)
def test_games_end_before_the_quiet_hours(local: str, ends: str | None) -> None:
    settings = brand()
    hour, minute = map(int, local.split(":"))
    now = datetime(2026, 11, 25, hour, minute, tzinfo=settings.zone)
    found = end_of_game(settings, now, 15)
    assert (found and f"{found.astimezone(settings.zone):%H:%M}") == ends


def test_the_quiet_hours_end_in_the_morning() -> None:
    settings = brand()
    night = datetime(2026, 11, 25, 23, 0, tzinfo=settings.zone)
    assert quiet_until(settings, night) == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
    assert quiet_until(settings, NOW) is None


async def test_a_result_that_could_not_be_told_in_time_waits_for_the_morning(stage: Stage) -> None:
    await stage.say("抢答")
    stage.pipeline.clock.advance(12 * HOUR)
    await stage.job.run(stage.pipeline.clock.now())
    assert await stage.posts() == []
    due = await stage.job.next_due(stage.pipeline.clock.now())
    assert due == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
    await stage.job.run(due)
    assert len(await stage.posts()) == 1


# Scores


async def test_scores_tell_the_game_and_what_one_won_in_all(stage: Stage) -> None:
    assert await stage.say("战绩") in stage.texts("game.nothing_runs", name="xiaolu")
    await stage.say("抢答")
    game = await stage.games.find_running(GROUP)
    assert game is not None
    await stage.say(game.current.answers[0])
    shown = await stage.say("战绩")
    assert "1. xiaolu 赢了 1 次" in shown
    assert "第 2/2 题" in shown
    await stage.say("结束游戏")
    assert "11-25" in await stage.say("战绩", "aqing")


async def test_what_was_done_before_a_crash_is_told_after_it_and_once(stage: Stage) -> None:
    await stage.say("抢答")
    (game,) = await stage.games.read_running()
    later = NOW + 120 * SECOND
    rules = stage.live.current.calendar.games
    await stage.games.beat(game, now=later, rules=rules, idioms=None, fit=lambda _: True)
    again = Stage(stage.pipeline.store)
    assert await again.job.next_due(later) == later
    for second in range(3):
        await again.job.run(later + second * SECOND)
    (told,) = await again.posts()
    assert "第 2/2 题" in told
