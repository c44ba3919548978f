"""Who is told what about an answer: the operators, its author, and whoever asked the question.

A short cut of the handlers of open questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.ids import ChannelKey, GroupKey
from bot.core.messages import Outgoing, Target, Text
from bot.handlers.letters import letters_to_operators, owed_letter
from bot.handlers.speech import comma_list, words
from bot.members.choices import Choices
from bot.members.roster import Roster
from bot.persona.learning.learning import Asker, Learning
from bot.persona.learning.masking import present_question
from bot.persona.learning.questions import OfferedAnswer
from bot.persona.voice import Voice
from bot.pipeline.context import Context
from bot.settings.policy import policy_of
from bot.wording.rule import Finding


@dataclass(frozen=True, slots=True)
class AnswerNews:
    """Writes the messages; they go out with the end of the event that caused them."""

    voice: Voice
    learning: Learning
    roster: Roster
    choices: Choices

    async def to_operators(
        self, context: Context, offered: OfferedAnswer, notes: Sequence[Finding]
    ) -> tuple[Outgoing, ...]:
        """An answer waits for them; ``notes`` are what somebody should look at in it."""
        ways = [shown(context, way) for way in offered.ways]
        text = words(
            self.voice,
            context,
            "learning.offered_letter",
            number=offered.number,
            question=shown(context, offered.question),
            ways=comma_list(self.voice, context, ways) or words(self.voice, context, "memory.none"),
            author=await self.roster.read_name(offered.author_id),
            answer=offered.answer,
            notes="".join(
                words(self.voice, context, "learning.note", what=note.what, why=note.why)
                for note in notes
            ),
        )
        key = f"{context.event.key}/offered"
        return tuple(letters_to_operators(context.settings, key, Text(text)))

    async def to_author(
        self, context: Context, offered: OfferedAnswer, template: str, **slots: object
    ) -> tuple[Outgoing, ...]:
        """What became of his answer; nothing where the platform lets nobody write to him."""
        text = self.voice.say(
            template,
            scope=f"member/{offered.author_id}",
            name=await self.roster.read_name(offered.author_id),
            question=shown(context, offered.question),
            **slots,
        )
        key = f"{context.event.key}/author"
        letter = await owed_letter(
            context.settings, self.roster, offered.author_id, key, Text(text)
        )
        return () if letter is None else (letter,)

    async def to_askers(
        self, context: Context, adopted: OfferedAnswer
    ) -> tuple[int, tuple[Outgoing, ...]]:
        """How many of those who asked lately are told, and the messages.

        In private where there is a road, else by one message in the group; never in a customer
        group, where each would take an employee's hand. Whoever has unsubscribed or stepped out is
        left alone, and the author knows his answer.
        """
        days = context.settings.persona.learning.tell_days
        since = context.now - timedelta(days=days)
        letters: list[Outgoing] = []
        unreached: dict[GroupKey, list[str]] = {}
        for asker in await self.learning.read_askers(adopted.number, since):
            if not days or asker.member_id == adopted.author_id:
                continue
            if not await self.choices.wants_promotion(asker.member_id):
                continue
            name = await self.roster.read_name(asker.member_id)
            letter = await self._letter(context, asker, name, adopted)
            if letter is not None:
                letters.append(letter)
            else:
                unreached.setdefault(asker.group_key, []).append(name)
        told = len(letters)
        for group_key, names in unreached.items():
            place = _group_place(context, group_key)
            if place is not None:
                letters.append(self._post(context, group_key, place, names, adopted))
                told += len(names)
        return told, tuple(letters)

    async def _letter(
        self, context: Context, asker: Asker, name: str, adopted: OfferedAnswer
    ) -> Outgoing | None:
        text = self.voice.say(
            "learning.news",
            scope=f"member/{asker.member_id}",
            name=name,
            question=shown(context, adopted.question),
            answer=adopted.answer,
        )
        return await owed_letter(
            context.settings,
            self.roster,
            asker.member_id,
            f"{context.event.key}/news/{asker.member_id}",
            Text(text),
            about=asker.group_key,
        )

    def _post(
        self,
        context: Context,
        group_key: GroupKey,
        place: tuple[ChannelKey, Target],
        names: Sequence[str],
        adopted: OfferedAnswer,
    ) -> Outgoing:
        text = self.voice.say(
            "learning.news_group",
            scope=f"group/{group_key}",
            names=" ".join(f"@{name}" for name in names),
            question=shown(context, adopted.question),
            answer=adopted.answer,
        )
        return Outgoing(f"{context.event.key}/news/{group_key}", *place, Text(text))


def shown(context: Context, question: str) -> str:
    """A kept question as we may show it."""
    settings = context.settings
    return present_question(question, policy_of(settings))


def _group_place(context: Context, group_key: GroupKey) -> tuple[ChannelKey, Target] | None:
    group = context.settings.group(group_key)
    return None if group is None else context.settings.remark_place(group)
