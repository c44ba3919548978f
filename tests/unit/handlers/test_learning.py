"""Open questions as members, super users and operators meet them."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.events import Place
from bot.core.messages import Outgoing, Text
from bot.handlers.adoption import Desk
from bot.handlers.learning import LearningHandlers
from bot.handlers.learning_job import LearningJob
from bot.handlers.learning_news import AnswerNews
from bot.handlers.unanswered import note_unanswered
from bot.members.choices import Choices
from bot.members.roster import MoveKind
from bot.persona.learning.learned import Learned
from bot.persona.learning.learning import Learning
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import DAY, HOUR, NOW, REALM, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import execute, read_value

RULES = RewardsFile.model_validate(
    {"earning": {"rules": [{"key": "answer", "act": "answered", "points": 20}]}}
)
QUESTION = "面霜开封后能放多久"
ANSWER = "瓶身写着12M的，开封后一年内用完。"


class Town:
    """A group with 小鹿, 阿晴 and 小满; 小满 holds the tag of those who answer, 阿云 decides."""

    def __init__(self, store: Store) -> None:
        settings = brand()
        bot = settings.bot.model_copy(update={"operators": ("ayun",)})
        self.live = Live(replace(settings, bot=bot, rewards=RULES))
        self.store = store
        self.learning, self.learned = Learning(store), Learned(store)
        first = Pipeline(store, live=self.live)
        self.voice = Voice(self.live, random.Random(1))
        choices = Choices(store)
        handlers = LearningHandlers(
            store=store,
            voice=self.voice,
            learning=self.learning,
            learned=self.learned,
            desk=Desk(store, random.Random(1)),
            roster=first.roster,
            news=AnswerNews(self.voice, self.learning, first.roster, choices),
        )
        self.pipeline = Pipeline(store, *handlers.routes(), Route("ask", self._ask), live=self.live)
        self.job = LearningJob(
            store=store,
            learning=self.learning,
            roster=first.roster,
            choices=choices,
            voice=self.voice,
            live=self.live,
        )

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("xiaolu", "aqing", "xiaoman", "ayun"):
            await self.pipeline.join(user, MoveKind.FOUND)
        await execute(
            self.store,
            "INSERT INTO member_tag (member_id, tag, source, confidence, evidence, added_at)"
            f" VALUES ({await self.member('xiaoman')}, 'connector', 'person', 1, 'us', 0)",
        )

    async def _ask(self, context: Context) -> Outcome:
        await note_unanswered(self.learning, context)
        return Reply(Text("不知道"))

    async def say(self, user: str, text: str, **more: Any) -> str:
        answer = await self.pipeline.ask(make_event(text, user=user, **more))
        assert answer is None or isinstance(answer, Text)
        return "" if answer is None else answer.text

    async def tell(self, user: str, text: str) -> str:
        return await self.say(user, text, place=Place.PRIVATE)

    async def told(self, start: str = "") -> list[tuple[str, str]]:
        """To whom which words went, beside answers; ``start`` begins the key's last part."""
        return [
            (note.target.address, note.message.text)
            for note in await self.pipeline.outbox()
            if isinstance(note.message, Text) and self._is(note, start)
        ]

    @staticmethod
    def _is(note: Outgoing, start: str) -> bool:
        return f"/{start}" in note.key

    async def member(self, user: str) -> int:
        query = "SELECT member_id FROM identity WHERE realm = ? AND user_id = ?"
        return int(str(await read_value(self.store, query, REALM, user)))

    async def points(self, user: str) -> int:
        rows = await self.store.read(
            "SELECT balance FROM account WHERE kind = 'member' AND currency = 'points'"
            " AND holder = ?",
            [str(await self.member(user))],
        )
        return int(rows[0]["balance"]) if rows else 0

    async def knows(self) -> list[tuple[str, str]]:
        entries = await self.learned.entries(self.live.current, self.pipeline.clock.now())
        return [(entry.question, entry.answer) for entry in entries]


@pytest.fixture
async def town(store: Store) -> Town:
    town = Town(store)
    await town.open()
    return town


async def test_only_those_with_the_tag_and_the_staff_see_and_answer(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    assert QUESTION not in await town.tell("xiaolu", "待答")
    assert "答疑" in await town.say("xiaolu", f"我来答 1 {ANSWER}")
    for user in ("xiaoman", "ayun"):
        assert f"1. {QUESTION}（1 人问过 1 次" in await town.tell(user, "待答")


async def test_an_adopted_answer_is_known_paid_and_told(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("aqing", "面霜开封后可以放多久呀")
    assert "1 号" in await town.say("xiaoman", f"我来答 1 {ANSWER}")
    ((operator, letter),) = await town.told("offered")
    assert operator == "ayun"
    assert ANSWER in letter
    assert "面霜开封后可以放多久呀" in letter, "the operator sees what else it will answer"
    assert await town.knows() == []
    assert "2 位" in await town.say("ayun", "采纳 1")
    assert await town.knows() == [(QUESTION, ANSWER)]
    assert await town.points("xiaoman") == 20
    assert [who for who, _ in await town.told("author")] == ["xiaoman"]
    assert {who for who, text in await town.told("news") if ANSWER in text} == {"xiaolu", "aqing"}
    assert ("answered", "") in await town.pipeline.acts()


async def test_the_same_adoption_again_pays_and_tells_once(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("xiaoman", f"我来答 1 {ANSWER}")
    event = make_event("采纳 1", user="ayun", key="adopt")
    first = await town.pipeline.ask(event)
    await execute(town.store, "UPDATE inbox SET state = 'waiting' WHERE event_key = 'adopt'")
    town.pipeline.clock.advance(HOUR)
    await town.pipeline.worker.take_over()
    await town.pipeline.worker.idle()
    assert isinstance(first, Text)
    assert await town.points("xiaoman") == 20
    assert len(await town.told("news")) == 1
    assert await town.knows() == [(QUESTION, ANSWER)]


async def test_only_operators_decide(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("xiaoman", f"我来答 1 {ANSWER}")
    for user in ("xiaolu", "xiaoman"):
        for typed in ("采纳 1", "不采纳 1 不好", f"回答 1 {ANSWER}", "略过 1", "撤回知识 1"):
            await town.say(user, typed)
    assert await town.knows() == []
    assert len(await town.learning.read_waiting()) == 1


async def test_what_may_not_be_said_is_refused_with_the_reason(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    for user, word in (("xiaoman", "我来答"), ("ayun", "回答")):
        refused = await town.say(user, f"{word} 1 这款面霜根治一切，加微信 13800138000")
        assert "还不能收" in refused
        assert "改好再发" in refused
        assert "300" in await town.say(user, f"{word} 1 {'很长' * 200}")
    assert await town.learning.read_waiting() == ()
    assert await town.knows() == []


async def test_a_declined_answer_is_explained_to_its_author_and_unpaid(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("xiaoman", f"我来答 1 {ANSWER}")
    assert "原因" in await town.say("ayun", "不采纳 1"), "a reason is wanted"
    await town.say("ayun", "不采纳 1 少了保存办法")
    ((author, letter),) = await town.told("author")
    assert author == "xiaoman"
    assert "少了保存办法" in letter
    assert await town.points("xiaoman") == 0
    assert QUESTION in await town.tell("ayun", "待答")


async def test_an_operators_own_answer_is_known_at_once_and_earns_nothing(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    assert "采纳" in await town.say("ayun", f"回答 1 {ANSWER}")
    assert await town.knows() == [(QUESTION, ANSWER)]
    assert await town.points("ayun") == 0
    assert "已经有答案" in await town.say("ayun", f"回答 1 {ANSWER}")


async def test_nobody_is_paid_for_what_he_adopts_himself(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("ayun", f"我来答 1 {ANSWER}")
    await town.say("ayun", "采纳 1")
    assert await town.knows() == [(QUESTION, ANSWER)]
    assert await town.points("ayun") == 0
    assert await town.told("author") == []


async def test_what_was_learned_is_taken_back_at_once(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("ayun", f"回答 1 {ANSWER}")
    assert "撤回" in await town.say("ayun", "撤回知识 1")
    assert await town.knows() == []
    assert "没有学来的" in await town.say("ayun", "撤回知识 1")


async def test_a_skipped_question_is_not_listed(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    assert "略过" in await town.say("ayun", "略过 1")
    assert QUESTION not in await town.tell("ayun", "待答")


async def test_every_mistake_in_the_form_is_explained_with_an_example(town: Town) -> None:
    for typed in ("我来答", "我来答 x", "我来答 1", "回答 1", "采纳", "采纳 x", "略过", "撤回知识"):
        assert "待答" in await town.say("ayun", typed), typed
    for typed in ("我来答 9 好", "略过 9"):
        assert "没有 9 号" in await town.say("ayun", typed), typed
    assert "没有等着定" in await town.say("ayun", "采纳 9")


async def test_whoever_unsubscribed_left_or_asked_long_ago_is_not_told(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.say("aqing", QUESTION)
    await town.say("xiaoman", QUESTION, at=NOW - 15 * DAY)
    await execute(
        town.store,
        f"UPDATE member SET unsubscribed_since = 1 WHERE id = {await town.member('xiaolu')}",
    )
    await town.pipeline.join("aqing", MoveKind.LEFT)
    assert "0 位" in await town.say("ayun", f"回答 1 {ANSWER}")
    assert await town.told("news") == []


async def test_in_a_customer_group_nobody_is_told(town: Town) -> None:
    customer = "friends"
    await town.pipeline.join("wmCUSTOMER000000000000000000001", MoveKind.FOUND, customer)
    number = await read_value(town.store, "SELECT max(id) FROM member")
    await town.say("xiaolu", QUESTION)
    await execute(
        town.store,
        f"UPDATE question_asked SET member_id = {number}, group_key = '{customer}'",
    )
    assert "0 位" in await town.say("ayun", f"回答 1 {ANSWER}")
    assert await town.told("news") == []


async def test_the_weekly_letter_goes_once_to_operators_and_super_users(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    monday = NOW + 5 * DAY - 2 * HOUR  # NOW is a Wednesday, noon in the community
    await town.job.run(NOW)
    last_week = await town.told("2026-11-23")
    assert {who for who, _ in last_week} == {"ayun", "xiaoman"}, "it had not been sent yet"
    await town.job.run(monday - timedelta(minutes=1))
    assert await town.told("2026-11-30") == []
    assert await town.job.next_due(NOW) == monday
    for _ in range(2):
        await town.job.run(monday)
    letters = await town.told("2026-11-30")
    assert sorted(who for who, _ in letters) == ["ayun", "xiaoman"]
    assert all(QUESTION in text for _, text in letters)


async def test_without_open_questions_no_letter_is_sent(town: Town) -> None:
    await town.job.run(NOW)
    assert await town.pipeline.outbox() == []
    assert await town.learning.was_sent((NOW - 2 * DAY).date())


async def test_commands_and_greetings_do_not_become_questions(town: Town) -> None:
    await town.say("xiaolu", "在吗")
    await town.say("xiaolu", "待答")
    assert await town.learning.read_open(NOW, 9) == ()
