"""The one who asks the model: screens the question, reserves a turn, asks, screens the answer.

Nothing waits for it: it runs beside the conversation, holds no transaction while it waits, and
every end is a value. Whatever the model writes, the worst that can follow is that nothing is said.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from bot.core.chat_model import ChatModel, Completion, ModelTrouble, NoCompletion, Speaker
from bot.core.clock import Clock
from bot.core.ids import MemberId
from bot.members.roster import Roster
from bot.persona.model.answers import MOST_FACTS, Draft, Intent, read_beginning, read_draft
from bot.persona.model.breaker import Breaker, BreakerState
from bot.persona.model.budget import (
    Grant,
    Granted,
    MutedUntil,
    Replayed,
    Spent,
    Strike,
    Struck,
    TurnRequest,
    UnderWay,
)
from bot.persona.model.lane import (
    TurnEnd,
    apply_ends,
    apply_purges,
    apply_requests,
    apply_strikes,
)
from bot.persona.model.prompt import Prompt, write_prompt
from bot.persona.model.question import (
    Attacked,
    Down,
    Dropped,
    Engaged,
    Muted,
    OverBudget,
    Question,
    Said,
    Thought,
)
from bot.persona.model.screen_in import suspect, suspect_talk
from bot.persona.model.screen_out import screen
from bot.persona.model.threads import Line, Threads
from bot.persona.screening import refusal
from bot.settings.schema.model import Model
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import HasSettings
from bot.store.db import Store
from bot.store.fields import maybe_instant
from bot.store.lane import Lane
from bot.wording.marks import mark_ai
from bot.wording.rule import Origin

LEASE_MARGIN: Final = timedelta(seconds=10)
"""Beyond the model's own time: for writing down what became of it."""

Show = Callable[[str], None]


class Thinker:
    """Asks ``model`` for answers; without one every question ends at once."""

    def __init__(
        self,
        store: Store,
        *,
        model: ChatModel | None,
        live: HasSettings,
        clock: Clock,
        rng: random.Random,
        roster: Roster,
    ) -> None:
        self._store = store
        self._model = model
        self._live = live
        self._clock = clock
        self._rng = rng
        self._roster = roster
        self._threads = Threads()
        self._breaker = Breaker()
        self._requests: Lane[TurnRequest, Grant] = store.lane("model turns", apply_requests)
        self._ends: Lane[TurnEnd, None] = store.lane("model turn ends", apply_ends)
        self._strikes: Lane[Strike, Struck] = store.lane("model attacks", apply_strikes)
        self._purges = store.lane("model purge", apply_purges)

    @property
    def is_there(self) -> bool:
        """Whether there is a model at all."""
        return self._model is not None and self._section is not None

    @property
    def trouble(self) -> str:
        """Why the model is not asked at the moment, as a sentence; empty when all is well."""
        if self._breaker.state(self._clock.now()) is BreakerState.CLOSED:
            return ""
        return "it failed too often and is left alone for a while"

    def forget(self, member_id: MemberId) -> None:
        """Forget what was said with a member."""
        self._threads.forget(member_id)

    async def oldest(self) -> datetime | None:
        """When the oldest turn began of which there is a record."""
        rows = await self._store.read("SELECT min(at) AS first FROM model_turn")
        return maybe_instant(rows[0]["first"])

    async def purge(self, before: datetime) -> int:
        """Delete the records of turns that began then or earlier; how many that were."""
        return await self._purges.submit(before)

    async def answer(self, question: Question, show: Show | None = None) -> Thought:
        """What the model says to ``question``, or why it says nothing.

        ``show`` is given each beginning of the answer that has passed every check, in whole
        sentences and with the mark; a later one stands for the earlier. The same event again is
        given the end that it had.
        """
        section = self._section
        if self._model is None or section is None:
            return Down("no model")
        lines = self._threads.read(question.conversation, question.member_id, question.now)
        spoken = [line.text for line in lines if line.speaker is Speaker.PERSON]
        found = suspect_talk(spoken, question.text)
        if found.is_attack:
            return await self._refuse(question, found.kinds, section)
        if suspect(question.quote).is_attack:
            return Attacked(suspect(question.quote).kinds)  # he may only ask what it means
        others = await self._roster.read_other_names(question.group_key, question.member_id)
        prompt = write_prompt(question, lines, others, self._rng)
        admitted = self._breaker.admit(question.now)
        if admitted is None:
            return Down("it failed too often lately")
        grant = await self._requests.submit(_request(question, prompt, section))
        match grant:
            case Granted():
                self._breaker = admitted
                return await self._think(question, prompt, section, show)
            case Replayed(turn):
                return Said(turn.reply) if turn.state == "said" else Dropped(turn.verdict)
            case MutedUntil(until):
                return Muted(until)
            case Spent():
                return OverBudget(question.day_ends)
            case UnderWay():
                return Engaged()
        assert_never(grant)

    @property
    def _section(self) -> Model | None:
        return self._live.current.bot.model

    def _review_for(self, persona: PersonaFile) -> Callable[[str], str]:
        """What keeps a model's text in when this persona says it."""
        settings = self._live.current
        return lambda text: refusal(text, settings, persona=persona, origin=Origin.MODEL)

    async def _refuse(self, question: Question, kinds: tuple[str, ...], section: Model) -> Attacked:
        struck = await self._strikes.submit(
            Strike(
                key=question.key,
                member_id=question.member_id,
                group_key=question.group_key,
                conversation=question.conversation,
                on_date=question.on_date,
                at=question.now,
                most=section.limits.attacks_a_day,
                kinds=" ".join(kinds),
            )
        )
        return Attacked(kinds, struck.until)

    async def _think(
        self, question: Question, prompt: Prompt, section: Model, show: Show | None
    ) -> Thought:
        assert self._model is not None, "who has a turn has a model"
        loop = asyncio.get_running_loop()
        began = loop.time()
        judge = _Judge(prompt, section, self._review_for(question.persona))
        beginning = None if show is None else _Beginning(judge, show)
        result = await self._model.complete(prompt.messages, on_text=beginning)
        ruling = judge.rule(result)
        self._breaker = (
            self._breaker.failed(self._clock.now())
            if isinstance(result, NoCompletion) and result.trouble is not ModelTrouble.REFUSED
            else self._breaker.succeeded()
        )
        answered = result if isinstance(result, Completion) else None
        taken = None if answered is None else answered.tokens
        await self._ends.submit(
            TurnEnd(
                key=question.key,
                state=_state(ruling.thought),
                spare=0 if taken is None else _most_tokens(prompt, section) - taken,
                model=section.name if answered is None else answered.model,
                verdict=ruling.verdict,
                reply=ruling.reply,
                milliseconds=round((loop.time() - began) * 1000),
            )
        )
        if question.personal:
            self._remember(question, ruling.thought)
        return ruling.thought

    def _remember(self, question: Question, thought: Thought) -> None:
        """Keep what was asked, answered or not: steering is seen by its steps."""
        now = self._clock.now()
        lines = [Line(Speaker.PERSON, question.text, now)]
        if isinstance(thought, Said):
            lines.append(Line(Speaker.BOT, thought.text, now))
        self._threads.add(question.conversation, question.member_id, *lines)


@dataclass(frozen=True, slots=True)
class _Ruling:
    """The end of a turn; for the record the verdict and what was written, said or not."""

    thought: Thought
    verdict: str
    reply: str


@dataclass(frozen=True, slots=True)
class _Judge:
    """Holds what comes out of the model against what went in."""

    prompt: Prompt
    section: Model
    review: Callable[[str], str]

    def rule(self, result: Completion | NoCompletion) -> _Ruling:
        """What becomes of an answer."""
        if isinstance(result, NoCompletion):
            return _Ruling(Down(result.trouble), f"{result.trouble}: {result.what}", "")
        draft = read_draft(result.text)
        if draft is None:
            return _Ruling(Dropped("no JSON"), "no JSON", result.text)
        if why := self.why_not(draft):
            return _Ruling(Dropped(why), why, draft.reply)
        marked = mark_ai(draft.reply)
        return _Ruling(Said(marked), "said", marked)

    def why_not(self, draft: Draft) -> str:
        """Why a draft, or the beginning of one, may not be said; empty: it may."""
        judgement = draft.judgement
        if judgement.intent is Intent.UNKNOWN:
            return "it does not know"
        if judgement.confidence < self.section.floor:
            return "it is not sure"
        used = set(judgement.used_facts)
        if len(used) > MOST_FACTS or used - self.prompt.fact_ids:
            return "it uses facts that it was not given, or too many"
        stopped = screen(draft.reply, self.prompt.given, lambda text: self.review(mark_ai(text)))
        return "" if stopped is None else f"{stopped.stop}: {stopped.what}"


class _Beginning:
    """Shows the beginnings of an answer, as long as each of them passes."""

    def __init__(self, judge: _Judge, show: Show) -> None:
        self._judge = judge
        self._show = show
        self._written = ""
        self._shown = ""
        self._silent = False

    def __call__(self, piece: str) -> None:
        self._written += piece
        draft = None if self._silent else read_beginning(self._written)
        if draft is None or draft.reply == self._shown:
            return
        if self._judge.why_not(draft):
            self._silent = True
            return
        self._shown = draft.reply
        self._show(mark_ai(draft.reply))


def _request(question: Question, prompt: Prompt, section: Model) -> TurnRequest:
    return TurnRequest(
        key=question.key,
        member_id=question.member_id,
        group_key=question.group_key,
        conversation=question.conversation,
        on_date=question.on_date,
        at=question.now,
        lease_until=question.now + timedelta(seconds=section.timeout_seconds) + LEASE_MARGIN,
        tokens=_most_tokens(prompt, section),
        limits=section.limits,
        prompt_digest=prompt.digest,
        context=" ".join(prompt.context),
    )


def _most_tokens(prompt: Prompt, section: Model) -> int:
    """What a turn may take: a character of ours is a token at most, or nearly so."""
    return prompt.characters + section.most_tokens


def _state(thought: Thought) -> str:
    match thought:
        case Said():
            return "said"
        case Down():
            return "failed"
        case _:
            return "dropped"
