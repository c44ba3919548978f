"""A post as members see it: the chosen words, where to read on, the fission step, the pictures.

The preview shows what this module makes, and the publisher sends it: nothing is put together twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.events import MediaKind
from bot.core.ids import ChannelKey
from bot.core.messages import Media, Message, Post, Text
from bot.growth.links import PostLink, content_link, step_link
from bot.schedules.mix import Choice
from bot.settings.live_slots import fill_live
from bot.settings.pages import Pages
from bot.settings.policy import policy_of
from bot.settings.schema.bot import Group
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings
from bot.wording.marks import mark_ad
from bot.wording.repeating import Reviewed

_WEEKDAYS = "一二三四五六日"


class Speaks(Protocol):
    """Where texts come from (``persona.voice.Voice``)."""

    def say(self, template: str, /, *, scope: str, **slots: object) -> str: ...

    def speaking_as(self, persona: PersonaFile) -> "Speaks":
        """The same, in another persona's words."""
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """The messages of a post, each with the end of its key, and the links in them."""

    messages: tuple[tuple[str, Message], ...]
    links: tuple[PostLink, ...] = ()

    @property
    def text(self) -> str:
        """The words of the post."""
        first = self.messages[0][1]
        assert isinstance(first, Text | Post), "a post begins with its words"
        return first.text


@dataclass(frozen=True, slots=True)
class Renderer:
    """Puts posts together."""

    voice: Speaks
    pages: Pages

    def render(
        self,
        settings: Settings,
        group: Group,
        choice: Choice,
        *,
        slot_key: str,
        at: datetime,
        members: int,
    ) -> Rendered:
        """The post of ``choice`` as the group's channel can show it.

        Pictures go with the text where they can, else behind it, else nowhere. Where nobody is
        heard, the post says where members can act. Where it leads to a shop, it says that it is
        an advertisement, also when the address is a short one.
        """
        persona = settings.persona_of(group)
        voice = self.voice.speaking_as(persona)
        facts = _facts(settings, group, choice, at=at, members=members)
        content, step = choice.item.front.link, ""
        paragraphs = [fill_live(choice.words, facts)]
        if content:
            line = voice.say("post.link", scope=f"group/{group.key}", url=Reviewed(content))
            paragraphs[0] = f"{paragraphs[0]}\n{line}"
        paragraphs.append(fill_live(choice.step.text, facts))
        if group.hears is None and (step := self.pages.url(group)):
            line = voice.say("page.link", scope=f"group/{group.key}", url=step)
            paragraphs[1] = f"{paragraphs[1]}\n{line}"
        text = mark_ad("\n\n".join(paragraphs), policy_of(settings, persona))
        links = []
        if content and (link := content_link(self.pages, slot_key=slot_key, url=content)):
            links.append(link)
        if step and (link := step_link(self.pages, group, slot_key=slot_key)):
            links.append(link)
        text = _shortened(text, links)
        messages = tuple(_messages(settings, group, text, choice.item.front.pictures))
        return Rendered(messages, tuple(links))


def _shortened(text: str, links: list[PostLink]) -> str:
    """``text`` with short addresses; the longest first, because one may begin with another."""
    by_length = sorted(links, key=lambda link: -len(link.url))
    for number, link in enumerate(by_length):
        text = text.replace(link.url, f"\0{number}\0")
    for number, link in enumerate(by_length):
        text = text.replace(f"\0{number}\0", link.address)
    return text


def _messages(
    settings: Settings, group: Group, text: str, names: tuple[str, ...]
) -> Iterator[tuple[str, Message]]:
    table = settings.table(ChannelKey(group.posts.channel))
    pictures = tuple(Media(MediaKind.IMAGE, path) for path in names)
    if pictures and len(pictures) <= table.attachments:
        yield "", Post(text, pictures)
        return
    yield "", Text(text)
    if MediaKind.IMAGE in table.media:
        for number, picture in enumerate(pictures, start=1):
            yield f"/picture/{number}", picture


def _facts(
    settings: Settings, group: Group, choice: Choice, *, at: datetime, members: int
) -> dict[str, str]:
    """What stands in the slots of ``live_slots``."""
    local = at.astimezone(settings.zone_of(group))
    return {
        "brand": settings.bot.brand.name,
        "persona": settings.persona_of(group).name,
        "date": f"{local.month}月{local.day}日",
        "weekday": f"周{_WEEKDAYS[local.weekday()]}",
        "group": group.name,
        "members": str(members),
        "node": choice.node.name if choice.node else "",
    }
