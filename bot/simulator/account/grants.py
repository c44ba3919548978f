"""What an authorisation page hands out: a code for one use, and tokens for the web.

Source: mp, web page authorisation; 96442 for the company's flavour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.account.limits import CODE_SECONDS, WEB_TOKEN_SECONDS
from bot.simulator.refusal import Refused
from bot.simulator.world import World


@dataclass(slots=True)
class Grant:
    """Somebody let ``audience`` (an AppID or a corp id) know who he is, within ``scope``."""

    audience: str
    user_id: str
    scope: str
    until: datetime
    used: bool = False


class Grants:
    """Codes and web tokens. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def give_code(self, audience: str, user_id: str, scope: str) -> str:
        """A code that says who somebody is, once."""
        return self._give("grant.code", audience, user_id, scope, CODE_SECONDS)

    def use_code(self, audience: str, code: object) -> Grant:
        """What the code says. Raises Refused: unknown, another's, too old (40029), used (40163)."""
        grant = self._codes.get(code) if isinstance(code, str) else None
        if grant is None or grant.audience != audience or self._world.now() >= grant.until:
            raise Refused(40029, "invalid code")
        if grant.used:
            raise Refused(40163, "code been used")
        self._world.happen("grant.code_used", value=code)
        return grant

    def give_token(self, grant: Grant) -> str:
        """A web token for what a code said."""
        return self._give(
            "grant.token", grant.audience, grant.user_id, grant.scope, WEB_TOKEN_SECONDS
        )

    def read_token(self, token: str) -> Grant:
        """What the token allows. Raises Refused."""
        grant = self._tokens.get(token)
        if grant is None:
            raise Refused(40014, "invalid access_token")
        if self._world.now() >= grant.until:
            raise Refused(42001, "access_token expired")
        return grant

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of grants."""
        match data["t"]:
            case "grant.code":
                self._codes[data["value"]] = _grant(data)
            case "grant.code_used":
                self._codes[data["value"]].used = True
            case "grant.token":
                self._tokens[data["value"]] = _grant(data)
            case _:
                return False
        return True

    def _give(self, kind: str, audience: str, user_id: str, scope: str, seconds: int) -> str:
        value, until = self._world.new_id(), self._world.now() + timedelta(seconds=seconds)
        self._world.happen(
            kind,
            value=value,
            audience=audience,
            user_id=user_id,
            scope=scope,
            until=until.isoformat(),
        )
        return value


def _grant(data: dict[str, Any]) -> Grant:
    until = datetime.fromisoformat(data["until"])
    return Grant(data["audience"], data["user_id"], data["scope"], until)
