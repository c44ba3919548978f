"""Answers of members: what is decided about them is written with what their authors earn by it.

A short cut of the handlers of open questions: the books and the questions know nothing of each
other, so whoever joins them does it here, in one step.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.members.lane import record_interactions
from bot.members.people import Interaction
from bot.persona.learning.answering import apply_acts
from bot.persona.learning.questions import (
    AnswerState,
    Deed,
    DeedResult,
    Done,
    Offer,
    OfferedAnswer,
    Retraction,
    Ruling,
    Skip,
)
from bot.pipeline.context import Context
from bot.rewards.earning.lane import earn
from bot.rewards.earning.rules import EarningWish, match_earnings
from bot.settings.schema.members import Act
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.lane import Lane


@dataclass(frozen=True, slots=True)
class Merit:
    """What the author of an answer did and earns when it is adopted."""

    done: Interaction
    wishes: tuple[EarningWish, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    deed: Deed
    merit: Merit | None = None


class Desk:
    """The lane on which answers are offered and decided on."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._rng = rng
        self._lane: Lane[_Item, DeedResult] = store.lane("answers", _apply)

    async def offer(self, context: Context, number: int, answer: str) -> DeedResult:
        """Who asked for it answers question ``number``."""
        return await self._lane.submit(_Item(_offer(context, number, answer)))

    async def give(self, context: Context, number: int, answer: str) -> DeedResult:
        """An operator answers question ``number`` himself, without asking anybody."""
        return await self._lane.submit(_Item(_offer(context, number, answer, adopts=True)))

    async def adopt(self, context: Context, answer: OfferedAnswer, group: GroupKey) -> DeedResult:
        """An answer becomes knowledge, and its author, who is of ``group``, is paid for it.

        Nobody is paid for what he adopts himself.
        """
        own = answer.author_id == context.member.member_id
        merit = None if own else self._merit(context, answer.author_id, group)
        return await self._lane.submit(_Item(_ruling(context, answer, adopts=True), merit))

    async def decline(self, context: Context, answer: OfferedAnswer, reason: str) -> DeedResult:
        """An answer is not taken; the question is open again."""
        return await self._lane.submit(_Item(_ruling(context, answer, adopts=False, reason=reason)))

    async def skip(self, context: Context, number: int) -> DeedResult:
        """A question is not listed any more."""
        return await self._lane.submit(_Item(Skip(context.event.key, number)))

    async def retract(self, context: Context, number: int) -> DeedResult:
        """What was learned for a question is knowledge no more."""
        act = Retraction(context.event.key, number, context.member.member_id, context.now)
        return await self._lane.submit(_Item(act))

    def _merit(self, context: Context, author_id: MemberId, group: GroupKey) -> Merit:
        key: EventKey = context.event.key
        return Merit(
            Interaction(author_id, group, Act.ANSWERED, context.now, key),
            match_earnings(
                context.settings.rewards,
                member_id=author_id,
                acts=(Act.ANSWERED,),
                text="",
                group_key=group,
                event_key=key,
                at=context.event.at,
                zone=context.settings.zone,
                rng=self._rng,
            ),
        )


def _apply(connection: Connection, items: Sequence[_Item]) -> list[DeedResult]:
    results = apply_acts(connection, [item.deed for item in items])
    merits = [
        item.merit
        for item, result in zip(items, results, strict=True)
        if item.merit is not None and _is_new_adoption(result)
    ]
    record_interactions(connection, [merit.done for merit in merits])
    earn(connection, [wish for merit in merits for wish in merit.wishes])
    return results


def _is_new_adoption(result: DeedResult) -> bool:
    return (
        isinstance(result, Done)
        and result.fresh
        and result.answer is not None
        and result.answer.state is AnswerState.ADOPTED
    )


def _offer(context: Context, number: int, answer: str, *, adopts: bool = False) -> Offer:
    return Offer(
        key=context.event.key,
        number=number,
        author_id=context.member.member_id,
        answer=answer,
        at=context.now,
        adopts=adopts,
    )


def _ruling(context: Context, answer: OfferedAnswer, *, adopts: bool, reason: str = "") -> Ruling:
    return Ruling(
        key=context.event.key,
        answer_id=answer.answer_id,
        operator_id=context.member.member_id,
        at=context.now,
        adopts=adopts,
        reason=reason,
    )
