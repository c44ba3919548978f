"""Customer contact as one corner of the platform: its calls, its pages' routes, its people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.simulator.cast import App
from bot.simulator.contact.announcer import Announcer
from bot.simulator.contact.audience import Audience
from bot.simulator.contact.chat_calls import ChatCalls
from bot.simulator.contact.console import Console
from bot.simulator.contact.customer_calls import CustomerCalls
from bot.simulator.contact.doors import Doors
from bot.simulator.contact.friendship import Friendship
from bot.simulator.contact.gathering import Gathering
from bot.simulator.contact.moment_calls import MomentCalls
from bot.simulator.contact.moment_routes import MomentRoutes
from bot.simulator.contact.payloads import MemberList
from bot.simulator.contact.phone import Phone
from bot.simulator.contact.pictures import Pictures
from bot.simulator.contact.reading import Body
from bot.simulator.contact.records import Records
from bot.simulator.contact.routes import ContactRoutes
from bot.simulator.contact.show import Show
from bot.simulator.contact.tag_calls import TagCalls
from bot.simulator.contact.task_calls import TaskCalls
from bot.simulator.contact.tasks import Allowance
from bot.simulator.contact.way_calls import WayCalls
from bot.simulator.contact.welcome_calls import WelcomeCalls
from bot.simulator.feed import Feed
from bot.simulator.frame import Answer, Call, File
from bot.simulator.herald import Herald
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused
from bot.simulator.world import World


class Contact:
    """Only the apps of the cast's customer contact channels may call it, and only they are told.

    Make it after the world has replayed its journal. ``allowance`` is how many mass messages a
    receiver takes, ``form`` how events list members.
    """

    def __init__(
        self,
        world: World,
        records: Records,
        *,
        herald: Herald,
        media: MediaStore,
        feed: Feed,
        allowance: Allowance = Allowance.DAILY,
        form: MemberList = MemberList.ITEMS,
    ) -> None:
        apps = world.cast.apps
        self._apps = {key: apps[key] for key in world.cast.contacts.values() if key in apps}
        self._show = Show(world, records, feed)
        announcer = Announcer(world, herald, tuple(self._apps.values()), form)
        friendship = Friendship(world, records, announcer, self._show)
        gathering = Gathering(world, records, announcer, self._show)
        self.doors = Doors(world, friendship, gathering)
        phone = Phone(world, records, media=media, show=self._show, allowance=allowance)
        console = Console(records, announcer, self._show)
        friends, library, chats = records.friends, records.tag_library, records.chats
        audience = Audience(world, friends=friends, library=library, chats=chats)
        self._corners = (
            CustomerCalls(world, friends=friends, library=library, media=media, show=self._show),
            TagCalls(world, library=library, friends=friends, show=self._show),
            WayCalls(world, ways=records.ways, chats=chats, show=self._show),
            ChatCalls(world, chats),
            WelcomeCalls(world, friends, media),
            TaskCalls(world, records.sends, audience, media, self._show),
            MomentCalls(world, records.moments, library, media=media, show=self._show),
        )
        self._pictures = Pictures(records.ways)
        self._moment_routes = MomentRoutes(world, records.moments, friends, self._show)
        self._routes = ContactRoutes(
            world,
            records,
            friendship=friendship,
            gathering=gathering,
            phone=phone,
            console=console,
            show=self._show,
        )

    def calls(self) -> list[Call[App]]:
        """All calls; 48002 for apps that may not work with customers."""
        calls = [call for corner in self._corners for call in corner.calls()]
        return [replace(call, run=self._permitted(call.run)) for call in calls]

    def routes(self) -> list[web.RouteDef]:
        """What people can do, and the pictures of codes."""
        return [
            *self._routes.routes(),
            *self._moment_routes.routes(),
            *self._pictures.routes(),
        ]

    def state_json(self) -> dict[str, Any]:
        """What the page shows of it, under "contact"; nothing where nobody works with customers."""
        return {"contact": self._show.contact_json()} if self._apps else {}

    def _permitted(
        self, run: Callable[[App, Body], Answer | File]
    ) -> Callable[[App, Body], Answer | File]:
        def permitted(app: App, body: Body) -> Answer | File:
            if app.key not in self._apps:
                raise Refused(48002, "api forbidden: not listed for customer contact")
            return run(app, body)

        return permitted
