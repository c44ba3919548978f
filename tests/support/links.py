"""A post with a short link, as the publisher's lane leaves both."""

from collections.abc import Sequence

from bot.core.ids import GroupKey
from bot.growth.links import PostLink, keep_links
from bot.store.connection import Connection
from bot.store.db import Store

Posted = tuple[GroupKey, PostLink]


async def add_post(store: Store, group_key: GroupKey, link: PostLink) -> None:
    """A published slot of the group, which posts ``link``."""
    await store.lane("post with a link", _write).submit((group_key, link))


def _write(connection: Connection, items: Sequence[Posted]) -> list[None]:
    for group_key, link in items:
        connection.execute(
            "INSERT INTO slot (key, group_key, sequence, origin, due_at, state, step, reason,"
            " posted_at, decided_at)"
            " VALUES (?, ?, 1, 'calendar', 0, 'published', 'code', '', 0, 0)",
            (link.slot_key, group_key),
        )
    keep_links(connection, items)
    return [None] * len(items)
