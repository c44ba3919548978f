"""What the platform hands out for later: access tokens and one-use codes."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of the app on ``channel``, good before ``until``."""

    value: str = field(repr=False)
    channel: str
    until: datetime


@dataclass(slots=True)
class ResponseCode:
    """The code of a response_url: one answer into ``room``, quoting message ``quote`` (0: none)."""

    robot: str
    room: str
    quote: int
    until: datetime
    used: bool = False
