"""Ways in: codes that add an employee (联系我) and codes that lead into customer groups (加入群聊).

A way is known by its config id alone; its ``state`` comes back with whoever used it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.simulator.world import World


class WayKind(StrEnum):
    """Where a way leads."""

    FRIEND = "friend"
    GROUP = "group"


@dataclass(slots=True)
class Way:
    """``fields`` are what the platform shows of it, by name; ``app`` is the key of its maker."""

    config_id: str
    kind: WayKind
    app: str
    created_at: datetime
    fields: dict[str, Any]
    used: bool = False

    @property
    def state(self) -> str:
        """What comes back with whoever used it."""
        return str(self.fields.get("state", ""))

    @property
    def employees(self) -> list[str]:
        """Whom it adds, one of them."""
        return list(self.fields.get("user", ()))

    @property
    def chat_ids(self) -> list[str]:
        """The groups that it leads into, in order."""
        return list(self.fields.get("chat_id_list", ()))

    @property
    def temporary(self) -> bool:
        """Whether it ends with its first use."""
        return bool(self.fields.get("is_temp"))

    def is_open(self, now: datetime) -> bool:
        """Whether it still leads anywhere: temporary ones end (92228)."""
        if not self.temporary:
            return True
        until = self.created_at + timedelta(seconds=self.fields["expires_in"])
        return not self.used and now < until


class Ways:
    """All ways by config id; ``picture_url`` is where the picture of a code lies."""

    def __init__(self, world: World, picture_url: Callable[[str], str]) -> None:
        self._world = world
        self._picture_url = picture_url
        self.ways: dict[str, Way] = {}

    def picture_url(self, way: Way) -> str:
        """Where the picture of its code lies."""
        return self._picture_url(way.config_id)

    def find(self, kind: WayKind, name: str) -> Way | None:
        """The way of this config id, or the newest of this state."""
        ways = [way for way in self.ways.values() if way.kind is kind]
        named = [way for way in ways if name in {way.config_id, way.state}]
        return named[-1] if named else None

    def set_up(self, kind: WayKind, app: str, fields: dict[str, Any], config_id: str = "") -> Way:
        """Make a way, or put ``fields`` in place of those of ``config_id``."""
        config_id = config_id or self._world.new_id()
        self._world.happen("contact.way", id=config_id, to=kind, app=app, fields=fields)
        return self.ways[config_id]

    def remove(self, way: Way) -> None:
        """It leads nowhere any more."""
        self._world.happen("contact.way_removed", id=way.config_id)

    def use(self, way: Way) -> None:
        """Somebody came by it."""
        if way.temporary:
            self._world.happen("contact.way_used", id=way.config_id)

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``."""
        match data["t"]:
            case "contact.way":
                kind, at = WayKind(data["to"]), datetime.fromisoformat(data["at"])
                way = Way(data["id"], kind, data["app"], at, data["fields"])
                self.ways.setdefault(data["id"], way).fields = data["fields"]
            case "contact.way_removed":
                del self.ways[data["id"]]
            case "contact.way_used":
                self.ways[data["id"]].used = True
            case _:
                return False
        return True
