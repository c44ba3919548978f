"""Events as the pipeline meets them, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from itertools import count

from bot.core.events import Conversation, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""Noon in the example brand's community."""

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

GROUP = GroupKey("hejian")
REALM = "wwdemo00000000000"
ROBOT = ChannelKey("robot")
APP = ChannelKey("app")
ROBOT_CHAT = "wrHEJIAN0001"
APP_CHAT = "hejian0001"

_numbers = count(1)


def make_event(
    text: str = "",
    *,
    user: str = "xiaolu",
    kind: EventKind = EventKind.TEXT,
    place: Place = Place.GROUP,
    channel: ChannelKey | None = None,
    chat_id: str | None = None,
    key: str | None = None,
    at: datetime = NOW,
    button: str = "",
    task_id: str = "",
    reply_to: str = "",
    reply_until: datetime | None = None,
) -> Event:
    """An event of ``user``: in the example group through the robot, in private through the app."""
    in_group = place is Place.GROUP
    if channel is None:
        channel = ROBOT if in_group else APP
    if chat_id is None:
        chat_id = (APP_CHAT if channel == APP else ROBOT_CHAT) if in_group else user
    return Event(
        key=EventKey(key or f"event/{next(_numbers)}"),
        channel=channel,
        kind=kind,
        conversation=Conversation(place, chat_id),
        user_id=UserId(user),
        at=at,
        text=text,
        button=button,
        task_id=task_id,
        reply_to=reply_to,
        reply_until=NOW + HOUR if reply_to and reply_until is None else reply_until,
    )
