"""投稿箱, 通过投稿, 退回投稿, 精华: owners and operators decide, in private where there is a road.

Nobody decides on his own, or is told who an author is that does not want to be named. The author is
told what became of it, with the reason.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.core.events import MediaKind
from bot.core.messages import Media, Outgoing, Text
from bot.handlers.letters import owed_letter
from bot.handlers.speech import answer, in_private, words
from bot.handlers.submissions.reviewing import ReviewDesk, Reviewed
from bot.handlers.submissions.wording import (
    consent_name,
    cut,
    kind_name,
    number_and_rest,
    send_word,
    state_name,
    typed_word,
)
from bot.members.roster import Roster
from bot.members.submissions.lane import Review
from bot.members.submissions.submission import (
    Approve,
    Consent,
    Decline,
    Done,
    Feature,
    Mark,
    Moved,
    NotNow,
    OrderShown,
    OwnWork,
    State,
    Submission,
    SubmissionId,
)
from bot.members.submissions.submissions import Submissions
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName
from bot.wording.review import review

MOST_SHOWN: Final = 15
"""Submissions of the list."""

MOST_LIKED: Final = 5
"""Liked ones beneath it."""

_ORDER: Final = re.compile(r"[A-Za-z0-9-]{4,40}")
"""The number of an order, as shops write it."""


@dataclass(frozen=True, slots=True)
class SubmissionDesk:
    """The commands of owners and operators about submissions."""

    voice: Voice
    submissions: Submissions
    desk: ReviewDesk
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.SUBMISSIONS, self.show),
            staff_command(CommandName.APPROVE_SUBMISSION, self.approve),
            staff_command(CommandName.DECLINE_SUBMISSION, self.decline),
            staff_command(CommandName.FEATURE_SUBMISSION, self.feature),
        )

    async def show(self, context: Context) -> Outcome:
        """投稿箱: what waits, the oldest first; 投稿箱 12: one with its pictures."""
        typed = number_and_rest(context)
        if typed is not None:
            return await self._show_one(context, typed[0])
        waiting = await self.submissions.read_waiting(context.member.member_id)
        liked = await self.submissions.read_liked(context.member.member_id, MOST_LIKED)
        parts = []
        if waiting:
            lines = [await self._line(context, one) for one in waiting[:MOST_SHOWN]]
            parts.append(
                words(
                    self.voice,
                    context,
                    "submissions.box",
                    count=len(waiting),
                    lines="\n".join(lines),
                    **_commands(context),
                )
            )
        if liked:
            parts.append(self._liked(context, liked))
        if not parts:
            return answer(self.voice, context, "submissions.box_empty")
        told = words(self.voice, context, "submissions.box_sent")
        return in_private(context, "\n".join(parts), told)

    async def approve(self, context: Context) -> Outcome:
        """通过投稿 12, 通过投稿 12 A20261101: into the library, and its author is paid."""
        typed = number_and_rest(context)
        order = None if typed is None else _ORDER.fullmatch(typed[1])
        if typed is None or (typed[1] and order is None):
            word = typed_word(context)
            return answer(self.voice, context, "submissions.form_approve", word=word)
        digest = "" if order is None else hashlib.sha256(order[0].upper().encode()).hexdigest()
        found = await self._review(context, Approve(typed[0], _mark(context), digest))
        if isinstance(found, Reply):
            return found
        one, points = found
        self.submissions.look_again()
        member = await self._author(context, one)
        feature = context.word(CommandName.FEATURE_SUBMISSION)
        if points:
            letter = await self._letter(context, one, "submissions.approved_letter", points=points)
            slots = {"number": one.number, "member": member, "points": points, "feature": feature}
            told = words(self.voice, context, "submissions.approved", **slots)
        else:
            why = self._why(context, one.unpaid)
            letter = await self._letter(context, one, "submissions.approved_letter_unpaid", why=why)
            slots = {"number": one.number, "member": member, "why": why}
            told = words(self.voice, context, "submissions.approved_unpaid", **slots)
        return Reply(Text(told), letter)

    async def feature(self, context: Context) -> Outcome:
        """精华 12: one of the library, and its author is paid once more."""
        typed = number_and_rest(context)
        assert typed is not None, "without a number it is talk"
        found = await self._review(context, Feature(typed[0], _mark(context)))
        if isinstance(found, Reply):
            return found
        one, points = found
        member = await self._author(context, one)
        if points:
            letter = await self._letter(context, one, "submissions.featured_letter", points=points)
            slots = {"number": one.number, "member": member, "points": points}
            told = words(self.voice, context, "submissions.featured", **slots)
        else:
            why = self._why(context, one.featured_unpaid)
            letter = await self._letter(context, one, "submissions.featured_letter_unpaid", why=why)
            slots = {"number": one.number, "member": member, "why": why}
            told = words(self.voice, context, "submissions.featured_unpaid", **slots)
        return Reply(Text(told), letter)

    async def decline(self, context: Context) -> Outcome:
        """退回投稿 12 图太糊了: its words and pictures go, and its author is told why."""
        typed = number_and_rest(context)
        if typed is None or not typed[1]:
            word = typed_word(context)
            return answer(self.voice, context, "submissions.form_decline", word=word)
        number, reason = typed
        found = await self._review(context, Decline(number, _mark(context), reason))
        if isinstance(found, Reply):
            return found
        one, _ = found
        await self.submissions.ended((number,))
        word = send_word(context, one.kind)
        letter = await self._letter(
            context, one, "submissions.declined_letter", reason=one.reason, word=word
        )
        member = await self._author(context, one)
        told = words(self.voice, context, "submissions.declined", number=number, member=member)
        return Reply(Text(told), letter)

    async def _review(self, context: Context, wish: Review) -> tuple[Submission, int] | Reply:
        """The submission and what was paid; or why it cannot be decided so."""
        one = await self.submissions.read_one(wish.number, context.member.member_id)
        if one is None:
            return self._no_such(context, wish.number)
        result: Reviewed = await self.desk.review(context, one, wish)
        if isinstance(result.moved, Done):
            return result.moved.submission, result.points
        return self._why_not(context, wish.number, result.moved)

    async def _show_one(self, context: Context, number: SubmissionId) -> Reply:
        one = await self.submissions.read_one(number, context.member.member_id)
        if one is None or one.state not in (State.WAITING, State.APPROVED):
            return self._no_such(context, number)
        report = words(
            self.voice,
            context,
            "submissions.box_one",
            number=number,
            kind=kind_name(self.voice, context, one.kind),
            member=await self._author(context, one),
            consent=consent_name(self.voice, context, one.consent),
            pictures=len(one.pictures),
            text=one.text,
            notes=await self._notes(context, one),
            approve=context.word(CommandName.APPROVE_SUBMISSION),
            decline=context.word(CommandName.DECLINE_SUBMISSION),
        )
        told = words(self.voice, context, "submissions.box_sent")
        reply = in_private(context, report, told)
        return Reply(reply.answer, (*reply.posts, *self._pictures(context, one)))

    def _pictures(self, context: Context, one: Submission) -> Iterable[Outgoing]:
        """Its pictures, to the reviewer alone, where there is a road for them."""
        place = context.settings.private_place(context.group, context.member.user_id)
        if place is None or MediaKind.IMAGE not in context.settings.table(place[0]).media:
            return
        for number, path in enumerate(self.submissions.files.paths(one), start=1):
            media = Media(MediaKind.IMAGE, str(path))
            yield Outgoing(f"{context.event.key}/picture/{number}", *place, media)

    async def _line(self, context: Context, one: Submission) -> str:
        return words(
            self.voice,
            context,
            "submissions.box_line",
            number=one.number,
            kind=kind_name(self.voice, context, one.kind),
            member=await self._author(context, one),
            pictures=len(one.pictures),
            text=cut(one.text),
            notes=await self._notes(context, one),
        )

    def _liked(self, context: Context, liked: Iterable[tuple[Submission, int]]) -> str:
        lines = [
            words(
                self.voice,
                context,
                "submissions.box_liked_line",
                number=one.number,
                likes=likes,
                text=cut(one.text),
            )
            for one, likes in liked
        ]
        return words(self.voice, context, "submissions.box_liked", lines="\n".join(lines))

    async def _notes(self, context: Context, one: Submission) -> str:
        """What a reviewer should know: that it was said before, and what may not be true."""
        notes = []
        if (other := await self.desk.find_alike(one)) is not None:
            notes.append(words(self.voice, context, "submissions.note_alike", other=other))
        for found in review(one.text, policy_of(context.settings)):
            slots = {"what": found.what, "why": found.why}
            notes.append(words(self.voice, context, "submissions.note_wording", **slots))
        return "".join(notes)

    async def _author(self, context: Context, one: Submission) -> str:
        """Whose it is; of who does not want to be named nobody is told, reviewers neither."""
        if one.consent is Consent.NAMED:
            return await self.roster.read_name(one.author_id)
        return words(self.voice, context, "submissions.somebody")

    async def _letter(
        self, context: Context, one: Submission, template: str, **slots: object
    ) -> tuple[Outgoing, ...]:
        """What became of it, to its author; nothing where the platform lets nobody write to him."""
        text = self.voice.say(
            template,
            scope=f"member/{one.author_id}",
            name=await self.roster.read_name(one.author_id),
            number=one.number,
            **slots,
        )
        letter = await owed_letter(
            context.settings,
            self.roster,
            one.author_id,
            f"{context.event.key}/author",
            Text(text),
            about=one.group_key,
        )
        return () if letter is None else (letter,)

    def _why(self, context: Context, unpaid: str) -> str:
        return words(self.voice, context, f"submissions.unpaid_{unpaid}")

    def _no_such(self, context: Context, number: SubmissionId) -> Reply:
        box = context.word(CommandName.SUBMISSIONS)
        return answer(self.voice, context, "submissions.no_such", number=number, box=box)

    def _why_not(self, context: Context, number: SubmissionId, moved: Moved) -> Reply:
        match moved:
            case OwnWork():
                return answer(self.voice, context, "submissions.own_work", number=number)
            case OrderShown(other):
                slots = {"number": number, "other": other}
                return answer(self.voice, context, "submissions.order_shown", **slots)
            case NotNow(one):
                state = state_name(self.voice, context, one)
                return answer(
                    self.voice, context, "submissions.not_now", number=number, state=state
                )
            case _:
                return self._no_such(context, number)


def _commands(context: Context) -> dict[str, str]:
    return {
        "box": context.word(CommandName.SUBMISSIONS),
        "approve": context.word(CommandName.APPROVE_SUBMISSION),
        "decline": context.word(CommandName.DECLINE_SUBMISSION),
    }


def _mark(context: Context) -> Mark:
    return Mark(context.member.member_id, context.now, context.event.key)
