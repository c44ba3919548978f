"""Lists that come in pages: each names where the next one begins, until one names nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.contact_reading import words
from bot.channels.http import garbled


async def all_pages(fetch: Callable[[str], Awaitable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All pages, from the first (its cursor is empty) to the one that names none after it.

    Pages that lead round in a circle raise TransportError.
    """
    pages, cursor, seen = [], "", {""}
    while True:
        pages.append(await fetch(cursor))
        cursor = words(pages[-1], "next_cursor")
        if not cursor:
            return pages
        if cursor in seen:
            raise garbled("next_cursor")
        seen.add(cursor)


def at(cursor: str) -> dict[str, str]:
    """The parameter that asks for a page."""
    return {"cursor": cursor} if cursor else {}
