"""The plaintext of an app's callbacks, field by field as the platform writes them.

Source: 90239 (messages), 90240 (events).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.xml import write_xml
from bot.simulator.acts import Tap
from bot.simulator.cast import App
from bot.simulator.shapes import Attachment, Card

Fields = Iterable[tuple[str, str | int]]


@dataclass(frozen=True, slots=True)
class Location:
    """A place that somebody shares."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page that somebody shares."""

    title: str
    description: str
    url: str
    picture_url: str = ""


def text(words: str) -> Fields:
    """Words."""
    return (("MsgType", "text"), ("Content", words))


def image(attachment: Attachment, picture_url: str) -> Fields:
    """A picture, by an address and by its id."""
    return (("MsgType", "image"), ("PicUrl", picture_url), ("MediaId", attachment.id))


def voice(attachment: Attachment) -> Fields:
    """A voice."""
    return (("MsgType", "voice"), ("MediaId", attachment.id), ("Format", "amr"))


def video(attachment: Attachment, still: Attachment) -> Fields:
    """A film, and a still of it."""
    return (("MsgType", "video"), ("MediaId", attachment.id), ("ThumbMediaId", still.id))


def location(place: Location) -> Fields:
    """A place; the scale is the client's."""
    return (
        ("MsgType", "location"),
        ("Location_X", str(place.latitude)),
        ("Location_Y", str(place.longitude)),
        ("Scale", 15),
        ("Label", place.label),
        ("AppType", "wxwork"),
    )


def link(page: Link) -> Fields:
    """A page."""
    return (
        ("MsgType", "link"),
        ("Title", page.title),
        ("Description", page.description),
        ("Url", page.url),
        ("PicUrl", page.picture_url),
    )


def event(name: str, key: str = "") -> Fields:
    """Something that happened; ``key`` is the menu entry's, or empty."""
    return (("MsgType", "event"), ("Event", name), ("EventKey", key))


def tap(card: Card, tapped: Tap, code: str) -> Fields:
    """Somebody tapped a card, or its menu; ``code`` lets the app change the card once."""
    in_menu = tapped.button in {entry.key for entry in card.menu}
    return (
        *event("template_card_menu_event" if in_menu else "template_card_event", tapped.button),
        ("TaskId", card.task_id),
        ("CardType", card.card_type),
        ("ResponseCode", code),
    )


def write_message(app: App, at: datetime, user_id: str, fields: Fields, msgid: int) -> str:
    """A message of ``user_id``."""
    return write_xml((*_common(app, at, user_id), *fields, ("MsgId", msgid), _agent(app)))


def write_event(app: App, at: datetime, user_id: str, fields: Fields) -> str:
    """Something that ``user_id`` did; events have no MsgId."""
    return write_xml((*_common(app, at, user_id), *fields, _agent(app)))


def write_tap(app: App, at: datetime, user_id: str, fields: Fields, tapped: Tap) -> str:
    """A tap of ``user_id`` with what he chose."""
    document = write_event(app, at, user_id, fields)
    if not tapped.chosen:
        return document
    items = "".join(_chosen(key, ids) for key, ids in tapped.chosen)
    return f"{document.removesuffix('</xml>')}<SelectedItems>{items}</SelectedItems></xml>"


def _chosen(key: str, ids: tuple[str, ...]) -> str:
    options = _inner(("OptionId", id_) for id_ in ids)
    question = _inner((("QuestionKey", key),))
    return f"<SelectedItem>{question}<OptionIds>{options}</OptionIds></SelectedItem>"


def _inner(fields: Fields) -> str:
    return write_xml(fields).removeprefix("<xml>").removesuffix("</xml>")


def _common(app: App, at: datetime, user_id: str) -> Fields:
    return (
        ("ToUserName", app.corp_id),
        ("FromUserName", user_id),
        ("CreateTime", int(at.timestamp())),
    )


def _agent(app: App) -> tuple[str, int]:
    return "AgentID", app.agent_id
