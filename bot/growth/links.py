"""Short links in posts: whoever opens one is counted, and led to where the post said.

The address ends with a token of 60 bits that only the holder of the pages' secret can make, so
nobody finds links by trying. Where it leads stands in its row and never in a request. Who opens it
is kept as a digest that is another one every day and is forgotten after 90 days.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from bot.core.ids import GroupKey
from bot.growth.openings import Forgetting, Opening, apply_forgetting, apply_openings
from bot.settings.pages import Pages, find_pages
from bot.settings.schema.bot import Group
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import maybe_instant, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

LINKS_PATH: Final = "/r"
"""Below the pages' address; a token follows."""

LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters, none of which is taken for another: five bits each."""

TOKEN_LENGTH: Final = 12

KEEP_VISITORS: Final = timedelta(days=90)
"""How long a digest of a visitor is kept."""


_KEEP: Final = over(
    "token text, slot_key text, group_key text, what text, url text",
    "INSERT INTO post_link (token, slot_key, group_key, what, url)"
    " SELECT token, slot_key, group_key, what, url FROM rows",
)


class LinkKind(StrEnum):
    """Where a link of a post leads."""

    CONTENT = "content"
    """To what the post tells about."""

    STEP = "step"
    """To the group's page: the fission step 裂变环节."""


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link of the post of ``slot_key``: who opens ``address`` is led to ``url``."""

    token: str
    slot_key: str
    what: LinkKind
    url: str
    address: str


def post_link(
    *, slot_key: str, url: str, base: str, secret: str, what: LinkKind = LinkKind.CONTENT
) -> PostLink | None:
    """The short link of a post, the same every time; None where ``base`` is empty.

    ``base`` is the address of our pages without a slash at its end. Raises ValueError when ``url``
    is no web address: nothing else may be led to.
    """
    if not base:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not url.isprintable():
        raise ValueError("a short link leads to a web address")
    words = f"link\0{what}\0{slot_key}\0{url}".encode()
    digest = hmac.new(secret.encode(), words, hashlib.sha256).digest()
    token = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:TOKEN_LENGTH])
    return PostLink(token, slot_key, what, url, f"{base}{LINKS_PATH}/{token}")


def content_link(pages: Pages, *, slot_key: str, url: str) -> PostLink | None:
    """The short link to what a post tells about; None without pages, then ``url`` is posted."""
    return post_link(slot_key=slot_key, url=url, base=pages.base, secret=_secret(pages))


def step_link(pages: Pages, group: Group, *, slot_key: str) -> PostLink | None:
    """The short link of a post's fission step to the group's page; None without pages."""
    return post_link(
        slot_key=slot_key,
        url=pages.url(group),
        base=pages.base,
        secret=_secret(pages),
        what=LinkKind.STEP,
    )


def keep_links(connection: Connection, links: Iterable[tuple[GroupKey, PostLink]]) -> None:
    """Keep the links of posts, each with its group, inside the lane that writes their slots."""
    connection.write(
        _KEEP,
        [(link.token, link.slot_key, group_key, link.what, link.url) for group_key, link in links],
    )


def visitor_of(secret: str, on: date, *marks: str) -> str:
    """A digest of what tells a visitor from others on the day ``on``, and on no other day."""
    words = "\0".join(("visitor", on.isoformat(), *marks))
    return hmac.new(
        secret.encode(), words.encode(errors="surrogatepass"), hashlib.sha256
    ).hexdigest()[:32]


class Links:
    """The links of all posts, and who opened them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._openings: Lane[Opening, None] = store.lane("link openings", apply_openings)
        self._forgetting: Lane[Forgetting, int] = store.lane("link visitors", apply_forgetting)

    async def find(self, token: str) -> str | None:
        """Where the link leads; None when there is no such link."""
        rows = await self._store.read("SELECT url FROM post_link WHERE token = ?", [token])
        return str(rows[0]["url"]) if rows else None

    async def count(self, opening: Opening) -> None:
        """Count an opening of a link that exists; a visitor's further ones of the day add up."""
        await self._openings.submit(opening)

    async def next_forgetting(self) -> datetime | None:
        """When the oldest digest has to go."""
        rows = await self._store.read(
            "SELECT min(at) AS first_at FROM link_opening WHERE visitor IS NOT NULL"
        )
        first_at = maybe_instant(rows[0]["first_at"])
        return None if first_at is None else first_at + KEEP_VISITORS

    async def forget(self, now: datetime) -> int:
        """Empty the digests that are too old; how many there were."""
        return await self._forgetting.submit(Forgetting(to_micros(now - KEEP_VISITORS)))


def _secret(pages: Pages) -> str:
    """What signs for our pages; empty when there are none."""
    found = find_pages(pages.live.current)
    return "" if found is None else found[1].secret.get_secret_value()
