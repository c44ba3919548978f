"""A town whose members come, act and go, and the job of sop.yaml on a real store."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.core.messages import message_from_json, plain_text
from bot.handlers.sop_job import SopJob
from bot.members.choices import Choices, Decision
from bot.members.lane import record_interactions
from bot.members.people import Choice, Interaction, PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.outbox.models import OutboxRow
from bot.persona.voice import Voice
from bot.schedules.sop.sop import Sop
from bot.settings.schema.members import Act
from bot.settings.schema.sop import SopFile
from bot.settings.settings import Settings
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import APP, GROUP, REALM
from tests.support.stores import execute

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A local time such as 2026-11-25 09:00 as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


START = at("2026-11-25 12:00")
"""A Wednesday, before anybody came."""


def step(key: str = "hello", **parts: Any) -> dict[str, Any]:
    """A step as the file has it: on day 1 at nine, unless told."""
    return {"key": key, "days": 1, "at": "09:00", "texts": [f"{key} {{name}}"], **parts}


def plan(*steps: Mapping[str, Any], key: str = "plan", **parts: Any) -> dict[str, Any]:
    """A plan as the file has it: it begins with joining, unless told."""
    begins = {"on": "joined"}
    return {"key": key, "name": key, "begins": begins, "steps": list(steps), **parts}


def with_plans(settings: Settings, *plans: Mapping[str, Any], **parts: Any) -> Settings:
    """``settings`` with a sop.yaml of these plans."""
    file = SopFile.model_validate({"plans": list(plans), **parts})
    return replace(settings, sop=file, fingerprint=file.model_dump_json())


class Town:
    """The example brand's groups with nobody in them; the clock is an argument."""

    def __init__(self, store: Store, *plans: Mapping[str, Any], **parts: Any) -> None:
        self.store = store
        self.live = Live(with_plans(brand(), *plans, **parts))
        self.roster = Roster(store)
        self.choices = Choices(store)
        self.sop = Sop(store)
        self.job = self.new_job()
        self._acts = store.lane("acts", _record)
        self._numbers = count(1)

    def new_job(self) -> SopJob:
        """The job as another process has it."""
        return SopJob(self.sop, Voice(self.live, random.Random(1)), self.live)

    async def join(self, name: str, when: datetime, group: str = GROUP) -> MemberId:
        """Somebody comes."""
        person = PersonRef(REALM, UserId(name))
        moved = await self.roster.move(Move(MoveKind.JOINED, person, GroupKey(group), when))
        return moved.member_id

    async def leave(self, name: str, when: datetime, group: str = GROUP) -> None:
        """Somebody goes."""
        person = PersonRef(REALM, UserId(name))
        await self.roster.move(Move(MoveKind.LEFT, person, GroupKey(group), when))

    async def act(
        self, member_id: MemberId, act: Act, when: datetime, group: str | None = GROUP
    ) -> None:
        """A member does something, in private if ``group`` is None."""
        key = EventKey(f"event/{next(self._numbers)}")
        where = None if group is None else GroupKey(group)
        await self._acts.submit(Interaction(member_id, where, act, when, key))

    async def choose(self, member_id: MemberId, choice: Choice, when: datetime) -> None:
        """A member wants something no more."""
        key = EventKey(f"choice/{next(self._numbers)}")
        await self.choices.decide(Decision(member_id, choice, True, when, APP, "said", "told", key))

    async def tag(self, member_id: MemberId, tag: str, when: datetime) -> None:
        """A member gets a tag."""
        micros = int(when.timestamp()) * 1_000_000
        await execute(
            self.store,
            "INSERT INTO member_tag (member_id, tag, source, confidence, evidence, added_at)"
            f" VALUES ({member_id}, '{tag}', 'rule', 0.9, 'said so', {micros})",
        )

    async def told(self) -> list[str]:
        """First lines of everything in the outbox, each after its address, in order."""
        rows = await OutboxRow.all().order_by("id")
        texts = [plain_text(message_from_json(json.loads(row.message))) for row in rows]
        return [
            f"{row.target} {text.splitlines()[0]}" for row, text in zip(rows, texts, strict=True)
        ]

    async def rows(self) -> list[tuple[str, str, str]]:
        """Step, state and reason of all rows."""
        found = await self.store.read("SELECT step, state, reason FROM sop_step ORDER BY id")
        return [(row["step"], row["state"], row["reason"]) for row in found]

    async def reasons(self) -> list[str]:
        """Why rows were not sent."""
        return [reason for _, state, reason in await self.rows() if state == "skipped"]


def _record(connection: Connection, items: Sequence[Interaction]) -> list[None]:
    record_interactions(connection, items)
    return [None] * len(items)
