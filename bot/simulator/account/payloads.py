"""The plaintext of an account's callbacks, field by field as the platform writes them.

Source: mp, receiving messages, receiving events, template messages, subscription notices. A
message has a MsgId; an event has none and is known by its sender and its second.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.channels.xml import write_xml
from bot.simulator.cast import Account
from bot.simulator.wechat_users import open_id_of

Fields = tuple[tuple[str, str | int], ...]


def message(
    account: Account, user_id: str, *, at: datetime, msg_id: int, kind: str, fields: Fields
) -> str:
    """Somebody sent something; ``fields`` belong to its kind."""
    head = _head(account, user_id, at, kind)
    return write_xml((*head, *fields, ("MsgId", msg_id)))


def event(account: Account, user_id: str, *, at: datetime, name: str, fields: Fields = ()) -> str:
    """Something happened."""
    return write_xml((*_head(account, user_id, at, "event"), ("Event", name), *fields))


def scanned_by_menu(
    account: Account, user_id: str, *, at: datetime, name: str, key: str, result: str
) -> str:
    """Somebody scanned a code with a button of the menu."""
    fields = (("ScanType", "qrcode"), ("ScanResult", result))
    return _nested(
        event(account, user_id, at=at, name=name, fields=(("EventKey", key),)),
        "ScanCodeInfo",
        _inner(fields),
    )


def consented(
    account: Account, user_id: str, *, at: datetime, templates: Iterable[str], answer: str
) -> str:
    """Somebody answered the question whether he wants notices; ``answer`` is accept or reject."""
    items = "".join(
        "<List>"
        + _inner((("TemplateId", it), ("SubscribeStatusString", answer), ("PopupScene", 1)))
        + "</List>"
        for it in templates
    )
    told = event(account, user_id, at=at, name="subscribe_msg_popup_event")
    return _nested(told, "SubscribeMsgPopupEvent", items)


def notice_sent(account: Account, user_id: str, *, at: datetime, template: str, msg_id: int) -> str:
    """A subscription notice has arrived."""
    item = (("TemplateId", template), ("MsgID", msg_id), ("ErrorCode", 0))
    told = event(account, user_id, at=at, name="subscribe_msg_sent_event")
    items = f"<List>{_inner((*item, ('ErrorStatus', 'success')))}</List>"
    return _nested(told, "SubscribeMsgSentEvent", items)


def _head(account: Account, user_id: str, at: datetime, kind: str) -> Fields:
    return (
        ("ToUserName", account.original_id),
        ("FromUserName", open_id_of(account.app_id, user_id)),
        ("CreateTime", int(at.timestamp())),
        ("MsgType", kind),
    )


def _inner(fields: Fields) -> str:
    return write_xml(fields).removeprefix("<xml>").removesuffix("</xml>")


def _nested(document: str, name: str, inner: str) -> str:
    """``document`` with one more element at its end, which has elements of its own."""
    return f"{document.removesuffix('</xml>')}<{name}>{inner}</{name}></xml>"
