"""All service accounts as one part of the simulator: what is kept, called and done."""

from typing import Any

from aiohttp import web

from bot.simulator.cast import Service
from bot.simulator.feed import Feed
from bot.simulator.herald import Herald
from bot.simulator.media import MediaStore
from bot.simulator.service.calls import ServiceCalls
from bot.simulator.service.desk import Desk
from bot.simulator.service.door import Door
from bot.simulator.service.event_codes import EventCodes
from bot.simulator.service.mailbox import Mailbox
from bot.simulator.service.sessions import Session, Sessions
from bot.simulator.wechat_users import WechatUsers
from bot.simulator.world import World


class Services:
    """Everything about WeChat customer service. A part of the world.

    ``calls`` is a corner of the company's API.
    """

    def __init__(self, world: World, *, store: MediaStore, herald: Herald, feed: Feed) -> None:
        self._world = world
        self._feed = feed
        self._users = WechatUsers(world.customers)
        self._sessions = Sessions(world)
        mailbox = Mailbox(world)
        codes = EventCodes(world, self._sessions)
        self.calls = ServiceCalls(
            world,
            users=self._users,
            sessions=self._sessions,
            mailbox=mailbox,
            codes=codes,
            store=store,
        )
        self._kept = (self._sessions, mailbox, codes, self.calls)
        desk = Desk(
            world,
            users=self._users,
            sessions=self._sessions,
            mailbox=mailbox,
            codes=codes,
            store=store,
            herald=herald,
        )
        self._door = Door(
            world,
            users=self._users,
            sessions=self._sessions,
            desk=desk,
            state_json=self.state_json,
        )

    def routes(self) -> list[web.RouteDef]:
        """What people do."""
        return self._door.routes()

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of customer service; the page is told to look again."""
        if not any(part.apply(data) for part in self._kept):
            return False
        self._feed.publish("services", {})
        return True

    def state_json(self) -> dict[str, Any]:
        """Service accounts with their servicers and sessions, and who could come."""
        services = self._world.cast.services.values()
        return {"services": [self._service_json(service) for service in services]}

    def _service_json(self, service: Service) -> dict[str, Any]:
        people = self._world.people
        sessions = self._sessions.of(service)
        return {
            "key": service.key,
            "name": service.name,
            "open_kfid": service.open_kfid,
            "servicers": [
                {"user_id": who, "name": people[who].name if who in people else who}
                for who in service.servicers
            ],
            "customers": [
                {
                    "customer": user_id,
                    "name": self._users.name(user_id),
                    **self._session_json(service, user_id, sessions.get(user_id, Session())),
                }
                for user_id in self._users
            ],
        }

    def _session_json(self, service: Service, user_id: str, session: Session) -> dict[str, Any]:
        return {
            "state": int(self._sessions.state(service, user_id)),
            "servicer": session.servicer,
            "left": session.left,
            "wrote_at": None if session.wrote_at is None else session.wrote_at.isoformat(),
        }
