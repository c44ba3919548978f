"""Handles stored events: in order within a conversation, side by side between conversations.

Every event runs in a task of its own that no caller can cancel. Whoever brought it may wait for
its answer; the answer goes into the open request when it is ready in time, else by another road,
and the decision between the two is made before the commit that records it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock
from bot.core.events import FORGOTTEN, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, GroupKey, RecordId
from bot.core.messages import (
    Message,
    Outgoing,
    Text,
    Waiting,
)
from bot.core.metrics import Metrics
from bot.core.ports import Capabilities
from bot.members.memory.facts import Statement
from bot.members.people import Choice, Standing
from bot.members.tags import match_rules
from bot.outbox.enqueue import post
from bot.persona.door import Door
from bot.persona.voice import Voice
from bot.pipeline.acts import acts_of, interaction_of
from bot.pipeline.completion import Completion, complete
from bot.pipeline.context import Context, Ending, Nobody, Pass, Reply, Slow
from bot.pipeline.dispatch import Dispatcher, group_of, realm_of
from bot.pipeline.inbox import Accepted, Arrival, Inbox, Stranded
from bot.pipeline.merits import Merits
from bot.pipeline.names import Names
from bot.pipeline.notices import Notices
from bot.pipeline.rhythm import in_rhythm
from bot.pipeline.roads import answer_by_address, fits_request, later_answer
from bot.pipeline.statements import statements_of
from bot.pipeline.streams import GRACE, Refresh, StreamState, refresh
from bot.rewards.levels import LevelTold
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

ANSWER_SECONDS = 3.5
"""How long a request is kept open for its answer; the platform cuts it at 5 s [O 91116]."""

COMMIT_SECONDS = 1.0
"""Extra time for an answer whose commit is under way."""

SIDE_BY_SIDE = 256
"""Events handled at the same time."""

SLOW_SIDE_BY_SIDE = 64
"""Slow answers worked at at the same time; they hold up nothing else."""

MOST_ATTEMPTS = 5
"""After so many failures an event is parked and its sender told."""

SPOKEN = (EventKind.TEXT, EventKind.MEDIA, EventKind.TAPPED, EventKind.CHOSE)
"""Acts that prove that the person is where he acted."""


@dataclass(slots=True)
class _Ticket:
    """An event under way. ``listeners`` wait in open requests; ``claimed`` says: keep waiting.

    ``streaming`` says that the platform was shown a beginning and will ask for the rest. ``passed``
    is set when the next event of the conversation may be handled.
    """

    answer: asyncio.Future[Message | None]
    passed: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: int = 0
    claimed: bool = False
    streaming: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    record_id: RecordId
    event: Event
    standing: Standing
    attempts: int = 1
    ticket: _Ticket = field(repr=False, kw_only=True)


class Worker:
    """The hands of the pipeline."""

    def __init__(
        self,
        *,
        store: Store,
        inbox: Inbox,
        dispatcher: Dispatcher,
        live: HasSettings,
        names: Names,
        merits: Merits,
        notices: Notices,
        voice: Voice,
        door: Door,
        clock: Clock,
        capabilities: Mapping[ChannelKey, Capabilities],
        metrics: Metrics,
    ) -> None:
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._live = live
        self._names = names
        self._merits = merits
        self._notices = notices
        self._voice = voice
        self._door = door
        self._clock = clock
        self._capabilities = capabilities
        self._metrics = metrics
        self._store = store
        self._completions = store.lane("completion", complete)
        self._refreshes = store.lane("stream refresh", refresh)
        self._log = structlog.get_logger("pipeline")
        self._tickets: dict[RecordId, _Ticket] = {}
        self._tails: dict[str, asyncio.Event] = {}
        self._shown: dict[EventKey, str] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._slow_room = asyncio.Semaphore(SLOW_SIDE_BY_SIDE)
        self.posted = asyncio.Event()
        """Set whenever a completed event has left messages in the outbox."""

    async def receive(self, event: Event) -> Accepted:
        """Store an event and start handling it; a repeat joins what is under way."""
        accepted = await self._inbox.accept(self._arrival(event, self._clock.now()))
        if accepted.conflict:
            self._log.error("one key for two different events", event_key=event.key)
        if accepted.fresh:
            self._start(accepted.record_id, accepted.event, accepted.standing, attempts=1)
        return accepted

    async def answer(self, accepted: Accepted) -> Message | None:
        """The answer for the open request, or None when it will come by another road.

        Where answers may begin before they are known, Waiting stands for one that takes long.
        Raises TimeoutError when an answer was promised to this request and its commit takes too
        long; the platform must then ask again.
        """
        ticket = self._tickets.get(accepted.record_id)
        if ticket is None:
            return accepted.answer
        ticket.listeners += 1
        try:
            return await asyncio.wait_for(asyncio.shield(ticket.answer), ANSWER_SECONDS)
        except TimeoutError:
            if not ticket.claimed:
                return self._begin_stream(accepted, ticket)
            return await asyncio.wait_for(asyncio.shield(ticket.answer), COMMIT_SECONDS)
        finally:
            ticket.listeners -= 1

    async def refresh(self, event_key: EventKey) -> Message | None:
        """How the streamed answer to an event stands: Waiting, the answer, or None (it went)."""
        view = await self._refreshes.submit(Refresh(event_key, self._clock.now()))
        if view.state is StreamState.PENDING:
            return self._waiting(event_key)
        return view.answer

    async def handled(self, accepted: Accepted) -> None:
        """Return when the event is handled, however it ended."""
        ticket = self._tickets.get(accepted.record_id)
        if ticket is not None:
            await asyncio.wait([ticket.answer])

    async def take_over(self) -> None:
        """Handle what a dead process or a failed attempt left behind."""
        now = self._clock.now()
        for item in await self._inbox.take_over(now):
            if item.record_id not in self._tickets:
                await self._resume(item)

    async def idle(self) -> None:
        """Return when nothing is being handled."""
        while self._running:
            await asyncio.wait(self._running)

    async def _resume(self, item: Stranded) -> None:
        accepted = await self._inbox.accept(self._arrival(item.event, item.received_at))
        self._start(item.record_id, item.event, accepted.standing, attempts=item.attempts)

    def _start(
        self, record_id: RecordId, event: Event, standing: Standing, *, attempts: int
    ) -> None:
        ticket = _Ticket(asyncio.get_running_loop().create_future())
        self._tickets[record_id] = ticket
        job = _Job(record_id, event, standing, attempts, ticket=ticket)
        before = self._tails.get(event.ordering_key)
        self._tails[event.ordering_key] = ticket.passed
        task = asyncio.create_task(self._work(job, before))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _give_way(self, job: _Job) -> None:
        """Let the next event of the conversation be handled."""
        job.ticket.passed.set()
        if self._tails.get(job.event.ordering_key) is job.ticket.passed:
            del self._tails[job.event.ordering_key]

    async def _work(self, job: _Job, before: asyncio.Event | None) -> None:
        if before is not None:
            await before.wait()
        loop = asyncio.get_running_loop()
        patience: asyncio.TimerHandle | None = None
        try:
            async with self._room:
                patience = loop.call_later(ANSWER_SECONDS, self._ask_for_patience, job)
                slow = await self._handle(job)
            if slow is not None:
                self._give_way(job)
                async with self._slow_room:
                    await self._finish_slow(job, *slow)
        except Exception:  # noqa: BLE001 (worker loop: logs, counts and goes on)
            await self._fail(job)
        finally:
            if patience is not None:
                patience.cancel()
            self._give_way(job)
            self._shown.pop(job.event.key, None)
            del self._tickets[job.record_id]
            if not job.ticket.answer.done():
                job.ticket.answer.set_result(None)

    async def _handle(self, job: _Job) -> tuple[Context, str, Slow] | None:
        """Handle an event to its end; if its answer takes long, return what is still to be done."""
        realm = realm_of(self._live.current, job.event.channel)
        standing = await self._names.introduce(realm, job.standing)
        context, route, outcome = await self._dispatcher.dispatch(job.event, standing)
        self._metrics.handled.labels(route).inc()
        if isinstance(outcome, Slow):
            return context, route, outcome
        assert not isinstance(outcome, Pass), "passed on by the dispatcher"
        await self._finish(job, context, route, outcome)
        return None

    async def _finish_slow(self, job: _Job, context: Context, route: str, slow: Slow) -> None:
        def show(beginning: str) -> None:
            if not self._door.refusal(Text(beginning), key=job.event.key, persona=context.persona):
                self._shown[job.event.key] = beginning

        outcome: Ending = await slow.work(show)
        now = self._dispatcher.context(job.event, job.standing).member.choices
        if Choice.STEPPED_OUT in now - context.member.choices:
            outcome = Nobody("the persona was sent away meanwhile")
        await self._finish(job, context, route, outcome)

    async def _finish(self, job: _Job, context: Context, route: str, outcome: Ending) -> None:
        reason = f"{route}: {outcome.reason}" if isinstance(outcome, Nobody) else route
        outcome, told = await self._merits.with_news(context, outcome)
        await self._complete(job, context, outcome, reason, told)

    async def _fail(self, job: _Job) -> None:
        self._log.exception("handling failed", event_key=job.event.key, attempts=job.attempts)
        self._metrics.handled.labels("failed").inc()
        if job.attempts < MOST_ATTEMPTS:
            wait = timedelta(seconds=2**job.attempts)
            await self._inbox.retry_at(job.record_id, self._clock.now() + wait)
            return
        context = self._dispatcher.context(job.event, job.standing)
        voice = self._voice.speaking_as(context.persona)
        words = voice.say("trouble.sorry", scope=context.scope, name=job.standing.name)
        await self._complete(job, context, Reply(Text(words)), "failed too often", parked=True)

    async def _complete(
        self,
        job: _Job,
        context: Context,
        outcome: Ending,
        reason: str,
        told: tuple[LevelTold, ...] = (),
        *,
        parked: bool = False,
    ) -> None:
        reply = outcome if isinstance(outcome, Reply) else Reply()
        if reply.answer is not None and self._door.refusal(
            reply.answer, key=context.event.key, persona=context.persona
        ):
            reply = replace(reply, answer=self._withheld(context))
        capabilities = self._capabilities[job.event.channel]
        reply, talked = self._notices.with_notice(context, reply, capabilities)
        in_request = (
            reply.answer is not None
            and fits_request(reply.answer, capabilities)
            and (job.ticket.listeners > 0 or capabilities.answers_wait)
        )
        job.ticket.claimed = in_request
        streaming = job.ticket.streaming and not in_request
        outgoings = reply.posts
        if reply.answer is not None and not in_request:
            later = later_answer(context, reply.answer, capabilities)
            if later is not None and streaming:  # for when the platform does not ask for it
                later = replace(later, not_before=context.now + GRACE)
            outgoings = outgoings if later is None else (*outgoings, later)
        acts = acts_of(context, outcome)
        completion = Completion(
            record_id=job.record_id,
            outcome=reason,
            answer=reply.answer if in_request or streaming else None,
            outgoings=in_rhythm(outgoings, context.settings.persona.manners.typing, context.now),
            interactions=tuple(interaction_of(context, act, reply.detail) for act in acts),
            hits=match_rules(
                context.settings.members,
                member_id=context.member.member_id,
                acts=acts,
                text="" if reply.forgets else context.event.text,
                event_key=context.event.key,
                at=context.now,
            ),
            said=self._voice.take_changes(),
            now=context.now,
            wishes=() if parked or reply.forgets else self._merits.wishes(context, acts),
            told=told,
            talked=talked,
            statements=_statements(context, reply, parked=parked),
            parked=parked,
            event=replace(job.event, text=FORGOTTEN) if reply.forgets else None,
        )
        await self._completions.submit(completion)
        if outgoings:
            self.posted.set()
        if not job.ticket.answer.done():
            job.ticket.answer.set_result(completion.answer if in_request else None)

    def _withheld(self, context: Context) -> Text:
        """What is said in place of an answer that may not be given."""
        voice = self._voice.speaking_as(context.persona)
        return Text(voice.say("answer.withheld", scope=context.scope, name=context.member.name))

    def _arrival(self, event: Event, now: datetime) -> Arrival:
        return arrival_of(event, self._live.current, now, self._capabilities[event.channel])

    def _begin_stream(self, accepted: Accepted, ticket: _Ticket) -> Message | None:
        """Waiting, where the platform asks again for the rest of an answer."""
        table = self._capabilities[accepted.event.channel]
        if not table.streams or accepted.event.kind is not EventKind.TEXT:
            return None
        ticket.streaming = True
        return self._waiting(accepted.event.key)

    def _ask_for_patience(self, job: _Job) -> None:
        """Where an open request cannot wait, show by a send that the answer is on its way."""
        table, event = self._capabilities[job.event.channel], job.event
        if table.answers_in_request or not (table.streams and event.reply_to):
            return
        if event.kind is not EventKind.TEXT:
            return
        waiting = answer_by_address(event, self._waiting(event.key), key=f"{event.key}/waiting")
        task = asyncio.create_task(self._post(waiting))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _post(self, outgoing: Outgoing) -> None:
        await post(self._store, [outgoing], now=self._clock.now())
        self.posted.set()

    def _waiting(self, event_key: EventKey) -> Waiting:
        """What stands in place of an answer: its beginning, or that it is on its way."""
        begun = self._shown.get(event_key)
        return Waiting(begun or self._voice.say("answer.waiting", scope="waiting"))


def _statements(context: Context, reply: Reply, *, parked: bool) -> tuple[Statement, ...]:
    """What the member said of himself to the bot; what is not answered was not said to it."""
    if parked or reply.forgets or reply.answer is None:
        return ()
    return statements_of(context)


def arrival_of(event: Event, settings: Settings, now: datetime, table: Capabilities) -> Arrival:
    """How an event is taken in: which group, what it proves, and whether it lets us write."""
    group = group_of(settings, event)
    return Arrival(
        event=event,
        realm=realm_of(settings, event.channel),
        group_key=None if group is None else GroupKey(group.key),
        present=event.kind in SPOKEN and event.conversation.place is Place.GROUP,
        now=now,
        opens=event.kind in table.windows or (table.first_word and event.kind in SPOKEN),
    )
