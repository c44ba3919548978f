"""content/ and knowledge/: items fit the calendar, and every slot can be filled."""

from collections.abc import Collection, Iterator
from datetime import date

from bot.core.text import fold
from bot.platforms.limits import MEDIA_BYTES, WEBHOOK_IMAGE_BYTES
from bot.settings.checks.draft import (
    CONTENT,
    Body,
    Check,
    Draft,
    campaign_file,
    content_file,
    repeated,
    where_of,
)
from bot.settings.checks.plan import FILE as CALENDAR
from bot.settings.nearest import nearest
from bot.settings.pictures import Flaw, Picture
from bot.settings.problems import BODY, Finding, Path
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS
from bot.settings.schema.channels import GroupWebhook
from bot.settings.schema.front_matter import ROTATE

_FLAWS = {
    Flaw.OUTSIDE: (
        "a path that leads out of the configuration folder",
        "write a path inside it, as pictures/rice.png",
    ),
    Flaw.MISSING: ("there is no such file", "put the picture there, or remove the line"),
    Flaw.UNREADABLE: ("cannot be read", "let this program read the file"),
    Flaw.NO_PICTURE: (
        "not a PNG or JPEG picture",
        "save it as one, with a name that ends in .png or .jpg",
    ),
}


def check_fission_keys(draft: Draft) -> Iterator[Finding]:
    """An item's fission step exists."""
    known = [ROTATE, *(step.key for step in draft.calendar.fission_steps)]
    for item in draft.content:
        if item.front.fission not in known:
            instead = nearest(item.front.fission, known)
            what = f"no such key under fission_steps of {CALENDAR}"
            yield Finding(content_file(item), ("fission",), what, instead)


def check_node_keys(draft: Draft) -> Iterator[Finding]:
    """An item's node day exists."""
    own = [day.key for day in draft.calendar.node_days]
    known = sorted(BUILT_IN_NODE_KEYS | set(own))
    for item in draft.content:
        if item.front.node and item.front.node not in known:
            instead = nearest(item.front.node, known)
            if instead == "remove it":
                instead = f"add it to node_days of {CALENDAR}, or remove the line"
            yield Finding(content_file(item), ("node",), "there is no such node day", instead)


def check_items(draft: Draft) -> Iterator[Finding]:
    """Items have days on which they may appear, and titles of their own."""
    for item in draft.content:
        first, last = item.front.valid_from, item.front.valid_to
        if first and last and last < first:
            instead = "write the same day or a later one"
            what = "the last day is before valid_from"
            yield Finding(content_file(item), ("valid_to",), what, instead)
        elif first and last and not _meet(item.front.months, first, last):
            what = "none of these months lies between valid_from and valid_to"
            yield Finding(content_file(item), ("months",), what, "change the months or the days")
    titles = [fold(item.front.title) for item in draft.content]
    for index, earlier in repeated(titles):
        what = f"the same title as {where_of(draft.content[earlier])}"
        file = content_file(draft.content[index])
        yield Finding(file, ("title",), what, "give each item its own title")


def _meet(months: Collection[int], first: date, last: date) -> bool:
    """Whether a day from ``first`` to ``last`` is in one of ``months``; none named: in all."""
    passed = (last.year - first.year) * 12 + last.month - first.month
    between = {(first.month - 1 + number) % 12 + 1 for number in range(min(passed, 11) + 1)}
    return not months or not between.isdisjoint(months)


def check_bodies(draft: Draft) -> Iterator[Finding]:
    """Every Markdown file has a text, and every variant of it words of its own."""
    seen: dict[tuple[str, str], Body] = {}
    for body in draft.bodies:
        first = seen.setdefault((body.file, fold(body.text)), body)
        if not body.text:
            where = "below the head" if body.path == BODY else f"of variant {body.path[-1]}"
            instead = "write the post" if body.folder == CONTENT else "write the answer"
            yield Finding(body.file, body.path, f"no text {where}", instead)
        elif first is not body:
            what = f"the same words as variant {first.path[-1] if first.path != BODY else 'a'}"
            yield Finding(body.file, body.path, what, "write other words, or remove the variant")


def check_pictures(draft: Draft) -> Iterator[Finding]:
    """Every picture that a post shows is there, and small enough for every platform's upload."""
    for file, path, picture in _shown(draft):
        if picture.flaw is not None:
            yield Finding(file, path, *_FLAWS[picture.flaw])
        elif picture.size_bytes > MEDIA_BYTES["image"]:
            yield _too_large(file, path, picture, f"platforms take {MEDIA_BYTES['image']:,}")


def check_webhook_pictures(draft: Draft) -> Iterator[Finding]:
    """Where a group's posts go through a webhook, pictures are small enough for that."""
    channels = draft.bot.channels
    posting = [channels.get(group.posts.channel) for group in draft.bot.groups]
    if not any(isinstance(channel, GroupWebhook) for channel in posting):
        return
    for file, path, picture in _shown(draft):
        if WEBHOOK_IMAGE_BYTES < picture.size_bytes <= MEDIA_BYTES["image"]:
            yield _too_large(file, path, picture, f"a webhook takes {WEBHOOK_IMAGE_BYTES:,}")


def _shown(draft: Draft) -> Iterator[tuple[str, Path, Picture]]:
    for item in draft.content:
        for index, name in enumerate(item.front.pictures):
            yield content_file(item), ("pictures", index), draft.pictures[name]
    for key, campaign in draft.campaigns.items():
        for number, post in enumerate(campaign.posts):
            for index, name in enumerate(post.pictures):
                path: Path = ("posts", number, "pictures", index)
                yield campaign_file(key), path, draft.pictures[name]


def _too_large(file: str, path: Path, picture: Picture, limit: str) -> Finding:
    what = f"the picture has {picture.size_bytes:,} bytes; {limit}"
    return Finding(file, path, what, "save it smaller")


def check_supply(draft: Draft) -> Iterator[Finding]:
    """Each kind that a slot asks for has an item; those of node days appear on their day only."""
    supplied = {item.front.kind for item in draft.content if not item.front.node}
    reported: set[Kind] = set()
    for index, slot in enumerate(draft.calendar.slots):
        for position, kind in enumerate(slot.kinds):
            if kind in supplied or kind in reported:
                continue
            reported.add(kind)
            instead = f"add a file to {CONTENT}/ with kind: {kind} and no node, or remove the kind"
            what = f"no content item of kind {kind}"
            yield Finding(CALENDAR, ("slots", index, "kinds", position), what, instead)


CHECKS = (
    Check(check_fission_keys, reads=frozenset(), whole=frozenset({"calendar.fission_steps"})),
    Check(check_node_keys, reads=frozenset(), whole=frozenset({"calendar.node_days"})),
    Check(check_items, reads=frozenset()),
    Check(check_bodies, reads=frozenset()),
    Check(check_pictures, reads=frozenset()),
    Check(check_webhook_pictures, reads=frozenset({"bot.groups", "bot.channels"})),
    Check(check_supply, reads=frozenset({"calendar.slots"}), whole=frozenset({CONTENT})),
)
