"""授权, 我的投稿, 撤回投稿, 赞: what members do with what is there already.

Its author alone says how it may be used, at first and later; his no holds from that moment on.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from bot.core.messages import Text
from bot.handlers.letters import letters_to_staff
from bot.handlers.speech import answer, comma_list, in_private, words
from bot.handlers.submissions.wording import kind_name, line_of, number_and_rest, typed_word
from bot.members.submissions.lane import Like, Liked
from bot.members.submissions.submission import (
    Agree,
    Consent,
    Done,
    Mark,
    PictureWanted,
    State,
    Submission,
    WhichOne,
    Withdraw,
)
from bot.members.submissions.submissions import Submissions
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command, member_command
from bot.settings.schema.commands import CommandName
from bot.settings.schema.submissions import SubmissionRules

MOST_SHOWN: Final = 10
"""Submissions of a member's own list."""


@dataclass(frozen=True, slots=True)
class AuthorHandlers:
    """The author's word, and the readers'."""

    voice: Voice
    submissions: Submissions

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.AGREE, self.agree),
            command(CommandName.AGREE_ANONYMOUS, self.agree_anonymous),
            command(CommandName.MY_SUBMISSIONS, self.show_mine),
            command(CommandName.WITHDRAW_SUBMISSION, self.withdraw),
            command(CommandName.WITHDRAW_SUBMISSIONS, self.withdraw_all),
            member_command(CommandName.LIKE, self.like),
        )

    async def agree(self, context: Context) -> Outcome:
        """授权: it may be used with the author's name."""
        return await self._agree(context, Consent.NAMED)

    async def agree_anonymous(self, context: Context) -> Outcome:
        """匿名授权: it may be used without it."""
        return await self._agree(context, Consent.ANONYMOUS)

    async def show_mine(self, context: Context) -> Outcome:
        """我的投稿: how each of them stands, to the author alone."""
        mine = await self.submissions.read_of(context.member.member_id, MOST_SHOWN)
        if not mine:
            word = context.word(CommandName.SUBMIT_STORY)
            return answer(self.voice, context, "submissions.mine_none", word=word)
        lines = "\n".join(line_of(self.voice, context, one) for one in mine)
        report = words(self.voice, context, "submissions.mine", lines=lines)
        return in_private(context, report, words(self.voice, context, "submissions.mine_sent"))

    async def withdraw(self, context: Context) -> Outcome:
        """撤回投稿 12: by its author, or by staff of its group for him."""
        typed = number_and_rest(context)
        mine = context.word(CommandName.MY_SUBMISSIONS)
        if typed is None or typed[1]:
            slots = {
                "word": typed_word(context),
                "mine": mine,
                "everything": context.word(CommandName.WITHDRAW_SUBMISSIONS),
            }
            return answer(self.voice, context, "submissions.withdraw_form", **slots)
        moved = await self.submissions.move(Withdraw(typed[0], _mark(context)))
        if not isinstance(moved, Done):
            return answer(self.voice, context, "submissions.withdraw_none", mine=mine)
        return answer(self.voice, context, "submissions.withdrawn", number=typed[0])

    async def withdraw_all(self, context: Context) -> Outcome:
        """撤回全部投稿."""
        numbers = await self.submissions.withdraw_all(
            context.member.member_id, key=context.event.key, at=context.now
        )
        if not numbers:
            mine = context.word(CommandName.MY_SUBMISSIONS)
            return answer(self.voice, context, "submissions.withdraw_none", mine=mine)
        return answer(self.voice, context, "submissions.withdrawn_all", count=len(numbers))

    async def like(self, context: Context) -> Outcome:
        """赞 12."""
        typed = number_and_rest(context)
        assert typed is not None, "without a number it is talk"
        number = typed[0]
        liked = await self.submissions.like(Like(number, context.member.member_id, context.now))
        match liked:
            case Liked.LIKED:
                template = "submissions.liked"
            case Liked.OWN:
                template = "submissions.like_own"
            case Liked.NO_SUCH:
                template = "submissions.like_none"
            case _:
                assert_never(liked)
        return answer(self.voice, context, template, number=number)

    async def _agree(self, context: Context, consent: Consent) -> Outcome:
        typed = number_and_rest(context)
        if (typed is None and context.invocation and context.invocation.words) or (
            typed is not None and typed[1]
        ):
            word = typed_word(context)
            return answer(self.voice, context, "submissions.form_agree", word=word)
        number = None if typed is None else typed[0]
        rules = _rules(context)
        moved = await self.submissions.move(
            Agree(number, _mark(context), consent, rules.picture_time)
        )
        match moved:
            case Done(submission):
                return self._agreed(context, submission, consent)
            case PictureWanted(submission):
                minutes = rules.picture_minutes
                slots = {"number": submission.number, "minutes": minutes}
                return answer(self.voice, context, "submissions.picture_wanted", **slots)
            case WhichOne(numbers):
                shown = comma_list(self.voice, context, map(str, numbers))
                example = f"{typed_word(context)} {numbers[0]}"
                return answer(
                    self.voice, context, "submissions.which_one", numbers=shown, example=example
                )
            case _:
                word = context.word(CommandName.SUBMIT_STORY)
                return answer(self.voice, context, "submissions.nothing_asked", word=word)

    def _agreed(self, context: Context, one: Submission, consent: Consent) -> Reply:
        """What follows from his word. The staff is told once of each submission."""
        named = consent is Consent.NAMED
        if one.state is not State.WAITING:
            again = "submissions.agreed_again" if named else "submissions.agreed_again_anonymous"
            self.submissions.look_again()
            return answer(self.voice, context, again, number=one.number)
        told = words(
            self.voice,
            context,
            "submissions.agreed" if named else "submissions.agreed_anonymous",
            number=one.number,
            hours=_rules(context).review_hours,
            mine=context.word(CommandName.MY_SUBMISSIONS),
            withdraw=context.word(CommandName.WITHDRAW_SUBMISSION),
        )
        letter = words(
            self.voice,
            context,
            "submissions.staff_letter",
            number=one.number,
            kind=kind_name(self.voice, context, one.kind),
            group=context.group.name,
            box=context.word(CommandName.SUBMISSIONS),
        )
        people = (*context.settings.bot.operators, *context.group.owners)
        others = [person for person in people if person != context.member.user_id]
        key = f"submission/{one.number}/waits"
        posts = letters_to_staff(context.settings, others, key, Text(letter), about=context.group)
        return Reply(Text(told), tuple(posts))


def _mark(context: Context) -> Mark:
    return Mark(context.member.member_id, context.now, context.event.key)


def _rules(context: Context) -> SubmissionRules:
    return context.settings.members.submissions
