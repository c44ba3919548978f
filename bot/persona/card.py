"""The card in use: how members are called, and how an account and its group are dressed up 装修.

The texts are the card's; nothing here is put onto a platform, because people do that by hand.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.platforms.limits import (
    CHAT_NAME_CHARACTERS,
    COVER_CHARACTERS,
    NICKNAME_CHARACTERS,
    NOTICE_CHARACTERS,
    SIGNATURE_CHARACTERS,
)
from bot.settings.schema.card import NoticePart, PersonaCard


class Item(StrEnum):
    """What is dressed up, in the order in which it is done."""

    NICKNAME = "nickname"
    SIGNATURE = "signature"
    AVATAR = "avatar"
    COVER = "cover"
    GROUP_NAME = "group_name"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Dressed:
    """One thing of the checklist. ``most`` characters go in; None: it is no text of the account."""

    item: Item
    text: str
    most: int | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether the platform, or a reader, would cut it."""
        return self.most is not None and len(self.text) > self.most


def called(card: PersonaCard, name: str, *, level: str = "", tags: Collection[str] = ()) -> str:
    """How the persona calls a member of this name, level and tags (by key)."""
    forms = card.addressing
    by_tag = (form for tag, form in forms.tags.items() if tag in tags)
    form = next(by_tag, None) or forms.levels.get(level, forms.plain)
    return form.format(name=name)


def dress(card: PersonaCard, group_name: str) -> tuple[Dressed, ...]:
    """The checklist for an account and a group; empty when the card has no decoration."""
    return tuple(_dress(card, group_name))


def _dress(card: PersonaCard, group_name: str) -> Iterator[Dressed]:
    worn = card.decoration
    if worn is None:
        return
    written = {
        Item.NICKNAME: (worn.nickname, NICKNAME_CHARACTERS),
        Item.SIGNATURE: (worn.signature, SIGNATURE_CHARACTERS),
        Item.AVATAR: (worn.avatar, None),
        Item.COVER: (worn.cover, COVER_CHARACTERS),
        Item.GROUP_NAME: (worn.group_name, CHAT_NAME_CHARACTERS),
        Item.NOTICE: ("\n".join(worn.notice[part] for part in NoticePart), NOTICE_CHARACTERS),
    }
    for item, (text, most) in written.items():
        yield Dressed(item, text.format(group=group_name), most)
