"""From the platform's JSON about customers and customer groups to our own shapes.

What must be there and is not makes the whole answer unreadable: a list that silently lost somebody
would look as if he had left.

Source: developer.work.weixin.qq.com/document/path/92122 (groups), 92114 and 92994 (customers).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from bot.core.errors import TransportError
from bot.core.ids import UserId
from bot.core.ports import Chat, ChatMember, Profile, Tie

_COMPANY_TAG: Final = 1
"""The type of tags of the company's library; 2 are an employee's own, 3 a rule group's."""


def read_group(answer: dict[str, Any]) -> Chat:
    """The chat of groupchat/get, as it is with need_name."""
    group = part(answer, "group_chat")
    members = tuple(
        ChatMember(
            user_id=UserId(needed(member, "userid")),
            joined_at=_instant(member, "join_time"),
            source=words(member, "state"),
            name=words(member, "name"),
            union_id=words(member, "unionid"),
        )
        for member in parts(group, "member_list")
    )
    return Chat(
        members,
        name=words(group, "name"),
        owner=words(group, "owner"),
        version=words(group, "member_version"),
    )


def read_contact(answer: dict[str, Any]) -> Profile:
    """The person of externalcontact/get."""
    contact = part(answer, "external_contact")
    return Profile(words(contact, "name"), words(contact, "unionid"))


def company_tags(follow: dict[str, Any]) -> frozenset[str]:
    """The names that an entry of follow_user carries."""
    return frozenset(
        words(tag, "tag_name")
        for tag in parts(follow, "tags")
        if tag.get("type") == _COMPANY_TAG and words(tag, "tag_name")
    )


def read_tie(contact: dict[str, Any], follow: dict[str, Any], tags: Iterable[str]) -> Tie:
    """A customer with the employee of ``follow``, whose company tags are ``tags``."""
    since = _instant(follow, "createtime")
    if since is None:
        raise _unreadable("createtime")
    return Tie(
        user_id=UserId(needed(contact, "external_userid")),
        employee=UserId(needed(follow, "userid")),
        since=since,
        source=words(follow, "state"),
        name=words(contact, "name"),
        union_id=words(contact, "unionid"),
        tags=frozenset(tags),
    )


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    """An object that must be there. Raises TransportError, as the answer is of no use."""
    value = data.get(name)
    if not isinstance(value, dict):
        raise _unreadable(name)
    return value


def parts(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; empty when it is missing. Raises TransportError."""
    values = data.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise _unreadable(name)
    return values


def word_list(data: dict[str, Any], name: str) -> list[str]:
    """A list of texts; empty when it is missing. Raises TransportError."""
    values = data.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _unreadable(name)
    return values


def needed(data: dict[str, Any], name: str) -> str:
    """A text that must be there. Raises TransportError."""
    value = words(data, name)
    if not value:
        raise _unreadable(name)
    return value


def words(data: dict[str, Any], name: str) -> str:
    """A text, empty when missing, without what a database cannot store (NUL, half characters)."""
    value = data.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _instant(data: dict[str, Any], name: str) -> datetime | None:
    seconds = data.get(name)
    if isinstance(seconds, int) and 0 < seconds < 10**11:
        return datetime.fromtimestamp(seconds, UTC)
    return None


def _unreadable(name: str) -> TransportError:
    return TransportError(f"The answer's {name} is missing or cannot be read.", reached=True)
