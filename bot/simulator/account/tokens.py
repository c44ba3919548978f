"""Access tokens of accounts and mini programs: two families that do not touch each other.

GET token gives a new one each time, and the one before it dies soon; POST stable_token gives the
same one as long as it lives, unless a new one is forced, which kills it at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from aiohttp import web

from bot.simulator.account.client import Client, by_app_id, clients_of, text_of
from bot.simulator.account.limits import (
    DAILY_CALLS,
    DAY_SECONDS,
    FORCED_PAUSE_SECONDS,
    FORCED_REFRESHES,
    MINUTE_CALLS,
    TOKEN_OVERLAP_SECONDS,
    TOKEN_SECONDS,
)
from bot.simulator.frame import Answer, Call
from bot.simulator.frequency import Frequency
from bot.simulator.limits import Window
from bot.simulator.refusal import Refused
from bot.simulator.world import World


class Family(StrEnum):
    """Where a token came from."""

    PLAIN = "plain"
    STABLE = "stable"
    FORCED = "forced"
    """Stable, but asked for with force_refresh."""


@dataclass(slots=True)
class AccessToken:
    """A token of ``client`` (a channel's key); ``replaced_at`` is when a newer one kills it."""

    value: str = field(repr=False)
    client: str
    family: Family
    issued_at: datetime
    until: datetime
    replaced_at: datetime | None = None

    @property
    def is_stable(self) -> bool:
        """Whether it is of the family that lasts."""
        return self.family is not Family.PLAIN

    def was_replaced(self, now: datetime) -> bool:
        """Whether a newer one has killed it by ``now``."""
        return self.replaced_at is not None and now >= self.replaced_at


class Tokens:
    """Hands tokens out and knows whose they are. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, AccessToken] = {}
        self._daily = {
            path: Frequency((Window(limit, DAY_SECONDS),), bans=False)
            for path, limit in DAILY_CALLS.items()
        }
        self._by_minute = {
            path: Frequency(windows, bans=False) for path, windows in MINUTE_CALLS.items()
        }

    def calls(self) -> list[Call[None]]:
        """What can be called with the secret."""
        return [
            Call("GET", "token", self._plain, quiet=True, bare=True),
            Call("POST", "stable_token", self._stable, quiet=True, bare=True),
        ]

    def authorise(self, request: web.Request, path: str) -> Client:
        """Whose token the call carries. Raises Refused."""
        value = request.query.get("access_token", "")
        if not value:
            raise Refused(41001, "access_token missing")
        token, now = self._tokens.get(value), self._world.now()
        clients = {client.key: client for client in clients_of(self._world.cast)}
        client = None if token is None else clients.get(token.client)
        if token is None or client is None:
            raise Refused(40014, "invalid access_token")
        if token.was_replaced(now):
            raise Refused(40001, "invalid credential, access_token is invalid or not latest")
        if now >= token.until:
            raise Refused(42001, "access_token expired")
        self._count(client, path)
        return client

    def revoke(self, value: str) -> None:
        """Forget a token before its time."""
        if value in self._tokens:
            self._world.happen("account.token_revoked", value=value)

    def apply(self, data: dict[str, Any]) -> bool:
        """A token was issued; older ones of its family live until ``spared_until``."""
        if data["t"] == "account.token_revoked":
            del self._tokens[data["value"]]
            return True
        if data["t"] != "account.token":
            return False
        spared_until, until = (datetime.fromisoformat(data[n]) for n in ("spared_until", "until"))
        issued_at, family = datetime.fromisoformat(data["at"]), Family(data["family"])
        new = AccessToken(data["value"], data["client"], family, issued_at, until)
        for token in self._of(new.client):
            if token.is_stable == new.is_stable and token.replaced_at is None:
                token.replaced_at = spared_until
        self._tokens[new.value] = new
        return True

    def _plain(self, _nobody: None, parameters: dict[str, Any]) -> Answer:
        client = self._identify(parameters, "client_credential")
        self._count(client, "token")
        return self._issue(client, Family.PLAIN, spare_seconds=TOKEN_OVERLAP_SECONDS)

    def _stable(self, _nobody: None, body: dict[str, Any]) -> Answer:
        client = self._identify(body, "client_credential")
        self._count(client, "stable_token")
        if body.get("force_refresh") is True:
            self._check_forced(client)
            return self._issue(client, Family.FORCED, spare_seconds=0)
        now = self._world.now()
        for token in self._of(client.key):
            if token.is_stable and now < token.until and not token.was_replaced(now):
                return self._show(token)
        return self._issue(client, Family.STABLE, spare_seconds=0)

    def _identify(self, parameters: dict[str, Any], grant_type: str) -> Client:
        if parameters.get("grant_type") != grant_type:
            raise Refused(40002, "invalid grant_type")
        app_id, secret = text_of(parameters, "appid"), text_of(parameters, "secret")
        if not app_id:
            raise Refused(41002, "appid missing")
        if not secret:
            raise Refused(41004, "appsecret missing")
        client = by_app_id(self._world.cast, app_id)
        if client is None:
            raise Refused(40013, "invalid appid")
        if client.secret != secret:
            raise Refused(40125, "invalid appsecret")
        return client

    def _check_forced(self, client: Client) -> None:
        now = self._world.now()
        day_ago = now - timedelta(seconds=DAY_SECONDS)
        forced = [
            token.issued_at
            for token in self._of(client.key)
            if token.family is Family.FORCED and token.issued_at > day_ago
        ]
        if len(forced) >= FORCED_REFRESHES:
            raise Refused(45009, "reach max api daily quota limit")
        if forced and now < max(forced) + timedelta(seconds=FORCED_PAUSE_SECONDS):
            raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")

    def _issue(self, client: Client, family: Family, *, spare_seconds: int) -> Answer:
        now, value = self._world.now(), self._world.new_id()
        self._world.happen(
            "account.token",
            value=value,
            client=client.key,
            family=family,
            until=(now + timedelta(seconds=TOKEN_SECONDS)).isoformat(),
            spared_until=(now + timedelta(seconds=spare_seconds)).isoformat(),
        )
        return self._show(self._tokens[value])

    def _show(self, token: AccessToken) -> Answer:
        left = token.until - self._world.now()
        return {"access_token": token.value, "expires_in": int(left.total_seconds())}

    def _of(self, client: str) -> list[AccessToken]:
        return [token for token in self._tokens.values() if token.client == client]

    def _count(self, client: Client, path: str) -> None:
        """Raises Refused for whoever calls too much."""
        now = self._world.now()
        by_minute, daily = self._by_minute.get(path), self._daily.get(path)
        if by_minute is not None and not by_minute.take(client.key, now):
            raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")
        if daily is not None and not daily.take(client.key, now):
            raise Refused(45009, "reach max api daily quota limit")
