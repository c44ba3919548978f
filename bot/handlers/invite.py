"""邀请: a member's own code, a newcomer's entry, and telling both what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Text
from bot.growth.invites import Invites, Told
from bot.growth.referrals import Accepted, Again, CodeEntry, News, Rejected, read_code
from bot.handlers.speech import answer
from bot.members.people import Role
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.dispatch import realm_of
from bot.pipeline.routing import Route, member_command
from bot.settings.schema.bot import Group
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.settings import HasSettings, Settings, posting_place, private_place


@dataclass(frozen=True, slots=True)
class InviteHandlers:
    """Codes out, codes in."""

    voice: Voice
    invites: Invites
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (member_command(CommandName.INVITE, self.invite),)

    async def invite(self, context: Context) -> Outcome:
        """邀请 shows one's own code; 邀请码 CODE enters a friend's."""
        typed = context.invocation.words if context.invocation else ""
        return await (self._enter(context, typed) if typed else self._show(context))

    async def _show(self, context: Context) -> Outcome:
        rules = context.settings.rewards.referral
        member_id = context.member.member_id
        progress = await self.invites.read_progress(member_id)
        return answer(
            self.voice,
            context,
            "invite.code",
            code=await self.invites.code_of(member_id, context.now),
            points=rules.inviter_points,
            friend_points=rules.friend_points,
            hours=rules.qualify_hours,
            minutes=rules.code_minutes,
            pending=progress.pending,
            settled=progress.settled,
        )

    async def _enter(self, context: Context, typed: str) -> Outcome:
        rules = context.settings.rewards.referral
        code = read_code(typed)
        verdict = await self.invites.enter(
            CodeEntry(
                event_key=context.event.key,
                friend_id=context.member.member_id,
                staff=context.member.role is not Role.MEMBER,
                group_key=context.group_key,
                code=code,
                now=context.event.at,
                code_minutes=rules.code_minutes,
                qualify_hours=rules.qualify_hours,
                hold_joins_a_minute=rules.hold_joins_a_minute,
                hold_joins_an_hour=rules.hold_joins_an_hour,
            )
        )
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
        text = self.voice.say(
            f"invite.{told.news}",
            scope=f"group/{group.key}",
            inviter=await self.roster.read_name(told.inviter_id),
            friend=await self.roster.read_name(told.friend_id),
            points=told.inviter_points,
            friend_points=told.friend_points,
        )
        key = f"referral/{told.referral_id}/{told.news}"
        if told.news is News.SETTLED:
            return [Outgoing(key, *posting_place(group), Text(text))]
        both = told.news is News.UNREVIEWED
        people = [told.inviter_id, told.friend_id] if both else [told.inviter_id]
        realm = realm_of(settings, ChannelKey(group.roster.channel))
        users = [await self.roster.read_user_id(realm, person) for person in people]
        return [
            Outgoing(f"{key}/{user_id}", *private_place(group, user_id), Text(text))
            for user_id in users
            if user_id is not None
        ]
