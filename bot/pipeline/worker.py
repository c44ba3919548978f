"""Handles stored events: in order within a conversation, side by side between conversations.

Every event runs in a task of its own that no caller can cancel. Whoever brought it may wait for
its answer; the answer goes into the open request when it is ready in time, else by another road,
and the decision between the two is made before the commit that records it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock
from bot.core.events import Event, EventKind, Place
from bot.core.ids import ChannelKey, GroupKey, RecordId
from bot.core.messages import CardUpdate, Message, Outgoing, Target, TargetKind, Text, plain_text
from bot.core.metrics import Metrics
from bot.core.ports import Capabilities
from bot.members.people import Interaction, Standing
from bot.members.tags import match_rules
from bot.persona.voice import Voice
from bot.pipeline.completion import Completion, complete
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.dispatch import Dispatcher, group_of, realm_of
from bot.pipeline.inbox import Accepted, Arrival, Inbox, Stranded
from bot.pipeline.names import Names
from bot.settings.schema.members import Act
from bot.settings.settings import HasSettings, Settings, posting_place, private_place
from bot.store.db import Store

ANSWER_SECONDS = 3.5
"""How long a request is kept open for its answer; the platform cuts it at 5 s [O 91116]."""

COMMIT_SECONDS = 1.0
"""Extra time for an answer whose commit is under way."""

SIDE_BY_SIDE = 256
"""Events handled at the same time."""

MOST_ATTEMPTS = 5
"""After so many failures an event is parked and its sender told."""

RESPONSE_URL_LIFE = timedelta(hours=1)
"""How long a one-use answer address works [O 101138]."""


@dataclass(slots=True)
class _Ticket:
    """An event under way. ``listeners`` wait in open requests; ``claimed`` says: keep waiting."""

    answer: asyncio.Future[Message | None]
    listeners: int = 0
    claimed: bool = False


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
        voice: Voice,
        clock: Clock,
        capabilities: Mapping[ChannelKey, Capabilities],
        metrics: Metrics,
    ) -> None:
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._live = live
        self._names = names
        self._voice = voice
        self._clock = clock
        self._capabilities = capabilities
        self._metrics = metrics
        self._completions = store.lane("completion", complete)
        self._log = structlog.get_logger("pipeline")
        self._tickets: dict[RecordId, _Ticket] = {}
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self.posted = asyncio.Event()
        """Set whenever a completed event has left messages in the outbox."""

    async def receive(self, event: Event) -> Accepted:
        """Store an event and start handling it; a repeat joins what is under way."""
        arrival = arrival_of(event, self._live.current, self._clock.now())
        accepted = await self._inbox.accept(arrival)
        if accepted.conflict:
            self._log.error("one key for two different events", event_key=event.key)
        if accepted.fresh:
            self._start(accepted.record_id, accepted.event, accepted.standing, attempts=1)
        return accepted

    async def answer(self, accepted: Accepted) -> Message | None:
        """The answer for the open request, or None when it will come by another road.

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
                return None
            return await asyncio.wait_for(asyncio.shield(ticket.answer), COMMIT_SECONDS)
        finally:
            ticket.listeners -= 1

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
        arrival = arrival_of(item.event, self._live.current, item.received_at)
        accepted = await self._inbox.accept(arrival)
        self._start(item.record_id, item.event, accepted.standing, attempts=item.attempts)

    def _start(
        self, record_id: RecordId, event: Event, standing: Standing, *, attempts: int
    ) -> None:
        ticket = _Ticket(asyncio.get_running_loop().create_future())
        self._tickets[record_id] = ticket
        job = _Job(record_id, event, standing, attempts, ticket=ticket)
        task = asyncio.create_task(self._work(job, self._tails.get(event.ordering_key)))
        self._tails[event.ordering_key] = task
        self._running.add(task)
        task.add_done_callback(lambda done: self._end(done, event.ordering_key))

    def _end(self, task: asyncio.Task[None], ordering_key: str) -> None:
        self._running.discard(task)
        if self._tails.get(ordering_key) is task:
            del self._tails[ordering_key]

    async def _work(self, job: _Job, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._room:
            try:
                await self._handle(job)
            except Exception:  # noqa: BLE001 (worker loop: logs, counts and goes on)
                await self._fail(job)
            finally:
                del self._tickets[job.record_id]
                if not job.ticket.answer.done():
                    job.ticket.answer.set_result(None)

    async def _handle(self, job: _Job) -> None:
        realm = realm_of(self._live.current, job.event.channel)
        standing = await self._names.introduce(realm, job.standing)
        context, route, outcome = await self._dispatcher.dispatch(job.event, standing)
        self._metrics.handled.labels(route).inc()
        reason = f"{route}: {outcome.reason}" if isinstance(outcome, Nobody) else route
        await self._complete(job, context, outcome, reason)

    async def _fail(self, job: _Job) -> None:
        self._log.exception("handling failed", event_key=job.event.key, attempts=job.attempts)
        self._metrics.handled.labels("failed").inc()
        if job.attempts < MOST_ATTEMPTS:
            wait = timedelta(seconds=2**job.attempts)
            await self._inbox.retry_at(job.record_id, self._clock.now() + wait)
            return
        context = self._dispatcher.context(job.event, job.standing)
        words = self._voice.say("trouble.sorry", scope=context.scope, name=job.standing.name)
        await self._complete(job, context, Reply(Text(words)), "failed too often", parked=True)

    async def _complete(
        self, job: _Job, context: Context, outcome: Outcome, reason: str, *, parked: bool = False
    ) -> None:
        reply = outcome if isinstance(outcome, Reply) else Reply()
        capabilities = self._capabilities[job.event.channel]
        in_request = (
            reply.answer is not None
            and capabilities.answers_in_request
            and job.ticket.listeners > 0
        )
        job.ticket.claimed = in_request
        outgoings = reply.posts
        if reply.answer is not None and not in_request:
            outgoings = (*outgoings, later_answer(context, reply.answer, capabilities))
        acts = acts_of(context, outcome)
        completion = Completion(
            record_id=job.record_id,
            outcome=reason,
            answer=reply.answer if in_request else None,
            outgoings=outgoings,
            interactions=tuple(_interaction(context, act, reply.detail) for act in acts),
            hits=match_rules(
                context.settings.members,
                member_id=context.member.member_id,
                acts=acts,
                text=context.event.text,
                event_key=context.event.key,
                at=context.now,
            ),
            said=self._voice.take_changes(),
            now=context.now,
            parked=parked,
        )
        await self._completions.submit(completion)
        if outgoings:
            self.posted.set()
        if not job.ticket.answer.done():
            job.ticket.answer.set_result(completion.answer)


def arrival_of(event: Event, settings: Settings, now: datetime) -> Arrival:
    """How an event is taken in: which group, and whether it proves the person's presence."""
    group = group_of(settings, event)
    return Arrival(
        event=event,
        realm=realm_of(settings, event.channel),
        group_key=None if group is None else GroupKey(group.key),
        present=event.kind in (EventKind.TEXT, EventKind.TAPPED),
        now=now,
    )


def later_answer(context: Context, answer: Message, capabilities: Capabilities) -> Outgoing:
    """An answer that missed its request, by the best other road.

    The one-use address where there is one. Else what was asked in private is answered in private,
    and what was asked in the group there, naming the person.
    """
    event = context.event
    message = Text(plain_text(answer)) if isinstance(answer, CardUpdate) else answer
    key = f"{event.key}/answer"
    if event.response_url and capabilities.answers_later:
        return Outgoing(
            key=key,
            channel=event.channel,
            target=Target(TargetKind.CALLBACK, event.response_url),
            message=message,
            expires_at=event.at + RESPONSE_URL_LIFE,
        )
    if event.conversation.place is Place.PRIVATE:
        channel, target = private_place(context.group, event.user_id)
        if TargetKind.PERSON in capabilities.pushes_to:
            channel = event.channel
        return Outgoing(key=key, channel=channel, target=target, message=message)
    channel, target = posting_place(context.group)
    return Outgoing(
        key=key,
        channel=channel,
        target=target,
        message=Text(plain_text(message), mentions=(event.user_id,)),
    )


def acts_of(context: Context, outcome: Outcome) -> tuple[Act, ...]:
    """What the member did, as interactions are counted: every act is one, answered or not."""
    match context.event.kind:
        case EventKind.JOINED:
            return (Act.JOIN,)
        case EventKind.LEFT:
            return (Act.LEAVE,)
        case EventKind.OPENED:
            return ()
    specific = outcome.act if isinstance(outcome, Reply) else None
    if context.invocation is not None:
        return (specific or Act.COMMAND,)
    if context.event.kind is EventKind.TEXT:
        return (Act.MESSAGE,) if specific is None else (Act.MESSAGE, specific)
    return () if specific is None else (specific,)


def _interaction(context: Context, act: Act, detail: str) -> Interaction:
    in_group = context.event.conversation.place is Place.GROUP
    return Interaction(
        member_id=context.member.member_id,
        group_key=context.group_key if in_group else None,
        act=act,
        at=context.now,
        event_key=context.event.key,
        detail=detail or (str(context.invocation.name) if context.invocation else ""),
    )
