"""Messages of an account into the private chat with a follower: message/custom/send and typing.

Source: mp, sendCustomMessage, typing.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from bot.simulator.account.allowance import Allowances
from bot.simulator.account.client import Client, for_account, invalid, object_of
from bot.simulator.account.followers import Followers
from bot.simulator.account.limits import NEWS_ARTICLES, TEXT_BYTES, THUMB, TYPING_SECONDS
from bot.simulator.account.media import AccountMedia
from bot.simulator.cast import Account
from bot.simulator.frame import Answer, Call
from bot.simulator.groups import private_room
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Button, Card, Draft, Kind, Sender, SenderKind
from bot.simulator.world import World

MENU_CARD: Final = "msgmenu"
"""The ``card_type`` under which a chat shows a menu message."""


class CustomerMessages:
    """Sends within what the person's last act allows."""

    def __init__(
        self, world: World, followers: Followers, allowances: Allowances, media: AccountMedia
    ) -> None:
        self._world = world
        self._followers = followers
        self._allowances = allowances
        self._media = media

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("POST", "message/custom/send", for_account(self._send)),
            Call("POST", "message/custom/typing", for_account(self._type), quiet=True),
        ]

    def _send(self, account: Account, body: dict[str, Any]) -> Answer:
        user_id = self._followers.person(account, body.get("touser"))
        draft = self._read(account, body)
        self._allowances.spend(account, user_id)
        sender = Sender(SenderKind.APP, account.key, account.name)
        self._world.post(private_room(account.key, user_id), sender, draft)
        return {}

    def _type(self, account: Account, body: dict[str, Any]) -> Answer:
        if body.get("command") not in {"Typing", "CancelTyping"}:
            raise Refused(45072, "invalid command")
        user_id = self._followers.person(account, body.get("touser"))
        allowance = self._allowances.get(account.key, user_id)
        lately = self._world.now() - timedelta(seconds=TYPING_SECONDS)
        if allowance is None or allowance.at < lately:
            raise Refused(45080, "no interaction with the user within 30 seconds")
        return {}

    def _read(self, account: Account, body: dict[str, Any]) -> Draft:
        """The message of a call. Raises Refused."""
        kind = body.get("msgtype")
        if not isinstance(kind, str) or kind not in _TYPES:
            raise Refused(40008, "invalid message type")
        content = object_of(body, kind)
        needs_cover = kind in {"music", "miniprogrampage"}
        if needs_cover or (kind == "video" and "thumb_media_id" in content):
            self._media.take(account, THUMB, content.get("thumb_media_id"))
        if kind in _MEDIA:
            medium = self._media.take(account, kind, content.get("media_id"))
            return Draft(_MEDIA[kind], media=(medium.attachment(),))
        return _READERS[kind](content)


_MEDIA: Final = {"image": Kind.IMAGE, "voice": Kind.VOICE, "video": Kind.VIDEO}


def _text(content: dict[str, Any]) -> Draft:
    words = content.get("content")
    if not isinstance(words, str) or not words.strip():
        raise Refused(44004, "empty content")
    if len(words.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        raise Refused(45002, f"content size out of limit: {TEXT_BYTES} bytes")
    return Draft(Kind.TEXT, words)


def _music(content: dict[str, Any]) -> Draft:
    url = _needed(content, "musicurl")
    _needed(content, "hqmusicurl")
    return Draft(Kind.NEWS, f"{content.get('title') or '[音乐]'}\n{url}")


def _news(content: dict[str, Any]) -> Draft:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refused(44003, "empty news data")
    if len(articles) > NEWS_ARTICLES:
        raise Refused(45008, f"article size out of limit: {NEWS_ARTICLES}")
    if not isinstance(articles[0], dict):
        raise invalid("articles")
    title, url = _needed(articles[0], "title"), _needed(articles[0], "url")
    return Draft(Kind.NEWS, f"{title}\n{articles[0].get('description', '')}\n{url}")


def _menu(content: dict[str, Any]) -> Draft:
    head, tail, listed = (content.get(name) for name in ("head_content", "tail_content", "list"))
    if not isinstance(listed, list) or not listed:
        raise invalid("msgmenu.list")
    buttons = tuple(Button(_needed(item, "content"), _needed(item, "id")) for item in listed)
    card = Card(MENU_CARD, str(head or ""), str(tail or ""), buttons, "")
    return Draft(Kind.CARD, card=card)


def _program(content: dict[str, Any]) -> Draft:
    title = _needed(content, "title")
    _needed(content, "appid")
    return Draft(Kind.NEWS, f"[小程序] {title}\n{_needed(content, 'pagepath')}")


def _published(_content: dict[str, Any]) -> Draft:
    """Nothing is published here: no article, no coupon."""
    raise Refused(40007, "invalid media_id")


def _needed(content: object, name: str) -> str:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise invalid(name)
    return value


_READERS: Final[dict[str, Callable[[dict[str, Any]], Draft]]] = {
    "text": _text,
    "music": _music,
    "news": _news,
    "msgmenu": _menu,
    "miniprogrampage": _program,
    "mpnews": _published,
    "mpnewsarticle": _published,
    "wxcard": _published,
}
_TYPES: Final = frozenset(_MEDIA) | frozenset(_READERS)
