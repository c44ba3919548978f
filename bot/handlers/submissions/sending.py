"""晒单, 投稿: a member sends something in, with pictures or adding them, and is asked for his yes.

What cannot be taken is refused with the reason before anything is kept of it. What was taken is
kept with the submission alone: the event that brought it forgets its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from bot.core.events import EventKind, MediaRef, Place
from bot.core.ids import MemberId
from bot.core.messages import Text
from bot.core.text import fold
from bot.handlers.speech import answer, words
from bot.handlers.submissions.pictures import MOST_BYTES, PictureTaking, Trouble, pictures_in
from bot.handlers.submissions.wording import line_of, send_word
from bot.members.submissions.submission import (
    OVER,
    Done,
    Offer,
    State,
    Submission,
    SubmissionKind,
    TooMany,
)
from bot.members.submissions.submissions import Submissions
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Pass, Reply, Show, Slow
from bot.pipeline.routing import Route, member_command
from bot.rewards.earning.texts import essence, sketch_of
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName
from bot.settings.schema.submissions import SubmissionRules
from bot.wording.review import review
from bot.wording.rule import Grade

EVERYBODY: Final = MemberId(0)
"""Stands for the author in sketches, so that those of different members can be compared."""

KINDS: Final = {
    CommandName.SUBMIT_SHOW: SubmissionKind.SHOW,
    CommandName.SUBMIT_STORY: SubmissionKind.STORY,
}


@dataclass(frozen=True, slots=True)
class SendingHandlers:
    """Taking what members send in."""

    voice: Voice
    submissions: Submissions
    pictures: PictureTaking

    def routes(self) -> tuple[Route, ...]:
        """The commands, talk that begins with their sign, and pictures in private."""
        return (
            member_command(CommandName.SUBMIT_SHOW, self.send_in),
            member_command(CommandName.SUBMIT_STORY, self.send_in),
            Route("submission", self.hear, overhears=True),
            Route("submission picture", self.add_picture, kind=EventKind.MEDIA),
        )

    async def send_in(self, context: Context) -> Outcome:
        """晒单 …, 投稿 …: with the pictures that came with it."""
        assert context.invocation is not None, "routed by its command"
        kind, text = KINDS[context.invocation.name], context.invocation.words.strip()
        return await self._take(context, kind, text)

    async def hear(self, context: Context) -> Outcome:
        """#晒单今天用了…: the sign and the words behind it in one."""
        said = context.event.text.strip()
        if not context.member.in_group or not fold(said).startswith("#"):
            return Pass()
        for name, kind in KINDS.items():
            signs = context.settings.commands.commands[name].words
            for sign in sorted(filter(_is_sign, signs), key=len, reverse=True):
                if fold(said).startswith(fold(sign)):
                    return await self._take(context, kind, said[len(sign) :].strip())
        return Pass()

    async def add_picture(self, context: Context) -> Outcome:
        """A picture in private belongs to what its sender has just sent in."""
        media = pictures_in(context.event.media)
        if not media or context.event.conversation.place is not Place.PRIVATE:
            return Pass()
        submission = await self.submissions.read_open_to_pictures(
            context.member.member_id, context.event.at
        )
        if submission is None:
            return Pass()
        return self._with_pictures(context, submission, media)

    async def _take(self, context: Context, kind: SubmissionKind, text: str) -> Outcome:
        refusal = self._refusal(context, kind, text)
        if refusal is not None:
            return replace(refusal, forgets=True)
        rules = _rules(context)
        moved = await self.submissions.move(
            Offer(
                key=context.event.key,
                author_id=context.member.member_id,
                group_key=context.group_key,
                kind=kind,
                text=text,
                sketch=sketch_of(essence(text), EVERYBODY),
                at=context.now,
                picture_time=rules.picture_time,
                most_waiting=rules.most_waiting,
            )
        )
        if isinstance(moved, TooMany):
            mine = context.word(CommandName.MY_SUBMISSIONS)
            most = rules.most_waiting
            reply = answer(self.voice, context, "submissions.too_many", most=most, mine=mine)
            return replace(reply, forgets=True)
        assert isinstance(moved, Done), "an offer is taken or too many"
        if media := pictures_in(context.event.media):
            return self._with_pictures(context, moved.submission, media)
        return self._taken(context, moved.submission)

    def _refusal(self, context: Context, kind: SubmissionKind, text: str) -> Reply | None:
        """Why it cannot be taken, in words; None when it can."""
        rules, word, said = _rules(context), send_word(context, kind), len(essence(text))
        if not text and kind is SubmissionKind.SHOW:
            least = rules.least_characters
            return answer(self.voice, context, "submissions.form_show", word=word, least=least)
        if not text:
            least = rules.least_characters
            return answer(self.voice, context, "submissions.form_story", word=word, least=least)
        if said < rules.least_characters:
            slots = {"word": word, "least": rules.least_characters, "said": said}
            return answer(self.voice, context, "submissions.too_short", **slots)
        if len(text) > rules.most_characters:
            slots = {"most": rules.most_characters, "said": len(text)}
            return answer(self.voice, context, "submissions.too_long", **slots)
        findings = review(text, policy_of(context.settings))
        wrong = next((found for found in findings if found.grade is not Grade.WARN), None)
        if wrong is None:
            return None
        slots = {"what": wrong.what, "why": wrong.why, "instead": wrong.instead}
        return answer(self.voice, context, "submissions.refused", **slots)

    def _with_pictures(
        self, context: Context, submission: Submission, media: Sequence[MediaRef]
    ) -> Slow:
        """Fetching takes its time, and the conversation goes on meanwhile."""

        async def work(_show: Show) -> Reply:
            most = _rules(context).most_pictures
            channel = context.event.channel
            found, trouble = await self.pictures.take(submission, channel, media, most=most)
            return self._taken(context, found, trouble)

        return Slow(work)

    def _taken(
        self, context: Context, submission: Submission, trouble: Trouble | None = None
    ) -> Reply:
        """What is there now, and what is wanted next."""
        lines = [] if trouble is None else [self._trouble(context, submission, trouble)]
        if submission.state in OVER:
            lines = [line_of(self.voice, context, submission)]
        elif submission.state is State.ASKED and not submission.lacks_picture:
            lines.append(self._question(context, submission))
        elif trouble is None:
            lines.append(self._count(context, submission))
        return Reply(Text("\n".join(lines)), forgets=True)

    def _question(self, context: Context, submission: Submission) -> str:
        """What will happen with it, and how to say yes or no."""
        return words(
            self.voice,
            context,
            "submissions.asked",
            number=submission.number,
            pictures=len(submission.pictures),
            named=context.word(CommandName.AGREE),
            anonymous=context.word(CommandName.AGREE_ANONYMOUS),
            withdraw=context.word(CommandName.WITHDRAW_SUBMISSION),
            hours=_rules(context).consent_hours,
        )

    def _count(self, context: Context, submission: Submission) -> str:
        """That a picture is wanted, or how many there are."""
        if submission.lacks_picture:
            minutes = _rules(context).picture_minutes
            slots = {"number": submission.number, "minutes": minutes}
            return words(self.voice, context, "submissions.picture_wanted", **slots)
        slots = {"number": submission.number, "pictures": len(submission.pictures)}
        return words(self.voice, context, "submissions.picture_added", **slots)

    def _trouble(self, context: Context, submission: Submission, trouble: Trouble) -> str:
        rules = _rules(context)
        match trouble:
            case Trouble.UNREACHABLE:
                minutes = rules.picture_minutes
                return words(
                    self.voice, context, "submissions.picture_unreachable", minutes=minutes
                )
            case Trouble.BAD:
                megabytes = MOST_BYTES // (1024 * 1024)
                return words(self.voice, context, "submissions.picture_bad", megabytes=megabytes)
            case Trouble.ENOUGH:
                slots = {"number": submission.number, "most": rules.most_pictures}
                return words(self.voice, context, "submissions.picture_enough", **slots)
        assert_never(trouble)


def _is_sign(word: str) -> bool:
    """Whether a word begins as topics do, so that it cannot be the beginning of a sentence."""
    return fold(word).startswith("#")


def _rules(context: Context) -> SubmissionRules:
    return context.settings.members.submissions
