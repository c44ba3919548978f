"""What the books need by the clock, as members and operators notice it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.core.ids import MemberId
from bot.core.messages import Text
from bot.core.metrics import Metrics
from bot.handlers import books
from bot.handlers.books import AuditJob, ExpiryJob
from bot.handlers.letters import Letters
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.rewards.audit.nightly import NightlyAudit
from bot.rewards.ledger.expiry import Expiry
from bot.rewards.ledger.ledger import AccountRef, Ledger, Reason, Transfer
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import DAY, HOUR, NOW, REALM
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import execute, read_value

TODAY = date(2026, 11, 25)
NIGHT = datetime(2026, 11, 25, 20, 30, tzinfo=NOW.tzinfo)
"""Half past four of the next morning in the community, a Thursday."""

RULES = RewardsFile.model_validate({"points": {"remind_days": [30, 7]}})


class Town:
    """小鹿 and 阿晴 are in the group; 阿云 and 汤圆 are operators."""

    def __init__(self, store: Store) -> None:
        settings = brand()
        bot = settings.bot.model_copy(update={"operators": ("ayun", "tangyuan")})
        self.live = Live(replace(settings, bot=bot, rewards=RULES))
        self.store = store
        self.pipeline = Pipeline(store, live=self.live)
        self.metrics = Metrics()
        voice = Voice(self.live, random.Random(1))
        letters = Letters(self.pipeline.roster, self.pipeline.choices, self.live)
        self.expiry = ExpiryJob(store, Expiry(store), letters, voice, self.live)
        self.audit = AuditJob(store, NightlyAudit(store), letters, voice, self.live, self.metrics)

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("xiaolu", "aqing", "ayun", "tangyuan"):
            await self.pipeline.join(user, MoveKind.FOUND)

    async def member(self, user: str) -> MemberId:
        query = "SELECT member_id FROM identity WHERE realm = ? AND user_id = ?"
        return MemberId(int(str(await read_value(self.store, query, REALM, user))))

    async def give(self, user: str, points: int, days: int) -> None:
        """Points that can be used until so many days from today."""
        await Ledger(self.store).transfer(
            Transfer(
                key=f"gift/{user}/{days}",
                debit=AccountRef.issuance(),
                credit=AccountRef.member(await self.member(user)),
                amount=points,
                reason=Reason.ADJUSTMENT,
                reference="a test",
                actor="tester",
                at=NOW,
                expires_on=TODAY + timedelta(days=days),
            )
        )

    async def points(self, user: str) -> Any:
        holder = str(await self.member(user))
        return await read_value(
            self.store,
            "SELECT balance FROM account"
            " WHERE currency = 'points' AND kind = 'member' AND holder = ?",
            holder,
        )

    async def told(self) -> list[tuple[str, str]]:
        """Who was told what, in order; all of it in private."""
        return [
            (note.target.address, note.message.text)
            for note in await self.pipeline.outbox()
            if isinstance(note.message, Text)
        ]

    def says(self, text: str, template: str, **slots: object) -> bool:
        return text in texts_of(self.pipeline, template, **slots)

    @property
    def gauge(self) -> str:
        """The line of /metrics about the books."""
        lines = self.metrics.render().decode().splitlines()
        (line,) = [line for line in lines if line.startswith("yutang_books_broken ")]
        return line


@pytest.fixture
async def town(store: Store) -> Town:
    town = Town(store)
    await town.open()
    return town


async def ending(town: Town, days: Sequence[int]) -> list[tuple[str, str]]:
    """What is told when the job runs on each of these days from today."""
    for day in days:
        await town.expiry.run(NOW + day * DAY)
    return await town.told()


# ---- points that end


async def test_a_member_is_told_in_private_before_points_of_his_end(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    ((whom, text),) = await ending(town, [0])
    assert whom == "xiaolu"
    assert town.says(text, "points.ending", points=40, day="12月2日")


async def test_he_is_told_once_for_each_distance_that_the_brand_wants(town: Town) -> None:
    await town.give("xiaolu", 40, days=40)
    assert await ending(town, [0, 9]) == []
    assert len(await ending(town, [10, 10, 11, 32])) == 1
    assert len(await ending(town, [33, 34, 40])) == 2


async def test_a_program_that_was_away_tells_the_nearest_distance_only(town: Town) -> None:
    await town.give("xiaolu", 40, days=40)
    assert len(await ending(town, [35, 36])) == 1


async def test_points_without_an_end_are_not_spoken_of(town: Town) -> None:
    await town.give("xiaolu", 40, days=100)
    assert await ending(town, [0, 69]) == []


async def test_everybody_is_told_however_many_they_are(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "NOTICES_AT_ONCE", 1)
    for user in ("xiaolu", "aqing", "ayun"):
        await town.give(user, 10, days=7)
    assert [whom for whom, _ in await ending(town, [0])] == ["xiaolu", "aqing", "ayun"]


async def test_who_has_left_the_group_is_not_written_to(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    await town.pipeline.join("xiaolu", MoveKind.LEFT)
    assert await ending(town, [0]) == []


async def test_points_can_be_used_on_their_last_day_and_not_after(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    await town.give("xiaolu", 5, days=300)
    await town.expiry.run(NOW + 7 * DAY)
    assert await town.points("xiaolu") == 45
    await town.expiry.run(NOW + 8 * DAY)
    assert await town.points("xiaolu") == 5


async def test_the_job_wakes_when_somebody_is_to_be_told_and_when_points_end(
    town: Town,
) -> None:
    assert await town.expiry.next_due(NOW) is None
    await town.give("xiaolu", 40, days=40)
    four = NOW - 8 * HOUR  # when the community's day begins
    assert await town.expiry.next_due(NOW) == four + 10 * DAY
    await town.expiry.run(NOW + 40 * DAY)
    assert await town.expiry.next_due(NOW + 40 * DAY) == four + 41 * DAY


# ---- the audit of the night


async def test_books_that_are_right_are_no_news(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    town.metrics.books_broken.set(3)  # of the night before
    await town.audit.run(NIGHT)
    assert await town.told() == []
    assert town.gauge == "yutang_books_broken 0.0"


async def test_broken_books_reach_the_operators_and_the_metrics(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    await execute(town.store, "UPDATE account SET overdraft = 100 WHERE kind = 'issuance'")
    await town.audit.run(NIGHT)
    told = await town.told()
    assert [whom for whom, _ in told] == ["ayun", "tangyuan"]
    first = "issuance/ holds -40 and is allowed 100 below zero"
    assert town.says(told[0][1], "audit.broken", count=1, what=first)
    assert town.gauge == "yutang_books_broken 1.0"


async def test_operators_are_told_once_a_night_until_the_books_are_right(town: Town) -> None:
    await town.give("xiaolu", 40, days=7)
    await execute(town.store, "UPDATE account SET overdraft = 100 WHERE kind = 'issuance'")
    await town.audit.run(NIGHT - HOUR)
    assert await town.told() == []
    for at in (NIGHT, NIGHT + HOUR, NIGHT + DAY):
        await town.audit.run(at)
    assert [whom for whom, _ in await town.told()] == ["ayun", "tangyuan"] * 2
    await execute(town.store, "UPDATE account SET overdraft = 40 WHERE kind = 'issuance'")
    await town.audit.run(NIGHT + 2 * DAY)
    assert len(await town.told()) == 4
    assert town.gauge == "yutang_books_broken 0.0"


async def test_the_audit_wakes_at_half_past_four(town: Town) -> None:
    assert await town.audit.next_due(NIGHT - HOUR) == NIGHT
    await town.audit.run(NIGHT)
    assert await town.audit.next_due(NIGHT + HOUR) == NIGHT + DAY
