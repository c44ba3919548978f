"""What a member may want of us, in one word each: 关闭个性化, 退订, 退出, and the ways back.

A right costs one message and one answer: no question back, no pleading, nothing that must be
unlocked first. Whoever has sent the persona away is left alone until he gives a command.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import EventKind
from bot.core.ids import MemberId
from bot.core.messages import Text
from bot.handlers.choice_words import WAYS_BACK
from bot.handlers.speech import answer, words
from bot.members.choices import Choices, Decision
from bot.members.people import Choice
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Pass, Reply
from bot.pipeline.routing import Route, command
from bot.settings.schema.commands import CommandName

REMINDER_PAUSE: Final = timedelta(hours=1)
"""Who has sent the persona away and talks to it is told once in so long how to call it back."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What a command decides, and what is said when it changes something and when it does not."""

    choice: Choice
    done: str
    already: str
    in_force: bool


_WAYS: Final = {
    CommandName.PERSONAL_OFF: _Way(
        Choice.IMPERSONAL, "choices.impersonal", "choices.impersonal_already", in_force=True
    ),
    CommandName.PERSONAL_ON: _Way(
        Choice.IMPERSONAL, "choices.personal", "choices.personal_already", in_force=False
    ),
    CommandName.UNSUBSCRIBE: _Way(
        Choice.UNSUBSCRIBED, "choices.unsubscribed", "choices.unsubscribed_already", in_force=True
    ),
    CommandName.SUBSCRIBE: _Way(
        Choice.UNSUBSCRIBED, "choices.subscribed", "choices.subscribed_already", in_force=False
    ),
    CommandName.STEP_OUT: _Way(
        Choice.STEPPED_OUT, "choices.stepped_out", "choices.stepped_out_already", in_force=True
    ),
    CommandName.COME_BACK: _Way(
        Choice.STEPPED_OUT, "choices.back", "choices.back_already", in_force=False
    ),
}


@dataclass(frozen=True, slots=True)
class ChoiceHandlers:
    """The commands of choices, and the silence that one of them asks for."""

    voice: Voice
    choices: Choices
    _reminded: dict[MemberId, datetime] = field(default_factory=dict)

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, and before all other talk: that of whoever stepped out."""
        return (
            *(command(name, self.decide) for name in _WAYS),
            Route("stepped out", self.leave_alone, overhears=True),
            Route("stepped out", self.leave_alone, kind=EventKind.MEDIA),
        )

    async def decide(self, context: Context) -> Outcome:
        """关闭个性化, 退订, 退出 and their opposites: in force with this very message."""
        assert context.invocation is not None, "routed by its command"
        way = _WAYS[context.invocation.name]
        ways = self._ways_on(context, way.choice)
        told = words(self.voice, context, way.done, **ways)
        decided = await self.choices.decide(
            Decision(
                member_id=context.member.member_id,
                choice=way.choice,
                in_force=way.in_force,
                at=context.now,
                channel=context.event.channel,
                said=context.event.text,
                told=told,
                key=context.event.key,
            )
        )
        if decided.changed:
            return Reply(Text(told))
        return answer(self.voice, context, way.already, **ways)

    async def leave_alone(self, context: Context) -> Outcome:
        """Talk of somebody who sent the persona away: no small talk, no game, no model."""
        member = context.member
        if Choice.STEPPED_OUT not in member.choices:
            return Pass()
        if context.overheard:
            return Nobody("has sent the persona away")
        last = self._reminded.get(member.member_id)
        if last is not None and context.now - last < REMINDER_PAUSE:
            return Nobody("has sent the persona away")
        self._reminded[member.member_id] = context.now
        ways = self._ways_on(context, Choice.STEPPED_OUT)
        return answer(self.voice, context, "choices.left_alone", **ways)

    @staticmethod
    def _ways_on(context: Context, choice: Choice) -> dict[str, str]:
        """What can be typed next: the way back, and the way to a person."""
        return {
            "back": context.word(WAYS_BACK[choice]),
            "human": context.word(CommandName.HUMAN),
        }
