"""What the platform tells of customers, customer groups and company tags, already decrypted.

Who came or went is an event for each person. Everything else is a hint to look again: the callback
says that something changed, and the platform's lists say what there is now.

Source: developer.work.weixin.qq.com/document/path/96361 (events), 92277 (when there is a welcome
code), 92137 (its 20 seconds).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.channels.render import fit
from bot.channels.xml import Element
from bot.core.events import Conversation, Event, EventKind, Hint, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.platforms.limits import WELCOME_SECONDS

CONTACT_EVENTS: Final = frozenset(
    {"change_external_contact", "change_external_chat", "change_external_tag"}
)
"""The values of Event that ``read_contact_event`` reads."""

_HALF: Final = "add_half_external_contact"
"""The customer added an employee who takes everybody, and who has not confirmed him yet."""

_ADDED: Final = frozenset({"add_external_contact", _HALF})
_CUT: Final = {"del_external_contact": "employee", "del_follow_user": "customer"}
"""Who cut the tie."""

_TIE_HINTS: Final = frozenset({"edit_external_contact", "transfer_fail", "msg_audit_approved"})
"""What else changes between two people; msg_audit_approved is an unverified name."""

_MOVES: Final = {
    "update/add_member": (EventKind.JOINED, "JoinScene", "join_scene"),
    "update/del_member": (EventKind.LEFT, "QuitScene", "quit_scene"),
}
_CHAT_HINTS: Final = frozenset(
    {"create", "dismiss", "update/change_owner", "update/change_name", "update/change_notice"}
)
_TAG_HINTS: Final = frozenset({"create", "update", "delete", "shuffle"})


def read_contact_event(
    document: Element, *, channel: ChannelKey, event_key: str, at: datetime
) -> Receipt:
    """What a decrypted callback of ``CONTACT_EVENTS`` says; what is new to us is unsupported.

    ``channel`` is the customer contact channel's key, ``event_key`` the callback's own and ``at``
    its CreateTime. Each event's key begins with ``event_key``. Raises BadPayload when an id is
    missing.
    """
    callback = _Callback(document, channel, event_key, at)
    event, change = document.value("Event"), document.value("ChangeType")
    path = "/".join(part for part in (change, document.value("UpdateDetail")) if part)
    match event:
        case "change_external_contact" if change in _ADDED:
            return Receipt((callback.befriended(change),))
        case "change_external_contact" if change in _CUT:
            return Receipt((callback.unfriended(change),))
        case "change_external_contact" if change in _TIE_HINTS:
            return Receipt((), hints=(callback.tie_hint(),))
        case "change_external_chat" if path in _MOVES:
            return Receipt(callback.moves(path), hints=(callback.chat_hint(),))
        case "change_external_chat" if path in _CHAT_HINTS:
            return Receipt((), hints=(callback.chat_hint(),))
        case "change_external_tag" if change in _TAG_HINTS:
            return Receipt((), hints=(Hint(channel),))
    name = "/".join(part for part in (event, path) if part)
    return Receipt((), unsupported=fit(name or "nameless", 64))


def changed_members(document: Element) -> list[str]:
    """Who joined or left: one Item each, or in the older form one text with commas (96361)."""
    members = document.child("MemChangeList")
    if members is None:
        return []
    ids = [item.text for item in members.children] or members.text.split(",")
    return list(dict.fromkeys(person.strip() for person in ids if person.strip()))


@dataclass(frozen=True, slots=True)
class _Callback:
    document: Element
    channel: ChannelKey
    key: str
    at: datetime

    def befriended(self, change: str) -> Event:
        """An addition; there is no code when somebody or something else greets (92277)."""
        code = self.document.value("WelcomeCode").strip()
        customer = self.document.needed("ExternalUserID")
        return Event(
            key=EventKey(f"{self.key}/half" if change == _HALF else self.key),
            channel=self.channel,
            kind=EventKind.BEFRIENDED,
            conversation=Conversation(Place.PRIVATE, customer),
            user_id=UserId(customer),
            at=self.at,
            source=self.document.value("State").strip(),
            employee=self.document.needed("UserID"),
            reply_to=code,
            reply_until=self.at + timedelta(seconds=WELCOME_SECONDS) if code else None,
        )

    def unfriended(self, change: str) -> Event:
        """The end of a tie; ``source`` is DELETE_BY_TRANSFER when another employee took over."""
        customer = self.document.needed("ExternalUserID")
        return Event(
            key=EventKey(self.key),
            channel=self.channel,
            kind=EventKind.UNFRIENDED,
            conversation=Conversation(Place.PRIVATE, customer),
            user_id=UserId(customer),
            at=self.at,
            text=_CUT[change],
            source=self.document.value("Source").strip(),
            employee=self.document.needed("UserID"),
        )

    def moves(self, path: str) -> tuple[Event, ...]:
        """One event for each person, with a key of its own.

        ``text`` is the scene: join_scene=0 is invited, 3 by a code; quit_scene=0 is by himself,
        1 removed (96361).
        """
        kind, field, name = _MOVES[path]
        conversation = Conversation(Place.GROUP, self.document.needed("ChatId"))
        scene = self.document.value(field).strip()
        return tuple(
            Event(
                key=EventKey(f"{self.key}/{person}"),
                channel=self.channel,
                kind=kind,
                conversation=conversation,
                user_id=UserId(person),
                at=self.at,
                text=f"{name}={scene}" if scene else "",
            )
            for person in changed_members(self.document)
        )

    def chat_hint(self) -> Hint:
        return Hint(self.channel, chat_id=self.document.needed("ChatId"))

    def tie_hint(self) -> Hint:
        customer, employee = self.document.needed("ExternalUserID"), self.document.needed("UserID")
        return Hint(self.channel, user_id=customer, employee=employee)
