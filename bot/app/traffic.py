"""How events travel in and messages out, and what is fetched because nobody brings it surely."""

from datetime import datetime

from bot.app.house import House
from bot.outbox.worker import OutboxWorker
from bot.pipeline.contact_sync import ContactSync
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.hints import Hints
from bot.pipeline.inbox import Inbox
from bot.pipeline.linking import Linking
from bot.pipeline.merits import Merits
from bot.pipeline.names import Names
from bot.pipeline.notices import Notices
from bot.pipeline.pulling import Pulling
from bot.pipeline.reception import Reception
from bot.pipeline.roster_sync import RosterSync
from bot.pipeline.routing import Route
from bot.pipeline.tag_sync import TagSync
from bot.pipeline.worker import Worker


class Traffic:
    """The workers of one process."""

    def __init__(self, house: House, routes: tuple[Route, ...]) -> None:
        ground = house.ground
        channels, live, store = ground.channels, ground.live, ground.store
        self.inbox = Inbox(store)
        self.names = Names(
            directories=channels.directories,
            roster=house.roster,
            linking=Linking(store),
            live=live,
            clock=ground.clock,
        )
        self.worker = Worker(
            store=store,
            inbox=self.inbox,
            dispatcher=Dispatcher(
                live=live,
                voice=house.voice,
                clock=ground.clock,
                routes=routes,
                hears={key: table.hears_in_groups for key, table in channels.tables.items()},
                choices=house.choices,
            ),
            live=live,
            names=self.names,
            merits=Merits(house.levels, house.voice, ground.rng),
            notices=Notices(house.voice),
            voice=house.voice,
            door=house.door,
            clock=ground.clock,
            capabilities=channels.tables,
            metrics=ground.metrics,
        )
        self.outbox = OutboxWorker(
            store=store,
            senders=channels.senders,
            clock=ground.clock,
            refuses=lambda outgoing: house.door.refusal(outgoing.message, key=outgoing.key),
            metrics=ground.metrics,
        )
        self.hints = Hints()
        self.reception = Reception(self.worker, self.hints)
        self.looks = Looks(house, self)

    async def start(self, now: datetime) -> None:
        """Take over what a dead process left behind, and begin to send."""
        await self.inbox.adopt(now)
        await self.worker.take_over()
        await self.outbox.start()

    async def wake_outbox(self) -> None:
        """Completed events may have left messages: send them now rather than at the next look."""
        while True:
            await self.worker.posted.wait()
            self.worker.posted.clear()
            self.outbox.wake()


class Looks:
    """What is fetched and compared, because the platform does not bring it, or not surely."""

    def __init__(self, house: House, traffic: Traffic) -> None:
        ground = house.ground
        channels, live, store = ground.channels, ground.live, ground.store
        self.pulling = Pulling(
            pulls=channels.pulls, store=store, reception=traffic.reception, hints=traffic.hints
        )
        self.roster_sync = RosterSync(
            directories=channels.directories,
            roster=house.roster,
            names=traffic.names,
            worker=traffic.worker,
            hints=traffic.hints,
            live=live,
        )
        self.tag_sync = TagSync(contacts=channels.contacts, store=store, live=live)
        self.contact_sync = ContactSync(
            contacts=channels.contacts,
            ties=house.ties,
            names=traffic.names,
            tags=self.tag_sync,
            worker=traffic.worker,
            hints=traffic.hints,
            live=live,
        )

    def hurry(self) -> None:
        """Look at every list with the next tick."""
        for job in (self.roster_sync, self.contact_sync, self.tag_sync):
            job.hurry()
