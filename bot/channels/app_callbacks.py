"""What a self-built app's callbacks say, already decrypted: messages, events, hints.

Everything genuine is either an event, a hint, or acknowledged by its name. What the platform tells
about customers belongs to the customer contact channel, and about service accounts to theirs.

Source: developer.work.weixin.qq.com/document/path/90239 (messages), 90240 (events), 96361
(customers).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels.contact_events import CONTACT_EVENTS, changed_members, read_contact_event
from bot.channels.render import fit
from bot.channels.xml import Element
from bot.core.errors import BadPayload
from bot.core.events import (
    Conversation,
    Event,
    EventKind,
    Hint,
    MediaKind,
    MediaRef,
    Place,
    Receipt,
)
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.platforms.limits import APP_CARD_CODE_SECONDS

_MEDIA: Final = {
    "image": MediaKind.IMAGE,
    "voice": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
}
_OPENING: Final = frozenset({"enter_agent", "subscribe"})
_TAPS: Final = frozenset({"template_card_event", "template_card_menu_event"})
_OWN_IDS: Final = (
    *("ChangeType", "ChatId", "UpdateDetail", "LastMemVer", "CurMemVer"),
    *("UserID", "ExternalUserID", "Id", "TagType", "EventKey", "TaskId", "JobId"),
)
"""Fields that tell events of one user, one second and one type apart."""


@dataclass(frozen=True, slots=True)
class AppCallbacks:
    """Reads for the app ``channel``.

    ``contact`` is the customer contact channel that works through the app, ``services`` the
    customer service channels by their open_kfid.
    """

    channel: ChannelKey
    contact: ChannelKey | None
    services: Mapping[str, ChannelKey]

    def read(self, document: Element) -> Receipt:
        """The receipt of a decrypted callback. Raises BadPayload when an id or the time is missing.

        A voice message is its transcript where the platform heard words. A place is its name with
        latitude and longitude, a page its title with the address below.
        """
        kind = document.value("MsgType")
        if kind == "event":
            return self._read_event(document)
        if kind == "voice" and document.value("Recognition"):
            return self._private(document, EventKind.TEXT, text=document.value("Recognition"))
        if kind in _MEDIA:
            media = MediaRef(_MEDIA[kind], document.needed("MediaId"))
            return self._private(document, EventKind.MEDIA, media=(media,))
        text = _words(kind, document)
        if text is None:
            return _unsupported(kind)
        return self._private(document, EventKind.TEXT, text=text)

    def _read_event(self, document: Element) -> Receipt:
        name, entry = document.value("Event"), document.value("EventKey")
        if name in _OPENING:
            return self._private(document, EventKind.OPENED)
        if name in _TAPS:
            return self._tap(document)
        if name == "click" and entry:
            return self._private(document, EventKind.CHOSE, text=entry)
        if name == "kf_msg_or_event" and document.value("OpenKfId") in self.services:
            service = self.services[document.value("OpenKfId")]
            return Receipt((), hints=(Hint(service, ticket=document.value("Token")),))
        if name in CONTACT_EVENTS and self.contact is not None:
            return read_contact_event(
                document,
                channel=self.contact,
                event_key=self._event_key(document),
                at=_instant(document),
            )
        return _unsupported(name, document.value("ChangeType"), document.value("UpdateDetail"))

    def _tap(self, document: Element) -> Receipt:
        """A tap on a card, or on an entry of its menu. The code changes that card once."""
        code = document.value("ResponseCode")
        until = _instant(document) + timedelta(seconds=APP_CARD_CODE_SECONDS)
        return self._private(
            document,
            EventKind.TAPPED,
            text=_selected(document),
            button=document.value("EventKey"),
            task_id=document.value("TaskId"),
            reply_to=code,
            reply_until=until if code else None,
        )

    def _private(
        self,
        document: Element,
        kind: EventKind,
        *,
        text: str = "",
        button: str = "",
        task_id: str = "",
        media: tuple[MediaRef, ...] = (),
        reply_to: str = "",
        reply_until: datetime | None = None,
    ) -> Receipt:
        user_id = document.needed("FromUserName")
        event = Event(
            key=EventKey(self._event_key(document)),
            channel=self.channel,
            kind=kind,
            conversation=Conversation(Place.PRIVATE, user_id),
            user_id=UserId(user_id),
            at=_instant(document),
            text=text,
            button=button,
            task_id=task_id,
            media=media,
            reply_to=reply_to,
            reply_until=reply_until,
        )
        return Receipt((event,), answerable=True)

    def _event_key(self, document: Element) -> str:
        """The platform's MsgId; for events without one, who, when and a digest of the rest."""
        message_id = document.value("MsgId").strip()
        if message_id:
            return f"{self.channel}/{message_id}"
        own = [document.value("Event"), *(document.value(name) for name in _OWN_IDS)]
        own += changed_members(document)
        digest = hashlib.sha256(json.dumps(own).encode()).hexdigest()[:32]
        who, when = document.needed("FromUserName"), int(_instant(document).timestamp())
        return f"{self.channel}/{who}/{when}/{digest}"


def _words(kind: str, document: Element) -> str | None:
    """The words of a message that is neither media nor an event, or None when it has none."""
    if kind == "text":
        content = document.child("Content")
        return None if content is None else content.text
    if kind == "location":
        place = f"{document.value('Location_X')},{document.value('Location_Y')}"
        return f"{document.value('Label')} {place}".strip()
    if kind == "link":
        return f"{document.value('Title')}\n{document.value('Url')}".strip()
    return None


def _selected(document: Element) -> str:
    """What was chosen in a card's lists: question=option,option with ; between the questions."""
    items = document.child("SelectedItems")
    return ";".join(
        f"{item.value('QuestionKey')}={','.join(_options(item))}"
        for item in (() if items is None else items.children)
    )


def _options(item: Element) -> list[str]:
    options = item.child("OptionIds")
    return [] if options is None else [option.text for option in options.children]


def _unsupported(*path: str) -> Receipt:
    return Receipt((), unsupported=fit("/".join(part for part in path if part) or "nameless", 64))


def _instant(document: Element) -> datetime:
    seconds = document.needed("CreateTime")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise BadPayload("The callback's CreateTime is not a number of seconds.")
    return datetime.fromtimestamp(int(seconds), UTC)
