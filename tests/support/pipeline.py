"""A whole pipeline on a real store, with handlers that a test writes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.core.clock import ManualClock
from bot.core.events import Event
from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import Message, Outgoing
from bot.core.metrics import Metrics
from bot.core.ports import Capabilities, Directory
from bot.members.choices import Choices
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.members.talks import Talked
from bot.outbox.enqueue import outgoing_of
from bot.persona.door import Door, Screen
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.inbox import Inbox
from bot.pipeline.linking import Linking
from bot.pipeline.merits import Merits
from bot.pipeline.names import Names
from bot.pipeline.notices import Notices
from bot.pipeline.routing import Route
from bot.pipeline.worker import Worker
from bot.rewards.levels import Levels
from bot.store.db import Store

from .brand import Live, brand
from .events import APP, GROUP, NOW, REALM, ROBOT
from .senders import capabilities


@dataclass
class Seen:
    """A handler that notes what it was given and answers with nothing."""

    contexts: list[Context] = field(default_factory=list)

    async def handle(self, context: Context) -> Outcome:
        self.contexts.append(context)
        return Reply()

    @property
    def texts(self) -> list[str]:
        return [context.event.text for context in self.contexts]


class Told(Notices):
    """Everybody knows that he talks to an AI, so that answers are just what handlers say."""

    def with_notice(
        self, context: Context, reply: Reply, table: Capabilities
    ) -> tuple[Reply, Talked | None]:
        return reply, None


class Pipeline:
    """Inbox, dispatcher and worker as the composition root builds them."""

    def __init__(
        self,
        store: Store,
        *routes: Route,
        tables: dict[ChannelKey, Capabilities] | None = None,
        live: Live | None = None,
        directories: dict[ChannelKey, Directory] | None = None,
        screen: Screen = lambda _, __: "",
        notices: Callable[[Voice], Notices] = Told,
    ) -> None:
        self.store = store
        self.live = live or Live(brand())
        self.clock = ManualClock(NOW)
        self.metrics = Metrics()
        self.voice = Voice(self.live, random.Random(1))
        self.roster = Roster(store)
        self.choices = Choices(store)
        self.inbox = Inbox(store)
        self.tables = tables or {ROBOT: capabilities(), APP: capabilities()}
        self.seen = Seen()
        self.routes = (*routes, Route("rest", self.seen.handle))
        self.names = Names(
            directories=directories or {},
            roster=self.roster,
            linking=Linking(store),
            live=self.live,
            clock=self.clock,
        )
        self.dispatcher = Dispatcher(
            live=self.live,
            voice=self.voice,
            clock=self.clock,
            routes=self.routes,
            hears={key: table.hears_in_groups for key, table in self.tables.items()},
            choices=self.choices,
        )
        self.worker = Worker(
            store=store,
            inbox=self.inbox,
            dispatcher=self.dispatcher,
            live=self.live,
            names=self.names,
            merits=Merits(Levels(store), self.voice, random.Random(1)),
            notices=notices(self.voice),
            voice=self.voice,
            door=Door(screen, self.metrics),
            clock=self.clock,
            capabilities=self.tables,
            metrics=self.metrics,
        )

    async def ask(self, event: Event) -> Message | None:
        """Bring ``event`` with an open request and wait for its answer."""
        return await self.worker.answer(await self.worker.receive(event))

    async def bring(self, *events: Event) -> None:
        """Bring ``events`` without waiting for answers, and let all of them be handled."""
        for event in events:
            await self.worker.receive(event)
        await self.worker.idle()

    async def join(self, user: str, kind: MoveKind = MoveKind.JOINED, group: str = GROUP) -> None:
        person = PersonRef(REALM, UserId(user))
        await self.roster.move(Move(kind, person, GroupKey(group), self.clock.now()))

    async def outbox(self) -> list[Outgoing]:
        """Everything that was enqueued, in order."""
        return [
            outgoing_of(row) for row in await self.store.read("SELECT * FROM outbox ORDER BY id")
        ]

    async def records(self) -> list[tuple[str, str]]:
        """State and outcome of everything that came in."""
        rows = await self.store.read("SELECT state, outcome FROM inbox ORDER BY id")
        return [(row["state"], row["outcome"]) for row in rows]

    async def acts(self) -> list[tuple[str, str]]:
        """What members did, as it is counted."""
        rows = await self.store.read("SELECT act, detail FROM interaction ORDER BY id")
        return [(row["act"], row["detail"]) for row in rows]


def texts_of(pipeline: Pipeline, template: str, **slots: object) -> Sequence[str]:
    """Every way in which the brand says ``template``."""
    variants = pipeline.live.current.persona.templates[template]
    return [variant.format(**slots) for variant in variants]
