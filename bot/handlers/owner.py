"""What owners say to the bot about its posts: 公告, 发布, 排期, 暂停, 继续."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Text
from bot.handlers.speech import answer, group_post, words
from bot.members.roster import Roster
from bot.persona.screening import first_stop
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, owner_command
from bot.schedules.node_days import node_days_on
from bot.schedules.plan import PlannedPost
from bot.schedules.planner import PLAN_DAYS, Planner
from bot.schedules.publisher import Published, Publisher
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName
from bot.wording.marks import mark_ad
from bot.wording.repeating import Reviewed, spelled
from bot.wording.rule import Origin

SHOWN_DAYS = 3
"""How many days 排期 shows when no number follows it."""


@dataclass(frozen=True, slots=True)
class OwnerHandlers:
    """Announcements and the schedule."""

    voice: Voice
    publisher: Publisher
    planner: Planner
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            owner_command(CommandName.ANNOUNCE, self.announce),
            owner_command(CommandName.PUBLISH, self.publish),
            owner_command(CommandName.PLAN, self.plan),
            owner_command(CommandName.PAUSE, self.pause),
            owner_command(CommandName.RESUME, self.resume),
        )

    async def announce(self, context: Context) -> Outcome:
        """公告 words: into the group, once they are fit to leave the house."""
        typed = context.invocation.words if context.invocation else ""
        if not typed:
            return answer(self.voice, context, "announce.bad_form")
        typed = mark_ad(typed, policy_of(context.settings, context.persona))
        stop = first_stop(typed, context.settings, persona=context.persona, origin=Origin.OPERATOR)
        if stop is not None:
            slots = {"word": spelled(stop.what), "why": stop.why, "instead": stop.instead}
            return answer(self.voice, context, "announce.refused", **slots)
        text = words(self.voice, context, "announce.post", text=Reviewed(typed))
        post = group_post(context, f"{context.event.key}/announce", text)
        return Reply(Text(words(self.voice, context, "announce.done")), (post,))

    async def publish(self, context: Context) -> Outcome:
        """发布: the next item of the plan, now."""
        result = await self.publisher.publish_next(
            context.group_key, context.now, context.event.key, by=context.member.user_id
        )
        if isinstance(result, Published):
            return answer(self.voice, context, "publish.done", title=result.title)
        today = context.now.astimezone(context.settings.zone_of(context.group)).date()
        days = node_days_on(today, context.settings.calendar)
        solemn = next((day for day in days if day.solemn), None)
        if solemn is not None:
            return answer(self.voice, context, "publish.solemn", day=solemn.name)
        return answer(self.voice, context, "publish.nothing")

    async def plan(self, context: Context) -> Outcome:
        """排期 [days]: the next days, as the publisher will do them if nothing changes."""
        typed = context.invocation.words.strip() if context.invocation else ""
        days = min(int(typed), PLAN_DAYS) if typed.isdecimal() and int(typed) else SHOWN_DAYS
        until = context.now + timedelta(days=days)
        plan = await self.planner.plan(context.group, context.now)
        posts = [post for post in plan.posts if not post.slot.blocked]
        lines = [
            self._line(context, number, post)
            for number, post in enumerate(posts, start=1)
            if post.slot.due_at <= until
        ]
        if not lines or not context.group.scheduled:
            return answer(self.voice, context, "plan.empty")
        return answer(self.voice, context, "plan.report", lines="\n".join(lines))

    async def pause(self, context: Context) -> Outcome:
        """暂停: no scheduled posts until 继续; members are answered as before."""
        return await self._switch(context, "pause", context.now)

    async def resume(self, context: Context) -> Outcome:
        """继续: scheduled posts go on with the next slot."""
        return await self._switch(context, "resume", None)

    async def _switch(self, context: Context, verb: str, paused_at: datetime | None) -> Outcome:
        changed = await self.roster.pause(context.group_key, paused_at)
        return answer(self.voice, context, f"{verb}.{'done' if changed else 'already'}")

    def _line(self, context: Context, number: int, post: PlannedPost) -> str:
        at = post.slot.due_at.astimezone(context.settings.zone_of(context.group))
        slots = {"number": number, "day": at.strftime("%m-%d"), "at": at.strftime("%H:%M")}
        if post.item is None:
            return words(self.voice, context, "plan.line_without", **slots)
        front = post.item.front
        state = _state_of(post)
        return words(
            self.voice,
            context,
            "plan.line",
            pillar=words(self.voice, context, f"pillar.{front.pillar}"),
            kind=words(self.voice, context, f"kind.{front.kind}"),
            title=front.title,
            state=words(self.voice, context, f"plan.state_{state}") if state else "",
            **slots,
        )


def _state_of(post: PlannedPost) -> str:
    """What an owner should know of a planned post beside its title."""
    if post.awaits:
        return "awaits"
    if post.edit.locked is not None:
        return "locked"
    if post.approved_by:
        return "approved"
    return "edited" if post.edit.edited_by and (post.edit.item or post.edit.written) else ""
