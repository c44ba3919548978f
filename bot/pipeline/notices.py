"""Says in time that the persona is an AI: with a member's first answer, and again in a long talk.

Nobody can switch it off. It goes along with an answer in words; where it finds no room (a card, a
picture, a long list), it waits for the next one. What was told is written with the event's end.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.core.messages import Drawing, Markdown, Message, Text, plain_text
from bot.core.ports import Capabilities
from bot.members.people import Talk
from bot.members.talks import Talked
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Reply
from bot.settings.schema.commands import CommandName
from bot.settings.schema.manners import AiNotice

ROOM_BYTES: Final = 2048
"""An answer that misses its request may have to go through the channel with the least room."""


class Notice(StrEnum):
    """Why it is said now."""

    FIRST = "first"
    """He was never told."""

    TALK = "talk"
    """A new talk begins, and the settings want it said each time."""

    LONG = "long"
    """The talk has gone on for long."""


_TEMPLATES: Final = {
    Notice.FIRST: "notice.first",
    Notice.TALK: "notice.talk",
    Notice.LONG: "notice.long",
}


@dataclass(frozen=True, slots=True)
class _Latest:
    """A talk as this process left it, and the event that did: its repeat begins where it began."""

    before: Talk | None
    after: Talk
    key: EventKey


class Notices:
    """Looks at every answer before it leaves.

    A member's talk is read when his words come in, which may be before his last answer was
    written. So the talks that go on are remembered here.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._latest: dict[MemberId, _Latest] = {}
        self._swept_at: datetime | None = None

    def with_notice(
        self, context: Context, reply: Reply, table: Capabilities
    ) -> tuple[Reply, Talked | None]:
        """The reply with the notice that is due, and how the talk stands after it.

        None where nothing is answered, and where it is an employee who greets a new friend: that
        is no talk with the persona.
        """
        if reply.answer is None or context.event.employee:
            return reply, None
        member_id, rules = context.member.member_id, context.settings.persona.manners.ai_notice
        before = self._before(context)
        talk, due = go_on(before, context.now, rules)
        if due is not None:
            told = self._tell(context, reply.answer, due, table)
            if told is not None:
                reply, talk = replace(reply, answer=told), replace(talk, told_at=talk.last_at)
        self._sweep(context.now, timedelta(minutes=rules.gap_minutes))
        self._latest[member_id] = _Latest(before, talk, context.event.key)
        return reply, Talked(member_id, talk)

    def _before(self, context: Context) -> Talk | None:
        latest = self._latest.get(context.member.member_id)
        if latest is None:
            return context.member.talk
        return latest.before if latest.key == context.event.key else latest.after

    def _tell(
        self, context: Context, answer: Message, due: Notice, table: Capabilities
    ) -> Message | None:
        """The answer with the notice beneath it; None where there is no room for it."""
        label, human = context.persona.label, context.word(CommandName.HUMAN)
        if says_both(answer, label, human):
            return answer
        told = self._voice.speaking_as(context.persona).say(
            _TEMPLATES[due],
            scope=context.scope,
            persona=context.persona.name,
            label=label,
            brand=context.settings.bot.brand.name,
            human=human,
        )
        return with_words(answer, told, table)

    def _sweep(self, now: datetime, gap: timedelta) -> None:
        """From time to time, forget the talks that are over."""
        if self._swept_at is not None and now - self._swept_at < gap:
            return
        self._swept_at = now
        self._latest = {
            who: latest for who, latest in self._latest.items() if now - latest.after.last_at < gap
        }


def go_on(talk: Talk | None, now: datetime, rules: AiNotice) -> tuple[Talk, Notice | None]:
    """The talk with an answer at ``now``, and the notice that is due with it. Pure."""
    if talk is None:
        return Talk(now, now), Notice.FIRST
    at = max(now, talk.last_at)
    is_new = at - talk.last_at >= timedelta(minutes=rules.gap_minutes)
    after = Talk(at if is_new else talk.began_at, at, talk.told_at)
    if talk.told_at is None:
        return after, Notice.FIRST
    if rules.each_talk and talk.told_at < after.began_at:
        return after, Notice.TALK
    silent_since = max(after.began_at, talk.told_at)
    if at - silent_since >= timedelta(minutes=rules.again_minutes):
        return after, Notice.LONG
    return after, None


def says_both(answer: Message, label: str, human: str) -> bool:
    """Whether the answer says by itself what the notice would: an AI, and how to find a person."""
    return isinstance(answer, Text) and label in answer.text and human in answer.text


def with_words(answer: Message, more: str, table: Capabilities) -> Message | None:
    """``answer`` with a line beneath it, where that is surely shown whole; else None. Pure."""
    longer = f"{plain_text(answer)}\n{more}"
    size = len(longer.encode())
    match answer:
        case Text() if size <= min(table.text_bytes, ROOM_BYTES):
            return replace(answer, text=longer)
        case Markdown() if size <= min(table.markdown_bytes, ROOM_BYTES):
            return Markdown(longer)
        case Drawing() if size <= ROOM_BYTES and answer.kind not in table.media:
            return replace(answer, text=longer)
        case _:
            return None
