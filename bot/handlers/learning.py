"""待答, 我来答, 采纳: questions that had no answer get one, and it is knowledge from then on.

Members with a configured tag may offer answers, as owners and operators may; operators alone
decide. An answer is reviewed like everything that leaves the house before anybody is asked to
adopt it, and whoever asked the question is told.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from bot.core.ids import GroupKey
from bot.core.messages import Outgoing
from bot.core.text import normalise, split_number
from bot.handlers.adoption import Desk
from bot.handlers.learning_news import AnswerNews, shown
from bot.handlers.speech import answer, in_private, local_day, words
from bot.members.people import Role
from bot.members.portrait import read_tags
from bot.members.roster import Roster
from bot.persona.learning.learned import Learned
from bot.persona.learning.learning import Learning
from bot.persona.learning.questions import (
    AnsweredAlready,
    DeedResult,
    Done,
    NoSuchQuestion,
    NothingWaits,
    OfferedAnswer,
    OtherWaiting,
)
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command, staff_command
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName
from bot.store.db import Store
from bot.wording.review import review
from bot.wording.rule import Finding, Grade

MOST_ANSWER: Final = 300
"""Characters of an answer; a longer one is no chat."""


@dataclass(frozen=True, slots=True)
class LearningHandlers:
    """Open questions and their answers."""

    store: Store
    voice: Voice
    learning: Learning
    learned: Learned
    desk: Desk
    roster: Roster
    news: AnswerNews

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.OPEN_QUESTIONS, self.show),
            command(CommandName.OFFER_ANSWER, self.offer),
            staff_command(CommandName.GIVE_ANSWER, self.give),
            staff_command(CommandName.ADOPT_ANSWER, self.adopt),
            staff_command(CommandName.DECLINE_ANSWER, self.decline),
            staff_command(CommandName.SKIP_QUESTION, self.skip),
            staff_command(CommandName.RETRACT_ANSWER, self.retract),
        )

    async def show(self, context: Context) -> Outcome:
        """待答: what most people asked in vain; for operators also what waits for them."""
        if not await self._may_answer(context):
            return answer(self.voice, context, "learning.not_answerer")
        parts = []
        questions = await self.learning.read_open(
            context.now, context.settings.persona.learning.shown
        )
        if questions:
            lines = "\n".join(
                words(
                    self.voice,
                    context,
                    "learning.line",
                    number=question.number,
                    question=shown(context, question.text),
                    people=question.people,
                    times=question.times,
                    day=local_day(context, question.last_at),
                )
                for question in questions
            )
            parts.append(words(self.voice, context, "learning.list", lines=lines))
        if context.member.role is Role.OPERATOR:
            parts += await self._waiting(context)
        if not parts:
            return answer(self.voice, context, "learning.empty")
        told = words(self.voice, context, "learning.sent")
        return in_private(context, "\n".join(parts), told)

    async def offer(self, context: Context) -> Outcome:
        """我来答 3 …: an answer for the operators to decide on."""
        if not await self._may_answer(context):
            return answer(self.voice, context, "learning.not_answerer")
        numbered = _numbered(context)
        if numbered is None:
            return answer(self.voice, context, "learning.form_offer")
        number, text = numbered
        findings = self._review(context, text)
        if refusal := self._refusal(context, text, findings):
            return refusal
        result = await self.desk.offer(context, number, text)
        if not isinstance(result, Done) or result.answer is None:
            return self._refused(context, result, number)
        question = shown(context, result.answer.question)
        told = answer(self.voice, context, "learning.offered", number=number, question=question)
        notes = [finding for finding in findings if finding.grade is Grade.WARN]
        return Reply(told.answer, await self.news.to_operators(context, result.answer, notes))

    async def give(self, context: Context) -> Outcome:
        """回答 3 …: an operator's own answer, known at once."""
        if refused := self._not_operator(context, CommandName.GIVE_ANSWER):
            return refused
        numbered = _numbered(context)
        if numbered is None:
            return answer(self.voice, context, "learning.form_answer")
        number, text = numbered
        if refusal := self._refusal(context, text, self._review(context, text)):
            return refusal
        return await self._adopted(context, await self.desk.give(context, number, text), number)

    async def adopt(self, context: Context) -> Outcome:
        """采纳 3: what waits for question 3 becomes knowledge, and its author is paid."""
        if refused := self._not_operator(context, CommandName.ADOPT_ANSWER):
            return refused
        number = _number(context)
        if number is None:
            return self._form(context, CommandName.ADOPT_ANSWER)
        waiting = await self._find(context, number)
        if waiting is None:
            return answer(self.voice, context, "learning.nothing_waits", number=number)
        if refusal := self._refusal(context, waiting.answer, self._review(context, waiting.answer)):
            return refusal
        groups = await self.roster.read_groups(waiting.author_id)
        group = groups[0] if groups else GroupKey("")
        result = await self.desk.adopt(context, waiting, group)
        return await self._adopted(context, result, number)

    async def decline(self, context: Context) -> Outcome:
        """不采纳 3 原因: the question is open again, and the author is told why."""
        if refused := self._not_operator(context, CommandName.DECLINE_ANSWER):
            return refused
        numbered = _numbered(context)
        if numbered is None:
            return answer(self.voice, context, "learning.form_decline")
        number, reason = numbered
        waiting = await self._find(context, number)
        if waiting is None:
            return answer(self.voice, context, "learning.nothing_waits", number=number)
        result = await self.desk.decline(context, waiting, reason)
        if not isinstance(result, Done):
            return self._refused(context, result, number)
        template = "learning.declined_letter"
        letter = await self.news.to_author(context, waiting, template, reason=reason)
        told = answer(self.voice, context, "learning.declined", number=number)
        return Reply(told.answer, letter)

    async def skip(self, context: Context) -> Outcome:
        """略过 3: nobody is asked for it any more."""
        if refused := self._not_operator(context, CommandName.SKIP_QUESTION):
            return refused
        number = _number(context)
        if number is None:
            return self._form(context, CommandName.SKIP_QUESTION)
        result = await self.desk.skip(context, number)
        if not isinstance(result, Done):
            return self._refused(context, result, number)
        return answer(self.voice, context, "learning.skipped", number=number)

    async def retract(self, context: Context) -> Outcome:
        """撤回知识 3: it is not answered in this way any more, and the question is open again."""
        if refused := self._not_operator(context, CommandName.RETRACT_ANSWER):
            return refused
        number = _number(context)
        if number is None:
            return self._form(context, CommandName.RETRACT_ANSWER)
        result = await self.desk.retract(context, number)
        if not isinstance(result, Done) or result.answer is None:
            return answer(self.voice, context, "learning.not_learned", number=number)
        self.learned.look_again()
        question = shown(context, result.answer.question)
        return answer(self.voice, context, "learning.retracted", number=number, question=question)

    async def _adopted(self, context: Context, result: DeedResult, number: int) -> Reply:
        """What is said, and who is told, when an answer has become knowledge."""
        if not isinstance(result, Done) or result.answer is None:
            return self._refused(context, result, number)
        self.learned.look_again()
        adopted = result.answer
        posts: tuple[Outgoing, ...] = ()
        if adopted.author_id != context.member.member_id:
            posts = await self.news.to_author(context, adopted, "learning.adopted_letter")
        told, news = await self.news.to_askers(context, adopted)
        question = shown(context, adopted.question)
        said = answer(
            self.voice, context, "learning.adopted", number=number, question=question, told=told
        )
        return Reply(said.answer, (*posts, *news))

    async def _waiting(self, context: Context) -> list[str]:
        """What waits for an operator, in words; nothing when nothing does."""
        waiting = await self.learning.read_waiting()
        lines = [
            words(
                self.voice,
                context,
                "learning.waiting_line",
                number=one.number,
                question=shown(context, one.question),
                author=await self.roster.read_name(one.author_id),
                answer=one.answer,
            )
            for one in waiting
        ]
        if not lines:
            return []
        return [words(self.voice, context, "learning.waiting", lines="\n".join(lines))]

    async def _find(self, context: Context, number: int) -> OfferedAnswer | None:
        """The answer to question ``number`` that waits, or that this very event decided on."""
        decided = await self.learning.read_decided(context.event.key)
        if decided is not None:
            return decided
        waiting = await self.learning.read_waiting()
        return next((one for one in waiting if one.number == number), None)

    async def _may_answer(self, context: Context) -> bool:
        """Owners, operators, and whoever holds one of the configured tags."""
        if context.is_owner:
            return True
        held = await read_tags(self.store, context.member.member_id, context.now)
        wanted = context.settings.persona.learning.super_user_tags
        return any(tag.tag in wanted for tag in held)

    def _review(self, context: Context, text: str) -> tuple[Finding, ...]:
        settings = context.settings
        return review(text, policy_of(settings))

    def _refusal(self, context: Context, text: str, findings: tuple[Finding, ...]) -> Reply | None:
        """Why an answer cannot be taken, in words; None when it can."""
        if len(text) > MOST_ANSWER:
            return answer(self.voice, context, "learning.too_long", most=MOST_ANSWER)
        wrong = next((found for found in findings if found.grade is not Grade.WARN), None)
        if wrong is None:
            return None
        return answer(
            self.voice,
            context,
            "learning.refused",
            what=wrong.what,
            why=wrong.why,
            instead=wrong.instead,
        )

    def _refused(self, context: Context, result: DeedResult, number: int) -> Reply:
        match result:
            case NoSuchQuestion():
                template = "learning.no_such"
            case AnsweredAlready():
                template = "learning.answered_already"
            case OtherWaiting():
                template = "learning.other_waiting"
            case NothingWaits() | Done():
                template = "learning.nothing_waits"
            case _:
                assert_never(result)
        return answer(self.voice, context, template, number=number)

    def _not_operator(self, context: Context, name: CommandName) -> Reply | None:
        if context.member.role is Role.OPERATOR:
            return None
        return answer(self.voice, context, "refused.not_operator", command=context.word(name))

    def _form(self, context: Context, name: CommandName) -> Reply:
        return answer(self.voice, context, "learning.form_number", command=context.word(name))


def _numbered(context: Context) -> tuple[int, str] | None:
    """A number and the words behind it; None when either is missing."""
    typed = context.invocation.words.strip() if context.invocation else ""
    found = split_number(typed)
    return None if found is None or not found[1].strip() else (found[0], found[1].strip())


def _number(context: Context) -> int | None:
    """A number alone."""
    typed = normalise(context.invocation.words if context.invocation else "")
    found = split_number(typed)
    return None if found is None or found[1] else found[0]
