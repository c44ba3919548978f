"""邀请: a member's own code, a newcomer's entry, and telling both what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.messages import Outgoing, Text
from bot.core.ports import Way
from bot.growth.invites import Invites, Told
from bot.growth.referrals import Accepted, Again, News, Rejected, read_code
from bot.growth.ways import Ways
from bot.handlers.codes import entry_of
from bot.handlers.letters import owed_letter
from bot.handlers.speech import answer
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, member_command
from bot.settings.schema.bot import Group
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.settings import HasSettings, Settings


@dataclass(frozen=True, slots=True)
class InviteHandlers:
    """Codes out, codes in."""

    voice: Voice
    invites: Invites
    roster: Roster
    ways: Ways

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (member_command(CommandName.INVITE, self.invite),)

    async def invite(self, context: Context) -> Outcome:
        """邀请 shows one's own code; 邀请码 CODE enters a friend's."""
        typed = context.invocation.words if context.invocation else ""
        return await (self._enter(context, typed) if typed else self._show(context))

    async def _show(self, context: Context) -> Outcome:
        """One's own code; where newcomers come by codes that the platform knows, one to scan."""
        rules = context.settings.rewards.referral
        member_id = context.member.member_id
        progress = await self.invites.read_progress(member_id)
        code = await self.invites.code_of(member_id, context.now)
        way = await self._way(context, code)
        slots = {
            "code": code,
            "points": rules.inviter_points,
            "friend_points": rules.friend_points,
            "hours": rules.qualify_hours,
            "pending": progress.pending,
            "settled": progress.settled,
        }
        if way is not None:
            return answer(self.voice, context, "invite.way", url=way.picture_url, **slots)
        return answer(self.voice, context, "invite.code", minutes=rules.code_minutes, **slots)

    async def _way(self, context: Context, code: str) -> Way | None:
        """The code to scan; None where there are none, or the platform does not give one now."""
        if not self.ways.leads_into(context.group):
            return None
        try:
            return await self.ways.group_way(code, context.group, context.now)
        except (PlatformError, TransportError) as error:
            log = structlog.get_logger("invite")
            log.warning("no way into the group", group=context.group.key, reason=error.message)
            return None

    async def _enter(self, context: Context, typed: str) -> Outcome:
        rules = context.settings.rewards.referral
        code = read_code(typed)
        verdict = await self.invites.enter(entry_of(context, code))
        match verdict:
            case Rejected():
                template = f"invite.rejected_{verdict.reason}"
                slots = {"code": code or typed, "minutes": rules.code_minutes}
                reply = answer(self.voice, context, template, **slots)
                return reply.doing(Act.INVITE, f"rejected: {verdict.reason}")
            case Again():
                inviter = await self.roster.read_name(verdict.inviter_id)
                return answer(self.voice, context, "invite.again", inviter=inviter)
            case Accepted():
                reply = answer(
                    self.voice,
                    context,
                    "invite.held" if verdict.held else "invite.accepted",
                    inviter=await self.roster.read_name(verdict.inviter_id),
                    friend_points=rules.friend_points,
                    hours=rules.qualify_hours,
                )
                return reply.doing(Act.INVITE, "accepted")
        assert_never(verdict)


@dataclass(frozen=True, slots=True)
class ReferralJob:
    """The job that settles what is due and tells people what became of their invites."""

    invites: Invites
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "referrals"

    async def run(self, now: datetime) -> None:
        """Settle, then tell; what a crash left untold is told now."""
        settings = self.live.current
        await self.invites.settle(now, settings.rewards, settings.zone)
        for told in await self.invites.read_news():
            group = settings.group(told.group_key)
            outgoings = [] if group is None else await self._messages(settings, group, told)
            await self.invites.tell(told, outgoings, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next friend has stayed long enough."""
        return await self.invites.next_due(now)

    async def _messages(self, settings: Settings, group: Group, told: Told) -> list[Outgoing]:
        """Payments are told to the group, the rest in private: to whom it concerns."""
        voice = self.voice.speaking_as(settings.persona_of(group))
        text = voice.say(
            f"invite.{told.news}",
            scope=f"group/{group.key}",
            inviter=await self.roster.read_name(told.inviter_id),
            friend=await self.roster.read_name(told.friend_id),
            points=told.inviter_points,
            friend_points=told.friend_points,
        )
        key = f"referral/{told.referral_id}/{told.news}"
        if told.news is News.SETTLED:
            place = settings.remark_place(group)
            return [] if place is None else [Outgoing(key, *place, Text(text))]
        both = told.news is News.UNREVIEWED
        people = [told.inviter_id, told.friend_id] if both else [told.inviter_id]
        letters = [
            await owed_letter(
                settings, self.roster, who, f"{key}/{who}", Text(text), about=told.group_key
            )
            for who in people
        ]
        return [letter for letter in letters if letter is not None]
