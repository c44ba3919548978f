"""The plaintext of customer contact events, field by field as the platform writes them.

They come from "sys" and carry no AgentID. Source: 96361 (customers), 92130 (groups); of tags only
what SDKs read is known.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.channels.xml import Fields, write_xml
from bot.simulator.cast import App


class MemberList(StrEnum):
    """How a change of members names them; WxJava 4.8 has met both forms."""

    ITEMS = "items"
    COMMAS = "commas"
    """The older form: all of them in one text."""


class EventJoinScene(IntEnum):
    """How somebody came into a group, as events tell it; the group's details know more."""

    INVITED = 0
    CODE = 3


class QuitScene(IntEnum):
    """Why somebody is no longer in a group."""

    LEFT = 0
    REMOVED = 1


def customer_event(
    app: App,
    change: str,
    *,
    at: datetime,
    employee: str,
    customer: str,
    state: str = "",
    welcome_code: str = "",
) -> str:
    """Something between an employee and a customer: ``change`` is the ChangeType."""
    more = (("State", state), ("WelcomeCode", welcome_code))
    return _event(
        app,
        at,
        "change_external_contact",
        (
            ("ChangeType", change),
            ("UserID", employee),
            ("ExternalUserID", customer),
            *((name, value) for name, value in more if value),
        ),
    )


def chat_event(app: App, change: str, *, at: datetime, chat_id: str, detail: str = "") -> str:
    """A group was made, changed (``detail`` says in what) or dismissed."""
    details = (("UpdateDetail", detail),) if detail else ()
    return _chat(app, at, chat_id, change, details)


def members_event(
    app: App,
    *,
    at: datetime,
    chat_id: str,
    scene: EventJoinScene | QuitScene,
    members: Sequence[str],
    versions: tuple[str, str],
    form: MemberList,
) -> str:
    """People came or went; ``versions`` are those of the list before and after."""
    joined = isinstance(scene, EventJoinScene)
    items = [("Item", user_id) for user_id in members]
    return _chat(
        app,
        at,
        chat_id,
        "update",
        (
            ("UpdateDetail", "add_member" if joined else "del_member"),
            ("JoinScene" if joined else "QuitScene", int(scene)),
            ("MemChangeCnt", len(members)),
            ("MemChangeList", items if form is MemberList.ITEMS else ",".join(members)),
            ("LastMemVer", versions[0]),
            ("CurMemVer", versions[1]),
        ),
    )


def tag_event(app: App, change: str, *, at: datetime, entry_id: str, tag_type: str = "") -> str:
    """The tag library was changed by hand; ``tag_type`` is tag, tag_group or nothing (shuffle)."""
    kind = (("TagType", tag_type),) if tag_type else ()
    fields = (("Id", entry_id), *kind, ("ChangeType", change))
    return _event(app, at, "change_external_tag", fields)


def _chat(app: App, at: datetime, chat_id: str, change: str, details: Fields) -> str:
    fields = (("ChatId", chat_id), ("ChangeType", change), *details)
    return _event(app, at, "change_external_chat", fields)


def _event(app: App, at: datetime, name: str, fields: Fields) -> str:
    return write_xml(
        (
            ("ToUserName", app.corp_id),
            ("FromUserName", "sys"),
            ("CreateTime", int(at.timestamp())),
            ("MsgType", "event"),
            ("Event", name),
            *fields,
        )
    )
