"""The drill, for scripts and the page: what goes wrong on the platform, and what has gone wrong.

GET  /sim/api/faults    {"faults", "planned", "happened"}, the counts by kind since the start
PUT  /sim/api/faults    the keys of bot.yaml's simulator.faults; the missing ones become 0
"""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.settings.schema.bot import Faults
from bot.simulator.api import answering
from bot.simulator.faults import FaultPlan
from bot.simulator.inputs import BadInput, read_input


class Drill:
    """Shows and changes the fault plan. A restart goes back to that of bot.yaml."""

    def __init__(self, faults: FaultPlan) -> None:
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.get("/sim/api/faults", answering(self._read)),
            web.put("/sim/api/faults", answering(self._change)),
        ]

    async def _read(self, _request: web.Request) -> dict[str, Any]:
        return self._faults.to_json()

    async def _change(self, request: web.Request) -> dict[str, Any]:
        try:
            faults = Faults.model_validate(await read_input(request))
        except ValidationError as error:
            names = "、".join(str(problem["loc"][0]) for problem in error.errors())
            raise BadInput(f"这些值不对：{names}。写整数，百分比从 0 到 100") from None
        self._faults.change(faults)
        return self._faults.to_json()
