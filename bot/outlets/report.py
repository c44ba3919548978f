"""What became of Moments: how many people wrote to the bot in private within a day of one.

Whoever writes within a day of several is counted for the latest, once for each moment. People of
the house (owners, operators) do not count. Only chats that the bot can see are there: what a
customer writes to an employee is nobody's business here. Of copy it is not known when, or whether,
it was posted; it counts from when it was given out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.settings.schema.base import Pillar
from bot.store.connection import Connection
from bot.store.fields import from_micros, to_micros

WITHIN: Final = timedelta(hours=24)
"""A chat counts for a moment that is no older."""

ENOUGH: Final = 30
"""Fewer moments than this give a hint, and no fact."""

_CHATS: Final = """
SELECT m.key, m.title, m.pillar, m.company, m.shown_at, m.likes, m.comments,
  count(DISTINCT i.member_id) AS chats
FROM moment AS m LEFT JOIN interaction AS i
  ON i.group_key = '' AND i.act IN ('message', 'command')
  AND i.at >= m.shown_at AND i.at < m.shown_at + CAST(? AS INTEGER)
  AND NOT EXISTS (SELECT 1 FROM appointment AS a WHERE a.member_id = i.member_id)
  AND NOT EXISTS (SELECT 1 FROM moment AS n WHERE n.shown_at > m.shown_at AND n.shown_at <= i.at)
WHERE m.shown_at >= ? AND m.shown_at <= ?
GROUP BY m.key, m.title, m.pillar, m.company, m.shown_at, m.likes, m.comments
ORDER BY m.shown_at, m.key
"""


@dataclass(frozen=True, slots=True)
class Response:
    """What followed one moment. Likes and comments are None where nobody tells them."""

    key: str
    title: str
    pillar: str
    company: bool
    shown_at: datetime
    chats: int
    likes: int | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class PillarResponse:
    """What followed the moments of a pillar: ``n`` of them, with ``chats`` in all."""

    pillar: str
    n: int
    chats: int

    @property
    def mean(self) -> float:
        """Chats a moment."""
        return self.chats / self.n if self.n else 0.0


def read_responses(connection: Connection, since: datetime, now: datetime) -> list[Response]:
    """What followed the moments that were shown from ``since`` on and are a day old."""
    parameters = (WITHIN // timedelta(microseconds=1), to_micros(since), to_micros(now - WITHIN))
    return [
        Response(
            key=row["key"],
            title=row["title"],
            pillar=row["pillar"],
            company=bool(row["company"]),
            shown_at=from_micros(row["shown_at"]),
            chats=row["chats"],
            likes=row["likes"],
            comments=row["comments"],
        )
        for row in connection.execute(_CHATS, parameters).fetchall()
    ]


def by_pillar(responses: Sequence[Response]) -> Iterator[PillarResponse]:
    """The pillars in their order, those without a moment too."""
    for pillar in Pillar:
        found = [one for one in responses if one.pillar == pillar]
        yield PillarResponse(pillar, len(found), sum(one.chats for one in found))
