"""我的数据 for the member, 画像 and 数据 for the owner. Personal data goes out in private only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.ids import MemberId
from bot.growth.invites import Invites, day_began
from bot.handlers.choice_words import choices_in_words
from bot.handlers.remembered import remembered_lines
from bot.handlers.speech import answer, in_private, local_day, words
from bot.handlers.ticket_words import say_in, span
from bot.members.choices import Choices
from bot.members.memory.memory import Memory
from bot.members.portrait import GroupNumbers, HeldTag, Portrait, read_group_numbers, read_portrait
from bot.members.roster import Roster
from bot.members.tickets.tickets import Tickets
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, command, owner_command
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.days import community_date
from bot.rewards.ledger.statement import Statements
from bot.schedules.records import SlotState, read_recent_slots
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.store.db import Store

DATA_DAYS = 7
"""How far back 数据 looks."""


@dataclass(frozen=True, slots=True)
class ProfileHandlers:
    """What is known about a member or a group."""

    store: Store
    voice: Voice
    statements: Statements
    check_ins: CheckIns
    invites: Invites
    roster: Roster
    choices: Choices
    tickets: Tickets
    memory: Memory

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.MY_DATA, self.my_data),
            owner_command(CommandName.PORTRAIT, self.portrait),
            owner_command(CommandName.DATA, self.data),
        )

    async def my_data(self, context: Context) -> Outcome:
        """我的数据: everything that is kept about the asker, to himself alone."""
        facts = await self._facts(context, context.member.member_id)
        changes = await self.choices.read_changes(context.member.member_id)
        chosen = choices_in_words(self.voice, context, changes)
        held = await self.memory.read(context.member.member_id, context.now)
        facts = {**facts, "memory": remembered_lines(self.voice, context, held)}
        report = words(self.voice, context, "my_data.report", choices=chosen, **facts)
        sent = words(self.voice, context, "my_data.sent")
        return in_private(context, report, sent)

    async def portrait(self, context: Context) -> Outcome:
        """画像 @小鹿: a member's portrait, to the owner alone."""
        typed = context.invocation.words if context.invocation else ""
        wanted = typed.removeprefix("@").removeprefix("＠").strip()
        found = await self.roster.find_by_name(context.group_key, wanted)
        if len(found) != 1:
            return answer(self.voice, context, "portrait.unknown", name=wanted)
        name = await self.roster.read_name(found[0])
        facts = await self._facts(context, found[0])
        report = words(self.voice, context, "portrait.report", **{**facts, "name": name})
        sent = words(self.voice, context, "portrait.sent", member=name)
        return in_private(context, report, sent)

    async def data(self, context: Context) -> Outcome:
        """数据: the group's numbers of the last days."""
        today = day_began(context.now, context.settings.rewards, context.settings.zone)
        since = today - timedelta(days=DATA_DAYS - 1)
        numbers = await read_group_numbers(self.store, context.group_key, since)
        slots_decided = await read_recent_slots(self.store, context.group_key, since)
        slots = {
            "group": context.group.name,
            "days": DATA_DAYS,
            **_number_slots(numbers),
            "issued": await self.statements.read_earned(
                await self.roster.read_members(context.group_key), since
            ),
            "posts": sum(slot.state is SlotState.PUBLISHED for slot in slots_decided),
            "referrals": await self.invites.count_settled(context.group_key, since),
            **await self._ticket_slots(context, since),
        }
        return answer(self.voice, context, "data.report", **slots)

    async def _ticket_slots(self, context: Context, since: datetime) -> dict[str, object]:
        """How many called a person, and how long half of those who were answered waited."""
        numbers = await self.tickets.read_numbers(context.group_key, since)
        waited = numbers.first_answer_seconds
        say = say_in(self.voice, context)
        first = say("tickets.no_wait") if waited is None else span(say, waited)
        return {"tickets": numbers.opened, "first_answer": first}

    async def _facts(self, context: Context, member_id: MemberId) -> dict[str, object]:
        """Everything about a member, in words; each template takes what it shows."""
        portrait = await read_portrait(self.store, member_id, context.group_key, context.now)
        progress = await self.invites.read_progress(member_id)
        settings = context.settings
        today = community_date(context.now, settings.zone, settings.rewards.day_starts_at)
        return {
            "joined": _day_or_dash(context, portrait.joined_at),
            "last_seen": _day_or_dash(context, portrait.last_seen_at),
            "balance": await self.statements.read_balance(member_id),
            "streak": await self.check_ins.read_streak(member_id, today),
            "acts": self._acts(context, portrait),
            "tags": self._tags(context, portrait.tags),
            "invited": progress.settled,
        }

    def _acts(self, context: Context, portrait: Portrait) -> str:
        counted = [
            f"{words(self.voice, context, f'act.{act}')} {count}" for act, count in portrait.acts
        ]
        return " · ".join(counted) or "0"

    def _tags(self, context: Context, held: tuple[HeldTag, ...]) -> str:
        names = {tag.key: tag.name for tag in context.settings.members.tags}
        lines = [
            words(
                self.voice,
                context,
                "portrait.tag_line",
                tag=names.get(tag.tag, tag.tag),
                source=words(self.voice, context, f"source.{tag.source}"),
                confidence=f"{tag.confidence:.0%}",
                evidence=self._evidence(context, tag.evidence),
                until=_day_or_dash(context, tag.expires_at),
            )
            for tag in held
        ]
        return "\n".join(lines) or words(self.voice, context, "portrait.no_tags")

    def _evidence(self, context: Context, evidence: str) -> str:
        is_act = evidence in tuple(Act)
        return words(self.voice, context, f"act.{evidence}") if is_act else evidence


def _number_slots(numbers: GroupNumbers) -> dict[str, int]:
    return {
        "members": numbers.members,
        "joined": numbers.joined,
        "left": numbers.left,
        "speakers": numbers.speakers,
        "checkins": numbers.count(Act.CHECKIN),
        "claims": numbers.count(Act.CLAIM),
    }


def _day_or_dash(context: Context, instant: datetime | None) -> str:
    return "—" if instant is None else local_day(context, instant)
