"""What people do with Moments, under /sim/api, as JSON.

GET    /sim/api/people/{person}/moments          what waits for him and what he has published
POST   /sim/api/people/{person}/moments/{moment}/publish
GET    /sim/api/customers/{customer}/moments     what he finds in his Moments
POST   /sim/api/customers/{customer}/moments/{moment}/like        {"employee"}
POST   /sim/api/customers/{customer}/moments/{moment}/comments    {"employee", "text"}
"""

from typing import Any

from aiohttp import web

from bot.simulator.api import answering
from bot.simulator.contact.friends import Friends
from bot.simulator.contact.moments import CompanyMoments, Moment, MomentState
from bot.simulator.contact.show import Show
from bot.simulator.inputs import BadInput, read_input, read_text
from bot.simulator.limits import MOMENTS_A_CUSTOMER
from bot.simulator.people import find_customer, find_person
from bot.simulator.world import World

_OVER = {
    MomentState.PUBLISHED: "这条朋友圈已经发表过了",
    MomentState.CANCELLED: "这条朋友圈已经被停止",
}


class MomentRoutes:
    """An employee's phone, and his customers'."""

    def __init__(self, world: World, moments: CompanyMoments, friends: Friends, show: Show) -> None:
        self._world = world
        self._moments = moments
        self._friends = friends
        self._show = show

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        mine = "/sim/api/people/{person}/moments"
        seen = "/sim/api/customers/{customer}/moments"
        return [
            web.get(mine, answering(self._read_mine)),
            web.post(f"{mine}/{{moment}}/publish", answering(self._publish)),
            web.get(seen, answering(self._read_seen)),
            web.post(f"{seen}/{{moment}}/like", answering(self._like)),
            web.post(f"{seen}/{{moment}}/comments", answering(self._comment)),
        ]

    async def _read_mine(self, request: web.Request) -> dict[str, Any]:
        person = find_person(self._world, request.match_info["person"])
        mine = [self._show.moment_json(moment, person) for moment in self._moments.of(person)]
        return {"moments": mine}

    async def _publish(self, request: web.Request) -> dict[str, Any]:
        """His yes is written down with who is shown it, so it counts once."""
        person = find_person(self._world, request.match_info["person"])
        moment = self._moments.moments.get(request.match_info["moment"])
        if moment is None or moment not in self._moments.of(person):
            raise BadInput("没有这条朋友圈任务", status=404)
        if over := _OVER.get(moment.publications[person].state):
            raise BadInput(over)
        seen_by = [
            tie.customer
            for tie in self._friends.customers_of(person)
            if (not moment.tags or set(moment.tags) & set(tie.tags))
            and not self._moments.is_full(tie.customer, MOMENTS_A_CUSTOMER)
        ]
        self._moments.publish(moment, person, seen_by)
        self._show.publish_moment(moment)
        return {"moment": self._show.moment_json(moment, person)}

    async def _read_seen(self, request: web.Request) -> dict[str, Any]:
        customer = find_customer(self._world, request.match_info["customer"])
        seen = self._moments.seen_by(customer)
        return {"moments": [self._show.moment_json(moment, whose) for whose, moment in seen]}

    async def _like(self, request: web.Request) -> dict[str, Any]:
        customer, employee, moment, _ = await self._seen(request)
        self._moments.like(moment, employee, customer)
        self._show.publish_moment(moment)
        return {"moment": self._show.moment_json(moment, employee)}

    async def _comment(self, request: web.Request) -> dict[str, Any]:
        customer, employee, moment, body = await self._seen(request)
        self._moments.comment(moment, employee, customer, read_text(body, "text", limit=500))
        self._show.publish_moment(moment)
        return {"moment": self._show.moment_json(moment, employee)}

    async def _seen(self, request: web.Request) -> tuple[str, str, Moment, dict[str, Any]]:
        """The customer, whose moment he looks at, the moment, and what he sent."""
        customer = find_customer(self._world, request.match_info["customer"])
        body = await read_input(request)
        employee = find_person(self._world, read_text(body, "employee"))
        moment = self._moments.moments.get(request.match_info["moment"])
        if moment is None or (employee, moment) not in self._moments.seen_by(customer):
            raise BadInput("TA 的朋友圈里没有这一条", status=404)
        return customer, employee, moment, body
