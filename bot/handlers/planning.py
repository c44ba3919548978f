"""The plan in people's hands: 预览, 换帖, 留帖, 写帖, 跳过, 还原, and 批准 for those who are named.

A slot is called by its number in 排期 or by its time, as 12-08 08:30; the name of a group that one
may command comes first where it is another one. Every answer says how the slot stands now, so that
a slip is seen at once.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey
from bot.core.messages import Media, Message, Outgoing, Post, Text
from bot.handlers.speech import answer, in_private, words
from bot.members.people import Role
from bot.members.roster import Roster
from bot.persona.screening import first_stop
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command, staff_command
from bot.schedules.approval import all_approvers
from bot.schedules.plan import PlannedPost
from bot.schedules.planner import Asked, Changed, Planner, Refusal, Refused
from bot.schedules.rendering import Renderer
from bot.schedules.rules import Hindrance
from bot.settings.policy import policy_of
from bot.settings.schema.bot import Group
from bot.settings.schema.commands import CommandName
from bot.wording.marks import mark_ad
from bot.wording.repeating import Reviewed, spelled
from bot.wording.rule import Origin

# A number is one only where no date or time goes on behind it: 12-08 is no slot 12. Beside the
# narrow colon stands the wide one, and the sign of a month.
_NAMED: Final = re.compile(
    r"(?:(?P<day>\d{1,2}-\d{1,2})\s+)?(?P<at>\d{1,2}[:\uff1a]\d{2})(?!\d)"
    r"|(?P<number>\d{1,3})(?![\d:\uff1a./\u6708-])"
)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot that was called, and the words behind it."""

    group: Group
    post: PlannedPost
    rest: str

    def names(self, context: Context) -> Mapping[str, str]:
        """What an answer calls it by."""
        title = self.post.item.front.title if self.post.item else ""
        return _names(context, self.group, self.post.slot.due_at, title)


@dataclass(frozen=True, slots=True)
class PlanningHandlers:
    """Changing and previewing the plan."""

    voice: Voice
    planner: Planner
    renderer: Renderer
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.PREVIEW_POST, self.preview),
            staff_command(CommandName.SWAP_POST, self.swap),
            staff_command(CommandName.KEEP_POST, self.keep),
            staff_command(CommandName.SKIP_POST, self.skip),
            staff_command(CommandName.WRITE_POST, self.write),
            staff_command(CommandName.RESTORE_POST, self.restore),
            command(CommandName.APPROVE_POST, self.approve),
        )

    async def preview(self, context: Context) -> Outcome:
        """预览: the post as it will look, pictures included; to whoever asks alone."""
        slot = await self._slot(context)
        if isinstance(slot, Reply):
            return slot
        if slot.post.choice is None:
            return self._refuse(context, slot, Refused(Refusal.EMPTY, slot.post.reason))
        rendered = self.renderer.render(
            context.settings,
            slot.group,
            slot.post.choice,
            slot_key=slot.post.slot.key,
            at=slot.post.slot.due_at,
            members=len(await self.roster.read_members(GroupKey(slot.group.key))),
        )
        shown = self._line(context, "plan.preview", slot, text=Reviewed(rendered.text))
        reply = in_private(context, shown, self._line(context, "plan.preview_sent", slot))
        place = context.settings.private_place(context.group, context.member.user_id)
        pictures = [media for _, message in rendered.messages for media in _pictures(message)]
        notes = (
            ()
            if place is None
            else tuple(
                Outgoing(f"{context.event.key}/preview/{number}", *place, picture)
                for number, picture in enumerate(pictures, start=1)
            )
        )
        return replace(reply, posts=(*reply.posts, *notes))

    async def swap(self, context: Context) -> Outcome:
        """换帖 N [title]: another item."""
        return await self._change(
            context, lambda asked, slot: self.planner.swap(asked, slot.rest), "plan.swapped"
        )

    async def keep(self, context: Context) -> Outcome:
        """留帖 N: keep what is planned."""
        return await self._change(context, lambda asked, _: self.planner.pin(asked), "plan.kept")

    async def skip(self, context: Context) -> Outcome:
        """跳过 N: no post."""
        return await self._change(
            context, lambda asked, _: self.planner.skip(asked), "plan.skipped"
        )

    async def restore(self, context: Context) -> Outcome:
        """还原 N: as the mix has it."""
        return await self._change(
            context, lambda asked, _: self.planner.restore(asked), "plan.restored"
        )

    async def approve(self, context: Context) -> Outcome:
        """批准 N: yes, for those who are named in the files; nobody else learns of the plan."""
        shelf = await self.planner.shelf(context.settings)
        named = all_approvers(context.settings, shelf)
        if not context.is_owner and context.member.user_id not in named:
            return self._not_his(context)
        return await self._change(
            context, lambda asked, _: self.planner.approve(asked), "plan.approved"
        )

    async def write(self, context: Context) -> Outcome:
        """写帖 N text: the owner's own words, once they are fit to leave the house."""
        slot = await self._slot(context)
        if isinstance(slot, Reply):
            return slot
        if not slot.rest:
            return answer(self.voice, context, "plan.which")
        persona = context.settings.persona_of(slot.group)
        marked = mark_ad(slot.rest, policy_of(context.settings, persona))
        stop = first_stop(marked, context.settings, persona=persona, origin=Origin.OPERATOR)
        if stop is not None:
            slots = {"word": spelled(stop.what), "why": stop.why, "instead": stop.instead}
            return answer(self.voice, context, "announce.refused", **slots)
        changed = await self.planner.write(_asked(context, slot), slot.rest)
        return self._tell(context, slot, changed, "plan.written")

    async def _change(
        self,
        context: Context,
        change: Callable[[Asked, _Slot], Awaitable[Changed | Refused]],
        told: str,
    ) -> Outcome:
        slot = await self._slot(context)
        if isinstance(slot, Reply):
            return slot
        return self._tell(context, slot, await change(_asked(context, slot), slot), told)

    def _tell(self, context: Context, slot: _Slot, changed: Changed | Refused, told: str) -> Reply:
        if isinstance(changed, Refused):
            return self._refuse(context, slot, changed)
        slot = replace(slot, post=changed.post)
        if slot.post.choice is None and not slot.post.edit.is_skipped:
            return self._refuse(context, slot, Refused(Refusal.EMPTY, slot.post.reason))
        return Reply(Text(self._line(context, told, slot)))

    def _refuse(self, context: Context, slot: _Slot, refused: Refused) -> Reply:
        detail = refused.detail
        if refused.why is Refusal.LOCKED:
            detail = str(context.settings.calendar.lock_minutes)
        if refused.why is Refusal.FORBIDDEN:
            detail = self._rule(context, refused.hindrance)
        return Reply(Text(self._line(context, f"plan.refused_{refused.why}", slot, detail=detail)))

    def _rule(self, context: Context, hindrance: Hindrance | None) -> str:
        """The rule in the way, in the owner's language."""
        if hindrance is None:
            return words(self.voice, context, "plan.why_closed")
        rule = hindrance.why.name.lower()
        until = "" if hindrance.until is None else f"{hindrance.until:%m-%d}"
        return words(self.voice, context, f"plan.why_{rule}", until=until)

    def _line(self, context: Context, template: str, slot: _Slot, **slots: object) -> str:
        return words(self.voice, context, template, **slot.names(context), **slots)

    def _not_his(self, context: Context) -> Reply:
        word = "" if context.invocation is None else context.word(context.invocation.name)
        return answer(self.voice, context, "refused.not_owner", command=word)

    async def _slot(self, context: Context) -> _Slot | Reply:
        """The slot that the command names, or what is wrong with the name."""
        typed = context.invocation.words.strip() if context.invocation else ""
        group, typed = _group_of(context, typed)
        is_approval = context.invocation and context.invocation.name is CommandName.APPROVE_POST
        if not (is_approval or _commands(context, group)):
            return self._not_his(context)
        match = _NAMED.match(typed)
        if match is None:
            return answer(self.voice, context, "plan.which")
        plan = await self.planner.plan(group, context.now)
        rest = typed[match.end() :].strip()
        if match["number"]:
            number = int(match["number"])
            posts = [post for post in plan.posts if not post.slot.blocked]
            if not 1 <= number <= len(posts):
                return answer(self.voice, context, "plan.which")
            return _Slot(group, posts[number - 1], rest)
        at = _instant(context, group, match["day"], match["at"])
        if at is None:
            return answer(self.voice, context, "plan.which")
        for post in plan.posts:
            if post.slot.due_at <= at < post.slot.due_at + _MINUTE:
                return _Slot(group, post, rest)
        slots = {**_names(context, group, at, ""), "detail": ""}
        return answer(self.voice, context, f"plan.refused_{Refusal.NO_SLOT}", **slots)


def _asked(context: Context, slot: _Slot) -> Asked:
    return Asked(slot.group, slot.post.slot.key, context.member.user_id, context.now)


def _names(context: Context, group: Group, at: datetime, title: str) -> dict[str, str]:
    local = at.astimezone(context.settings.zone_of(group))
    return {"group": group.name, "day": f"{local:%m-%d}", "at": f"{local:%H:%M}", "title": title}


def _instant(context: Context, group: Group, day: str | None, at: str) -> datetime | None:
    """The time that is written so on the group's clock, this year or next; None for none."""
    today = context.now.astimezone(context.settings.zone_of(group))
    hour, minute = map(int, re.split(r"[:\uff1a]", at))
    month, of_month = map(int, day.split("-")) if day else (today.month, today.day)
    year = today.year + (month < today.month)
    try:
        return today.replace(
            year=year, month=month, day=of_month, hour=hour, minute=minute, second=0, microsecond=0
        )
    except ValueError:
        return None


def _group_of(context: Context, typed: str) -> tuple[Group, str]:
    """The group that is named at the start of ``typed``, else the one of the conversation."""
    named = [
        (name, group)
        for group in context.settings.bot.groups
        for name in (group.name, group.key)
        if typed.startswith(f"{name} ")
    ]
    if not named:
        return context.group, typed
    name, group = max(named, key=lambda one: len(one[0]))
    return group, typed[len(name) :].strip()


def _commands(context: Context, group: Group) -> bool:
    """Whether the person may change the plan of ``group``: his own, or any as an operator."""
    return (
        context.member.role is Role.OPERATOR
        or group.key == context.group.key
        or context.member.user_id in group.owners
    )


def _pictures(message: Message) -> tuple[Media, ...]:
    if isinstance(message, Post):
        return message.media
    return (message,) if isinstance(message, Media) else ()
