"""Libraries, rules and a small company for the tests of other outlets."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.clock import ManualClock
from bot.core.errors import TransportError
from bot.core.ids import ChannelKey, UserId
from bot.core.metrics import Metrics
from bot.core.moments import Made, Making, NotMade, Reactions
from bot.core.ports import Outcome, SendResult
from bot.handlers.moments_following import MomentFollowing
from bot.handlers.outlets_job import MomentsJob
from bot.outbox.worker import OutboxWorker
from bot.outlets.fitting import Fitted, sells
from bot.outlets.lane import MomentBook
from bot.outlets.records import Moment, read_between
from bot.persona.voice import Voice
from bot.schedules.shelf import NothingAdopted
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.front_matter import ContentFront
from bot.settings.schema.outlets import Moments, OutletsFile
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.senders import FakeSender

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONTACT, APP = ChannelKey("contact"), ChannelKey("app")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    """A local time such as 2026-11-24 12:30 as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


START = at("2026-11-24 09:00")
NOON = at("2026-11-24 12:30")
"""The first draft of the rules below; a Tuesday."""


def item(
    key: str,
    pillar: Pillar = Pillar.USER,
    kind: Kind = Kind.STORY,
    text: str = "",
    **front: Any,
) -> ContentItem:
    head = ContentFront(title=f"《{key}》", pillar=pillar, kind=kind, **front)
    words = text or f"这里说的是 {key} 的事，说得不长也不短，刚好够一条朋友圈的样子。\n你怎么看？"
    return ContentItem(key, head, words)


def library(count: int = 12) -> tuple[ContentItem, ...]:
    """``count`` items of every pillar; those of products sell."""
    return tuple(
        item(
            f"{pillar}-{number:02d}",
            pillar,
            Kind.PRODUCT if pillar is Pillar.PRODUCT else Kind.STORY,
        )
        for pillar in Pillar
        for number in range(count)
    )


def fitted(items: Sequence[ContentItem]) -> tuple[Fitted, ...]:
    return tuple(Fitted(one, one.text, sells(one.front)) for one in items)


def rules(**changes: Any) -> Moments:
    """A draft every noon, as copy; on Friday evenings one as a task of the platform."""
    section: dict[str, Any] = {
        "employees": ["tangyuan", "ayun"],
        "channel": "contact",
        "slots": [{"at": "12:30"}, {"at": "20:30", "days": ["fri"], "deliver": "company"}],
    }
    return Moments.model_validate({**section, **changes})


@dataclass
class FakeMoments:
    """Implements ``bot.core.ports.Moments``. ``silent`` makes every call a silence."""

    job: Making | Made | NotMade = field(default_factory=lambda: Made("mom1"))
    publishers: dict[UserId, bool] = field(default_factory=dict)
    reactions: Reactions = field(default_factory=lambda: Reactions(3, 1))
    cancelled: list[str] = field(default_factory=list)
    silent: bool = False

    async def read_job(self, job: str) -> Making | Made | NotMade:
        self._speak()
        assert job == "job-1"
        return self.job

    async def read_publishers(self, moment_id: str) -> dict[UserId, bool]:
        self._speak()
        assert moment_id == "mom1"
        return dict(self.publishers)

    async def read_reactions(self, moment_id: str, employee: UserId) -> Reactions:
        self._speak()
        assert self.publishers[employee], "the platform refuses who has not published"
        return self.reactions

    async def cancel_moment(self, moment_id: str) -> None:
        self._speak()
        self.cancelled.append(moment_id)

    def _speak(self) -> None:
        if self.silent:
            raise TransportError("silence", reached=True)


class Company:
    """A brand with two employees, the platform, and the clock; the outbox sends what is due."""

    def __init__(self, store: Store, moments: Moments | None = None, *, count: int = 12) -> None:
        self.live = Live(
            replace(
                brand(),
                content=library(count),
                outlets=OutletsFile(moments=rules() if moments is None else moments),
            )
        )
        self.store = store
        self.clock = ManualClock(START)
        handed = SendResult(Outcome.HANDED, reference="job-1")
        self.contact = FakeSender(CONTACT, self.clock, otherwise=handed)
        self.app = FakeSender(APP, self.clock)
        self.platform = FakeMoments(publishers={UserId("tangyuan"): False, UserId("ayun"): False})
        self.outbox = OutboxWorker(
            store=store,
            senders={CONTACT: self.contact, APP: self.app},
            clock=self.clock,
            refuses=lambda _: "",
            metrics=Metrics(),
        )
        self.book = MomentBook(store)
        self.job = self.new_job()

    def new_job(self) -> MomentsJob:
        """The job as another process, or the next one, has it."""
        voice = Voice(self.live, random.Random(1))
        return MomentsJob(
            store=self.store,
            book=self.book,
            following=MomentFollowing(self.book, {CONTACT: self.platform}, voice),
            adopted=NothingAdopted(),
            voice=voice,
            live=self.live,
        )

    async def until(self, moment: datetime, *, step: timedelta = MINUTE) -> None:
        """Let time go by, with a tick at every ``step``."""
        await self.tick()
        while self.clock.now() < moment:
            self.clock.advance(min(step, moment - self.clock.now()))
            await self.tick()

    async def tick(self) -> None:
        """What a second of the program does."""
        await self.job.run(self.clock.now())
        await self.outbox.send_due()

    async def rows(self) -> list[Moment]:
        return await read_between(self.store, date.min, date.max)

    def letters(self, person: str) -> list[str]:
        """The keys of what somebody was sent in private."""
        return [outgoing.key for _, outgoing in self.app.sends if outgoing.target.address == person]


def day(text: str) -> date:
    return date.fromisoformat(text)
