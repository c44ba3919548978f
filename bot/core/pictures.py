"""What a picture shows, as facts: they are stored and compared; the pixels come at the sending.

A picture is one of the four classes below; ``Drawing`` (bot/core/messages.py) carries it, with
words for channels that show none. Facts that no picture could show raise ValueError when they are
made. All texts are shown in one line and cut to fit, except ``note``, which may take three;
``brand`` stands small above the title.
"""

import calendar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

MOST_LINES: Final = 60
"""Lines of a board, items of a shop: beyond this a picture is too tall for a phone."""


class DrawingKind(StrEnum):
    """The kinds of pictures."""

    CALENDAR = "calendar"
    SHOP = "shop"
    BOARD = "board"
    PACKET = "packet"


class DayState(StrEnum):
    """What a calendar shows of a day."""

    DONE = "done"
    MADE_UP = "made_up"
    FROZEN = "frozen"
    MISSED = "missed"
    TODAY = "today"
    """Today, and not done yet."""

    FUTURE = "future"
    """Nothing to tell: it is to come, or before the member came."""


@dataclass(frozen=True, slots=True)
class CalendarPicture:
    """A member's month, as "2026-11". ``days`` has every day of it, the first first."""

    month: str
    title: str
    days: tuple[DayState, ...]
    streak: int
    note: str = ""
    brand: str = ""
    kind: DrawingKind = field(default=DrawingKind.CALENDAR, init=False)

    def __post_init__(self) -> None:
        _, length = calendar.monthrange(self.year, self.month_number)
        if len(self.days) != length:
            raise ValueError(f"{self.month} has {length} days, not {len(self.days)}")
        if self.streak < 0:
            raise ValueError("a streak is not negative")

    @property
    def year(self) -> int:
        """The year of the month."""
        return int(self.month[:4])

    @property
    def month_number(self) -> int:
        """1 to 12."""
        return int(self.month[5:])


@dataclass(frozen=True, slots=True)
class ShopItem:
    """A gift for ``price`` points. ``left`` is the stock, None when it has no end."""

    name: str
    price: int
    left: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.price < 0 or (self.left is not None and self.left < 0):
            raise ValueError("neither a price nor a stock is negative")


@dataclass(frozen=True, slots=True)
class ShopPicture:
    """What points buy. ``balance`` is the reader's, None in a picture for everybody."""

    title: str
    items: tuple[ShopItem, ...]
    balance: int | None = None
    note: str = ""
    brand: str = ""
    kind: DrawingKind = field(default=DrawingKind.SHOP, init=False)

    def __post_init__(self) -> None:
        if len(self.items) > MOST_LINES:
            raise ValueError(f"a picture shows at most {MOST_LINES} items")


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A place on a board. ``delta`` is how many places were won (or lost) since the last board."""

    rank: int
    name: str
    score: int
    delta: int | None = None

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError("ranks begin with 1")


@dataclass(frozen=True, slots=True)
class BoardPicture:
    """A board. Where ranks of ``lines`` are left out, the picture shows a gap.

    ``unit`` follows each score. ``mine`` is the reader's rank, marked where it is among the lines.
    """

    title: str
    period: str
    lines: tuple[BoardLine, ...]
    unit: str = ""
    mine: int | None = None
    note: str = ""
    brand: str = ""
    kind: DrawingKind = field(default=DrawingKind.BOARD, init=False)

    def __post_init__(self) -> None:
        ranks = [line.rank for line in self.lines]
        if len(ranks) > MOST_LINES:
            raise ValueError(f"a picture shows at most {MOST_LINES} lines")
        if ranks != sorted(ranks):
            raise ValueError("lines come in the order of their ranks")


@dataclass(frozen=True, slots=True)
class BestShare:
    """The largest share of a packet, and who took it."""

    name: str
    points: int


@dataclass(frozen=True, slots=True)
class PacketPicture:
    """The end of a red packet: ``seconds`` is how long it lasted; ``best`` only of a lucky one."""

    title: str
    points: int
    shares: int
    seconds: int
    best: BestShare | None = None
    note: str = ""
    brand: str = ""
    kind: DrawingKind = field(default=DrawingKind.PACKET, init=False)

    def __post_init__(self) -> None:
        if min(self.points, self.shares, self.seconds) < 0:
            raise ValueError("points, shares and seconds are not negative")


Picture = CalendarPicture | ShopPicture | BoardPicture | PacketPicture


def picture_from_json(data: dict[str, Any]) -> Picture:
    """The picture whose fields are ``data``. Raises ValueError for facts that none can show."""
    fields = {name: value for name, value in data.items() if name != "kind"}
    match DrawingKind(data["kind"]):
        case DrawingKind.CALENDAR:
            days = tuple(DayState(day) for day in fields.pop("days"))
            return CalendarPicture(days=days, **fields)
        case DrawingKind.SHOP:
            items = tuple(ShopItem(**item) for item in fields.pop("items"))
            return ShopPicture(items=items, **fields)
        case DrawingKind.BOARD:
            lines = tuple(BoardLine(**line) for line in fields.pop("lines"))
            return BoardPicture(lines=lines, **fields)
        case DrawingKind.PACKET:
            best = fields.pop("best")
            return PacketPicture(best=BestShare(**best) if best else None, **fields)
