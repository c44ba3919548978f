"""Who must approve a post, and whether somebody has: what nobody approved is not posted."""

from bot.members.submissions.adopted import KEY_PREFIX as ADOPTED_PREFIX
from bot.schedules.edits import HAND_PREFIX, Edit, digest_of
from bot.schedules.mix import Choice
from bot.schedules.shelf import Shelf
from bot.schedules.slots import Slot
from bot.settings.settings import ContentItem, Settings


def approvers_of(settings: Settings, slot: Slot, item: ContentItem) -> tuple[str, ...]:
    """User ids of which one must approve ``item`` at ``slot``; none when nobody need."""
    asked = dict.fromkeys(item.front.approval)
    approval = settings.calendar.approval
    if approval is not None and set(approval.of) & {"all", *_natures(slot, item)}:
        asked |= dict.fromkeys(approval.by)
    return tuple(asked)


def all_approvers(settings: Settings, shelf: Shelf) -> frozenset[str]:
    """Everybody whom a file names as one who approves something."""
    approval = settings.calendar.approval
    named = () if approval is None else approval.by
    items = (*shelf.everyday, *shelf.of_campaigns)
    return frozenset(named).union(*(item.front.approval for item in items))


def digest(choice: Choice) -> str:
    """What an approval of ``choice`` is bound to: its words and pictures, not its step."""
    front = choice.item.front
    return digest_of("\n".join((front.title, choice.words, front.link, *front.pictures)))


def is_approved(choice: Choice, edit: Edit) -> bool:
    """Whether somebody approved just this."""
    return bool(edit.approved) and edit.approved == digest(choice)


def _natures(slot: Slot, item: ContentItem) -> set[str]:
    return {
        name
        for name, holds in (
            ("promotion", item.front.promotion),
            ("handwritten", item.key.startswith(HAND_PREFIX)),
            ("campaign", bool(slot.campaign)),
            ("adopted", item.key.startswith(ADOPTED_PREFIX)),
        )
        if holds
    }
