"""The WeCom API under /sim/platform: tokens (91039), frequencies of any call (90312), the corners.

Each corner of the platform lists its calls; this one knows who may make them.
"""

from collections.abc import Iterable
from typing import Any, Final, Protocol

from aiohttp import web

from bot.simulator.addresses import Addresses
from bot.simulator.cast import App
from bot.simulator.faults import FaultPlan
from bot.simulator.frame import Answer, Call, Frame
from bot.simulator.frequency import Frequency
from bot.simulator.limits import CALL_RATES
from bot.simulator.platform_log import PlatformLog
from bot.simulator.refusal import Refused, too_often
from bot.simulator.world import World

API_BASE: Final = "/sim/platform"


class Corner(Protocol):
    """A part of the platform's API."""

    def calls(self) -> Iterable[Call[App]]:
        """The calls that an app may make here."""
        ...


class Platform:
    """The platform's API. The frequencies go on where the journal's messages left them."""

    def __init__(
        self,
        world: World,
        log: PlatformLog,
        addresses: Addresses,
        corners: Iterable[Corner],
        *,
        faults: FaultPlan,
    ) -> None:
        self._world = world
        self._rates = Frequency(CALL_RATES, bans=True)
        self._app_calls = Frame(API_BASE, log, self._app, faults=faults, revoke=world.revoke_token)
        self._open_calls = Frame(API_BASE, log, _anybody, faults=faults)
        self._addresses = addresses
        self._corners = tuple(corners)

    def routes(self) -> list[web.RouteDef]:
        """Every call that the platform knows here; others are 404."""
        token = Call("GET", "gettoken", self._token, quiet=True)
        *open_routes, _unknown = self._open_calls.routes([token, *self._addresses.calls()])
        calls = [call for corner in self._corners for call in corner.calls()]
        return [*open_routes, *self._app_calls.routes(calls)]

    def _token(self, _nobody: None, parameters: dict[str, Any]) -> Answer:
        corp_id, secret = parameters.get("corpid", ""), parameters.get("corpsecret", "")
        apps = [app for app in self._world.cast.apps.values() if app.corp_id == corp_id]
        if not apps:
            raise Refused(40013, "invalid corpid")
        app = next((app for app in apps if app.secret == secret), None)
        if app is None:
            raise Refused(40001, "invalid credential")
        token = self._world.issue_token(app)
        left = token.until - self._world.now()
        return {"access_token": token.value, "expires_in": int(left.total_seconds())}

    def _app(self, request: web.Request, path: str) -> App:
        """The app whose token the call carries. Raises Refused."""
        value = request.query.get("access_token", "")
        if not value:
            raise Refused(41001, "access_token missing")
        token = self._world.tokens.get(value)
        app = None if token is None else self._world.cast.apps.get(token.channel)
        if token is None or app is None:
            raise Refused(40014, "invalid access_token")
        if self._world.now() >= token.until:
            raise Refused(42001, "access_token expired")
        if not self._rates.take(f"{app.corp_id}/{path}", self._world.now()):
            raise too_often()
        return app


def _anybody(_request: web.Request, _path: str) -> None:
    """Calls that need no token."""
