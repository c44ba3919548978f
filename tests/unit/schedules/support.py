"""Settings, libraries and stores for the tests of schedules."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.core.ids import GroupKey
from bot.members.models import GroupRow
from bot.outbox.models import OutboxRow
from bot.persona.voice import Voice
from bot.schedules.decide import Situation
from bot.schedules.edits import Edit
from bot.schedules.publisher import Publisher
from bot.schedules.records import History, Post, SlotRecord, read_recent_slots
from bot.schedules.rendering import Renderer
from bot.schedules.shelf import NothingAdopted, shelf_of
from bot.settings.pages import Pages
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.bot import BotFile, Brand, ChatAddress, Group
from bot.settings.schema.calendar import (
    CalendarFile,
    FissionStep,
    Late,
    Mix,
    NodeDay,
    PostLimits,
    QuietHours,
    WeeklySlot,
)
from bot.settings.schema.channels import GroupWebhook, WecomApp
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.front_matter import ContentFront
from bot.settings.schema.holidays import SlotDay
from bot.settings.schema.members import MembersFile
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.tone import Tone
from bot.settings.settings import ContentItem, Settings
from bot.store.db import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
GROUP = GroupKey("pond")
MODELS = ["bot.outbox.models", "bot.members.models"]

EVERY_DAY = tuple(Weekday)
EVERY_KIND = tuple(Kind)
PILLARS = {Pillar.BRAND: 20, Pillar.PRODUCT: 20, Pillar.INDUSTRY: 30, Pillar.USER: 30}
KINDS = {
    Kind.STORY: 15,
    Kind.ACTIVITY: 25,
    Kind.PRODUCT: 20,
    Kind.RED_PACKET: 10,
    Kind.LESSON: 30,
}
STEPS = ("code", "friend", "poster")
"""Ten texts of each: enough for four posts a day."""


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A local time such as 2026-11-22 09:00 as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def item(
    key: str,
    kind: Kind = Kind.STORY,
    pillar: Pillar = Pillar.BRAND,
    **front: Any,
) -> ContentItem:
    head = ContentFront(title=f"title of {key}", pillar=pillar, kind=kind, **front)
    return ContentItem(key, head, f"text of {key}")


def full_library(count: int) -> tuple[ContentItem, ...]:
    """``count`` items of every pillar and kind."""
    return tuple(
        item(f"{pillar}-{kind}-{number:03d}", kind, pillar)
        for pillar in Pillar
        for kind in Kind
        for number in range(count)
    )


def slot(
    hour: str, kinds: Sequence[Kind] = EVERY_KIND, days: Sequence[Weekday] = EVERY_DAY
) -> WeeklySlot:
    named = tuple(map(SlotDay, days))
    return WeeklySlot(at=time.fromisoformat(hour), days=named, kinds=tuple(kinds))


def calendar(
    slots: Iterable[WeeklySlot] = (),
    *,
    late: Late | None = None,
    limits: PostLimits | None = None,
    node_days: Sequence[NodeDay] = (),
    steps: Sequence[str] = STEPS,
    pillars: dict[Pillar, int] | None = None,
    kinds: dict[Kind, int] | None = None,
    window_posts: int = 28,
    **parts: Any,
) -> CalendarFile:
    mix = Mix(window_posts=window_posts, pillars=pillars or PILLARS, kinds=kinds or KINDS)
    return CalendarFile(
        mix=mix,
        slots=tuple(slots) or (slot("08:30"), slot("20:00")),
        quiet_hours=QuietHours(starts=time(22, 30), ends=time(8, 0)),
        late=late or Late(),
        limits=limits or PostLimits(),
        fission_steps=tuple(
            FissionStep(key=key, texts=tuple(f"step {key} {n}" for n in range(1, 11)))
            for key in steps
        ),
        node_days=tuple(node_days),
        **parts,
    )


APP = WecomApp(
    kind="wecom_app",
    corp_id="ww1",
    agent_id=1,
    secret=SecretStr("secret"),
    token=SecretStr("token"),
    encoding_aes_key=SecretStr("a" * 43),
)
POSTS = GroupWebhook(kind="group_webhook", webhook_key=SecretStr("key"))


def group(key: str = GROUP, owners: tuple[str, ...] = ("owner-1", "owner-2")) -> Group:
    chat = ChatAddress(channel="app", chat_id="chat-1")
    posts = ChatAddress(channel="posts")
    return Group(key=key, name="鱼塘", hears=chat, posts=posts, roster=chat, owners=owners)


def settings(
    calendar_file: CalendarFile | None = None,
    content: Sequence[ContentItem] | None = None,
    *,
    zone: ZoneInfo = SHANGHAI,
    groups: Sequence[Group] | None = None,
) -> Settings:
    question = ("{day} {at} {title} {minutes}",)
    return Settings(
        directory=Path("config"),
        fingerprint="first",
        bot=BotFile(
            brand=Brand(name="鱼塘"),
            channels={"app": APP, "posts": POSTS},
            groups=tuple(groups if groups is not None else [group()]),
            operators=("operator",),
        ),
        persona=PersonaFile(
            name="小禾",
            who="who",
            what="what",
            value="value",
            memory_points=(),
            tone=Tone(),
            templates={
                "late.question": question,
                "plan.approval_asked": ("{group} {day} {at} {title} {text}",),
                "plan.not_approved": ("{group} {day} {at} {title} {people}",),
                "list.comma": ("、",),
                "post.link": ("at {url}",),
                "page.link": ("page {url}",),
            },
        ),
        commands=CommandsFile(commands={}),
        calendar=calendar_file or calendar(),
        rewards=RewardsFile(),
        members=MembersFile(tags=(), rules=()),
        content=tuple(content if content is not None else full_library(12)),
        knowledge=(),
        zone=zone,
    )


def post(when: datetime, of: ContentItem, step: str = "code.1") -> Post:
    """``of`` as it would be in the history."""
    front = of.front
    return Post(when, front.pillar, front.kind, of.key, front.promotion, step)


@dataclass
class Live:
    """Settings that a test may replace."""

    current: Settings

    def change(self, **parts: Any) -> None:
        fingerprint = self.current.fingerprint + "+"
        self.current = replace(self.current, fingerprint=fingerprint, **parts)


def situation(
    setting: Settings,
    history: History | None = None,
    *,
    adopted: Sequence[ContentItem] = (),
    edits: Mapping[str, Edit] | None = None,
) -> Situation:
    """The first group with this behind it."""
    shelf = shelf_of(setting, adopted)
    return Situation(setting, setting.bot.groups[0], shelf, history or History(), edits or {})


def publisher(store: Store, live: Live) -> Publisher:
    renderer = Renderer(Voice(live, random.Random(1)), Pages(live, ""))
    return Publisher(store, renderer, live, NothingAdopted())


START = at("2026-11-25 10:00")
EVENING = at("2026-11-25 20:00")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


async def states(store: Store) -> list[tuple[str, str, str]]:
    """Time, state and reason of everything decided."""
    return [
        (record.key.partition("/")[2], record.state, record.reason)
        for record in await records(store)
    ]


async def records(store: Store, group_key: GroupKey = GROUP) -> tuple[SlotRecord, ...]:
    """Everything decided in a group, in order."""
    return await read_recent_slots(store, group_key, datetime(2020, 1, 1, tzinfo=UTC))


async def keys_in_outbox() -> list[str]:
    """The keys of all messages, in order."""
    return [row.key for row in await OutboxRow.all().order_by("id")]


async def pause(paused_at: datetime | None) -> None:
    """Pause the group, or resume with None."""
    await GroupRow.update_or_create(key=GROUP, defaults={"paused_at": paused_at})
