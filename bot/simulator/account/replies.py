"""Reads an account's passive reply, and refuses what the platform would not show.

Source: mp, passive replies. Of several articles only as many are shown as the occasion allows.
"""

from typing import Final

from bot.channels.xml import Element, parse_xml
from bot.core.errors import CallbackRejected
from bot.simulator.account.limits import TEXT_BYTES, THUMB
from bot.simulator.account.media import AccountMedia
from bot.simulator.cast import Account
from bot.simulator.media import Medium
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Draft, Kind
from bot.simulator.wechat_users import open_id_of
from bot.simulator.wire import AnswerRejected

NO_REPLY: Final = frozenset({b"", b"success"})
"""What says that there is nothing to say."""

_MEDIA: Final = {
    "image": ("Image", Kind.IMAGE),
    "voice": ("Voice", Kind.VOICE),
    "video": ("Video", Kind.VIDEO),
}


def read_reply(
    plaintext: str, account: Account, user_id: str, *, media: AccountMedia, most_articles: int
) -> list[Draft]:
    """What is shown to ``user_id``, in order. Raises AnswerRejected."""
    try:
        reply = parse_xml(plaintext)
    except CallbackRejected:
        raise AnswerRejected("解密后的回包不是 XML") from None
    to, by = open_id_of(account.app_id, user_id), account.original_id
    if (reply.value("ToUserName"), reply.value("FromUserName")) != (to, by):
        raise AnswerRejected("回包的收件人或发件人不对")
    if not reply.value("CreateTime").isdecimal():
        raise AnswerRejected("回包没有 CreateTime")
    kind = reply.value("MsgType")
    if kind in _MEDIA:
        name, look = _MEDIA[kind]
        medium = _take(media, account, kind, _part(reply, name).value("MediaId"))
        return [Draft(look, media=(medium.attachment(),))]
    match kind:
        case "text":
            return [_text(reply)]
        case "music":
            return [_music(reply, media, account)]
        case "news":
            return _articles(reply)[:most_articles]
        case "transfer_customer_service":
            return [Draft(Kind.NOTICE, "已转接人工客服")]
    raise AnswerRejected(f"回包的 MsgType 不认得：{kind[:40]}")


def _text(reply: Element) -> Draft:
    words = reply.value("Content")
    if not words.strip():
        raise AnswerRejected("回包的文字是空的")
    if len(words.encode()) > TEXT_BYTES:
        raise AnswerRejected(f"回包的文字超过 {TEXT_BYTES} 字节")
    return Draft(Kind.TEXT, words)


def _music(reply: Element, media: AccountMedia, account: Account) -> Draft:
    music = _part(reply, "Music")
    _take(media, account, THUMB, music.value("ThumbMediaId"))
    title, url = music.value("Title") or "[音乐]", music.value("MusicUrl")
    return Draft(Kind.NEWS, f"{title}\n{url}")


def _articles(reply: Element) -> list[Draft]:
    items = _part(reply, "Articles").children
    if not items or reply.value("ArticleCount") != str(len(items)):
        raise AnswerRejected("回包的 ArticleCount 与图文条数不符")
    shown = (
        "\n".join(item.value(name) for name in ("Title", "Description", "Url")) for item in items
    )
    return [Draft(Kind.NEWS, text) for text in shown]


def _part(reply: Element, name: str) -> Element:
    part = reply.child(name)
    if part is None:
        raise AnswerRejected(f"回包没有 {name}")
    return part


def _take(media: AccountMedia, account: Account, kind: str, media_id: str) -> Medium:
    try:
        return media.take(account, kind, media_id)
    except Refused:
        raise AnswerRejected("回包的 MediaId 无效") from None
