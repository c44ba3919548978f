"""How many customer messages an account may send to a follower, and until when.

Each act of his opens a window of its own in place of the one before: the numbers do not add up.
Source: mp, 客服消息.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.simulator.account.limits import AFTER_CLICK, AFTER_FOLLOW, AFTER_SCAN, AFTER_WORDS
from bot.simulator.cast import Account
from bot.simulator.limits import Window
from bot.simulator.refusal import Refused
from bot.simulator.world import World


class Act(StrEnum):
    """What somebody can do that lets the account write to him."""

    WROTE = "wrote"
    CLICKED = "clicked"
    FOLLOWED = "followed"
    SCANNED = "scanned"


WINDOWS: Final[dict[Act, Window]] = {
    Act.WROTE: AFTER_WORDS,
    Act.CLICKED: AFTER_CLICK,
    Act.FOLLOWED: AFTER_FOLLOW,
    Act.SCANNED: AFTER_SCAN,
}


@dataclass(slots=True)
class Allowance:
    """What is left of the window that the last act opened."""

    act: Act
    at: datetime
    left: int

    @property
    def until(self) -> datetime:
        """When the window closes."""
        return self.at + timedelta(seconds=WINDOWS[self.act].seconds)


class Allowances:
    """The allowance of every account towards every follower. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._allowances: dict[tuple[str, str], Allowance] = {}

    def get(self, account: str, user_id: str) -> Allowance | None:
        """The last one, even if it is over."""
        return self._allowances.get((account, user_id))

    def open(self, account: Account, user_id: str, act: Act) -> None:
        """Somebody has done something."""
        self._world.happen("account.acted", account=account.key, user_id=user_id, act=act)

    def close(self, account: Account, user_id: str) -> None:
        """Somebody has left."""
        if self.get(account.key, user_id) is not None:
            self._world.happen("account.left", account=account.key, user_id=user_id)

    def spend(self, account: Account, user_id: str) -> None:
        """Use one message. Raises Refused when there is none."""
        allowance = self.get(account.key, user_id)
        if allowance is None or self._world.now() >= allowance.until:
            raise Refused(45015, "response out of time limit or subscription is canceled")
        if not allowance.left:
            raise Refused(45047, "out of response count limit")
        self._world.happen("account.spent", account=account.key, user_id=user_id)

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of allowances."""
        match data["t"]:
            case "account.acted":
                act, at = Act(data["act"]), datetime.fromisoformat(data["at"])
                allowance = Allowance(act, at, WINDOWS[act].limit)
                self._allowances[data["account"], data["user_id"]] = allowance
            case "account.spent":
                self._allowances[data["account"], data["user_id"]].left -= 1
            case "account.left":
                del self._allowances[data["account"], data["user_id"]]
            case _:
                return False
        return True
